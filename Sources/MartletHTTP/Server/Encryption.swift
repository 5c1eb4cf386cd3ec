import FoundationEssentials
import HummingbirdTLS

extension EncryptionFiles {
    /// The TLS configuration of the files.
    /// - Throws: ``ServerError`` that names the file and the remedy.
    func configuration() throws(ServerError) -> TLSConfiguration {
        let certificates: [NIOSSLCertificate]
        for (path, what) in [(certificatePath, "certificate"), (keyPath, "private key")]
        where !FileManager.default.isReadableFile(atPath: path) {
            throw ServerError(
                code: .encryption,
                description: "the \(what) \(path) can't be read; check its place and its rights"
            )
        }
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(certificatePath)
        } catch {
            throw ServerError(
                code: .encryption,
                description: "\(certificatePath) holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
            )
        }
        guard !certificates.isEmpty else {
            throw ServerError(code: .encryption, description: "\(certificatePath) holds no certificate")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        } catch {
            throw ServerError(
                code: .encryption,
                description: "\(keyPath) holds no private key in PEM form without a password; "
                    + "openssl pkey -in KEY -out PLAIN takes a password away"
            )
        }
        return TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
    }
}
