import Foundation
import Logging
import MartletHTTP
import Testing
import martlet

@Suite("The server's configuration")
struct ServeConfigurationTests {
    private func load(
        yaml: String = "# nothing",
        _ environment: [String: String] = [:],
        options: [String: String] = [:]
    ) async throws -> ServeConfiguration {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(yaml.utf8).write(to: URL(filePath: path))
        let values = try await SettingValues(options: options, environment: environment, file: path)
        return try ServeConfiguration(values, version: "1.2.3")
    }

    private func complaint(
        yaml: String = "# nothing",
        _ environment: [String: String] = [:],
        options: [String: String] = [:]
    ) async -> String {
        do {
            _ = try await load(yaml: yaml, environment, options: options)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test("listens on this machine without keys where nothing is said")
    func defaults() async throws {
        let configuration = try await load()
        #expect(configuration.server.host == "127.0.0.1")
        #expect(configuration.server.port == 8080)
        #expect(configuration.server.bodyLimit == 8 << 20)
        #expect(configuration.server.drainTimeout == .seconds(30))
        #expect(configuration.server.allowedOrigins.isEmpty)
        #expect(configuration.server.version == "1.2.3")
        #expect(!configuration.requiresKey)
        #expect(configuration.keysFile == nil)
    }

    @Test("takes an embedder and a reranker from the same places")
    func encoders() async throws {
        let yaml = "embedder: a.gguf\nreranker: b.gguf\n"
        #expect(try await load().embedder == nil)
        let file = try await load(yaml: yaml)
        #expect([file.embedder, file.reranker] == ["a.gguf", "b.gguf"])
        let environment = ["MARTLET_EMBEDDER": "c.gguf", "MARTLET_RERANKER": "d.gguf"]
        let both = try await load(yaml: yaml, environment, options: ["embedder": "e.gguf"])
        #expect([both.embedder, both.reranker] == ["e.gguf", "d.gguf"])
    }

    @Test("reads the file, the environment and the options, the later winning")
    func places() async throws {
        let yaml = """
            server:
              host: 0.0.0.0
              port: 1000
              corsOrigins: https://a.example, http://localhost:3000
              maximumBody: 512K
              limits:
                requestsPerMinute: 60
                tokensPerDay: 5000
            """
        let configuration = try await load(
            yaml: yaml,
            ["MARTLET_PORT": "2000", "MARTLET_API_KEY": "secret-key", "MARTLET_DRAIN_TIMEOUT": "5"],
            options: ["server.port": "3000"]
        )
        #expect(configuration.server.host == "0.0.0.0")
        #expect(configuration.server.port == 3000)
        #expect(configuration.server.allowedOrigins == ["https://a.example", "http://localhost:3000"])
        #expect(configuration.server.bodyLimit == 512 << 10)
        #expect(configuration.server.limits == CallerLimits(requestsPerMinute: 60, tokensPerDay: 5000))
        #expect(configuration.server.drainTimeout == .seconds(5))
        #expect(configuration.keys.key(matching: "secret-key")?.name == "default")
        #expect(configuration.requiresKey)
    }

    @Test("takes several keys of the environment, and one for metrics")
    func keys() async throws {
        let configuration = try await load([
            "MARTLET_API_KEYS": "ada:secret-ada,bob:secret-bob", "MARTLET_METRICS_KEY": "secret-metrics",
        ])
        #expect(configuration.keys.keys.map(\.name) == ["ada", "bob", "metrics"])
        #expect(configuration.keys.key(matching: "secret-metrics")?.rights == .metrics)
    }

    @Test("refuses to be open to others without keys, and says how not to be")
    func protection() async throws {
        let text = await complaint(options: ["server.host": "0.0.0.0"])
        #expect(text.contains("--insecure-no-keys"))
        #expect(text.contains("make-key"))
        let open = try await load(options: ["server.host": "0.0.0.0", "server.insecureNoKeys": "true"])
        #expect(!open.requiresKey)
        #expect(try await load(options: ["server.host": "0.0.0.0", "server.keysFile": "keys.txt"]).requiresKey)
    }

    @Test(
        "refuses values that are none, and says where they are set",
        arguments: [
            ("server.port", "70000", "--port"), ("server.port", "x", "--port"),
            ("server.maximumBody", "8X", "--max-body"), ("server.maximumBody", "0", "--max-body"),
            ("server.maximumBody", "2G", "--max-body"), ("server.corsOrigins", "chat.example", "--cors-origin"),
            ("server.corsOrigins", "https://a.example/path", "--cors-origin"),
            ("server.tlsCertificate", "c.pem", "--tls-key"), ("server.tlsKey", "k.pem", "--tls-certificate"),
            ("server.drainTimeout", "-1", "--drain-timeout"), ("log", "loud", "--log-level"),
            ("server.limits.requestsPerMinute", "0", "MARTLET_REQUESTS_PER_MINUTE"),
        ]
    )
    func invalidValues(key: String, value: String, place: String) async {
        #expect(await complaint(options: [key: value]).contains(place))
    }

    @Test("never shows a key")
    func secrecy() async {
        for environment in [
            ["MARTLET_API_KEY": "secret"], ["MARTLET_API_KEYS": "ada-secret-secret"],
            ["MARTLET_METRICS_KEY": "secret-only"],
            ["MARTLET_API_KEYS": "default:secret-one", "MARTLET_API_KEY": "secret-two"],
        ] {
            let text = await complaint(environment)
            #expect(text != "accepted")
            #expect(!text.contains("secret"), "\(text)")
        }
    }
}
