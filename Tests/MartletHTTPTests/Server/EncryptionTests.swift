import Foundation
import HTTPTypes
import HummingbirdTesting
import MartletHTTP
import NIOCore
import NIOSSL
import Testing

@Suite("TLS")
struct EncryptionTests {
    /// A certificate for localhost until 2126 and its key, made for this test and good for nothing else.
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUW+Bq3XigiMpxhbDs6AiZmhW2UxQwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEyMTEwMFoYDzIxMjYxMDI4
        MTIxMTAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATSzap0b62TRi9jWuqMDWmVPBi+e5frGaX0Jawt7SnYolDMW7/1AK7W
        +g3W7+iRqB33RwI9DpngB9zp+t03yJ7Xo28wbTAdBgNVHQ4EFgQUzf8aWwPf3Grw
        fCSATKn50XXwCFswHwYDVR0jBBgwFoAUzf8aWwPf3GrwfCSATKn50XXwCFswDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSAAwRQIge3kmDaWNEqEnz169OgzYcd+cYcyD5ZwahaHdavm8ad8CIQDa
        DpwXKLjBI9jebeDI7kQjKwZ63ni8VAId2MQLBNmaeQ==
        -----END CERTIFICATE-----
        """
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpTkYYd5HVf7uL3Rv
        aGc/jlCIXDa43Ihu7ZTbPHJRCiuhRANCAATSzap0b62TRi9jWuqMDWmVPBi+e5fr
        GaX0Jawt7SnYolDMW7/1AK7W+g3W7+iRqB33RwI9DpngB9zp+t03yJ7X
        -----END PRIVATE KEY-----
        """

    private func withFiles(
        _ certificate: String,
        _ key: String,
        _ body: (EncryptionFiles) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = EncryptionFiles(
            certificatePath: folder.appending(path: "certificate.pem").path,
            keyPath: folder.appending(path: "key.pem").path
        )
        try Data(certificate.utf8).write(to: URL(filePath: files.certificatePath))
        try Data(key.utf8).write(to: URL(filePath: files.keyPath))
        try await body(files)
    }

    @Test("is spoken with the given certificate")
    func encrypted() async throws {
        try await withFiles(Self.certificate, Self.key) { files in
            var bench = ServerBench()
            bench.configuration.encryption = files
            var trust = TLSConfiguration.makeClientConfiguration()
            trust.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(Self.certificate.utf8)))
            let configuration = TestClient.Configuration(tlsConfiguration: trust, serverName: "localhost")
            try await bench.withRunningServer { port, _ in
                try await TestClient.withClient(host: "localhost", port: port, configuration: configuration) { client in
                    let response = try await client.execute(.init("/health", method: .get))
                    #expect(response.status == .ok)
                }
            }
        }
    }

    @Test("is refused with a remedy when the files can't be used")
    func refusals() async throws {
        let cases = [("nonsense", Self.key), (Self.certificate, "nonsense"), (Self.certificate, Self.certificate)]
        for (certificate, key) in cases {
            try await withFiles(certificate, key) { files in
                var bench = ServerBench()
                bench.configuration.encryption = files
                #expect { try bench.server() } throws: { ($0 as? ServerError)?.code == .encryption }
            }
        }
        var bench = ServerBench()
        bench.configuration.encryption = EncryptionFiles(certificatePath: "/nowhere/c.pem", keyPath: "/nowhere/k.pem")
        #expect { try bench.server() } throws: { "\($0)".contains("/nowhere/c.pem") }
    }
}
