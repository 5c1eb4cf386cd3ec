import Foundation
package import Logging
package import MartletHTTP

/// Everything that `martlet serve` is told, checked.
package struct ServeConfiguration: Sendable {
    /// How the server listens, and what it bounds.
    package var server: ServerConfiguration
    /// The keys of the environment and the configuration file.
    package var keys: AccessKeys
    /// The file of further keys.
    package var keysFile: String?
    /// Whether callers need a key.
    package var requiresKey: Bool
    /// The model's file or name.
    package var model: String?
    /// The embedder's file or name.
    package var embedder: String?
    /// The reranker's file or name.
    package var reranker: String?
    /// What is logged.
    package var logLevel: Logger.Level

    /// Reads the configuration.
    /// - Throws: ``ConfigurationError``, or the server's own errors, whose descriptions name the remedy.
    package init(_ values: SettingValues, version: String) throws {
        server = ServerConfiguration()
        server.version = version
        server.host = values.text(.serverHost) ?? server.host
        server.port = try values.number(.serverPort, in: 0...65_535, default: server.port)
        server.allowedOrigins = try Self.origins(values)
        server.bodyLimit = try Self.bodyLimit(values)
        server.drainTimeout = .seconds(try values.number(.serverDrainTimeout, in: 0...86_400, default: 30))
        server.encryption = try Self.encryption(values)
        func limit(_ setting: Setting) throws -> Int? {
            try values.text(setting) == nil ? nil : values.number(setting, in: 1...1_000_000_000_000, default: 1)
        }
        server.limits = CallerLimits(
            requestsPerMinute: try limit(.serverRequestsPerMinute),
            tokensPerMinute: try limit(.serverTokensPerMinute),
            tokensPerDay: try limit(.serverTokensPerDay),
            concurrentRequests: try limit(.serverConcurrentRequests)
        )
        keys = try Self.keys(values)
        keysFile = values.text(.serverKeysFile)
        let hasCallers = keysFile != nil || keys.keys.contains { $0.rights.contains(.generation) }
        guard hasCallers || keys.keys.isEmpty else {
            throw ConfigurationError(
                code: .missingValue,
                description: "there is a key for metrics and none to ask a model with; set \(Setting.serverKey.places)"
            )
        }
        requiresKey = hasCallers
        if !(try values.flag(.serverAllowsNoKeys, default: false)) {
            try server.checkProtection(hasKeys: requiresKey)
        }
        model = values.text(.model)
        embedder = values.text(.embedder)
        reranker = values.text(.reranker)
        logLevel = .info
        if let text = values.text(.logLevel) {
            guard let level = Logger.Level(rawValue: text.lowercased()) else {
                throw values.invalid(.logLevel, text, needs: "a level: \(Setting.logLevel.summary)")
            }
            logLevel = level
        }
    }

    private static func keys(_ values: SettingValues) throws -> AccessKeys {
        var keys = AccessKeys()
        if let text = values.text(.serverKeys) {
            let lines = text.split { $0 == "," || $0.isNewline }.joined(separator: "\n")
            do {
                keys = try AccessKeys(parsing: lines)
            } catch {
                throw ConfigurationError(
                    code: .invalidValue,
                    description: "key \(error.line) of \(Setting.serverKeys.places): \(error.reason)"
                )
            }
        }
        let single: [(Setting, String, Caller.Rights)] = [
            (.serverKey, "default", [.generation]), (.serverMetricsKey, "metrics", [.metrics]),
        ]
        for (setting, name, rights) in single {
            guard let key = values.text(setting) else { continue }
            guard key.utf8.count >= 8, !key.contains(where: \.isWhitespace) else {
                throw values.invalid(setting, key, needs: "a key of at least 8 bytes without spaces")
            }
            guard keys.add(AccessKey(name: name, key: key, rights: rights)) else {
                throw ConfigurationError(
                    code: .invalidValue,
                    description:
                        "\(setting.environmentName) is the key of \(name), and \(Setting.serverKeys.environmentName) "
                        + "has a key of that name too; give it another name"
                )
            }
        }
        return keys
    }

    private static func encryption(_ values: SettingValues) throws -> EncryptionFiles? {
        switch (values.text(.serverCertificate), values.text(.serverCertificateKey)) {
        case (let certificate?, let key?): return EncryptionFiles(certificatePath: certificate, keyPath: key)
        case (nil, nil): return nil
        case (_?, nil), (nil, _?):
            throw ConfigurationError(
                code: .missingValue,
                description: "TLS needs both a certificate and its private key: --tls-certificate FILE --tls-key FILE"
            )
        }
    }

    private static func origins(_ values: SettingValues) throws -> [String] {
        guard let text = values.text(.serverOrigins) else { return [] }
        return try text.split(separator: ",").map { part in
            let origin = part.trimmingCharacters(in: .whitespaces)
            if origin == "*" { return origin }
            guard let url = URL(string: origin), ["http", "https"].contains(url.scheme), url.host != nil,
                url.path.isEmpty, url.query == nil
            else {
                throw values.invalid(.serverOrigins, origin, needs: "an origin such as https://chat.example, or *")
            }
            return origin
        }
    }

    private static func bodyLimit(_ values: SettingValues) throws -> Int {
        guard let text = values.text(.serverBodyLimit) else { return ServerConfiguration.standardBodyLimit }
        var digits = text.uppercased()
        for suffix in ["IB", "B"] where digits.hasSuffix(suffix) { digits.removeLast(suffix.count) }
        var unit = 1
        for (suffix, size) in [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)] where digits.hasSuffix(suffix) {
            digits.removeLast()
            unit = size
        }
        guard let number = Int(digits), (1...(1 << 30)).contains(number), number * unit <= 1 << 30 else {
            throw values.invalid(.serverBodyLimit, text, needs: "a size from 1 byte to 1G, such as 8M")
        }
        return number * unit
    }
}
