import MartletAWS
package import MartletCore

/// Settings that name a secret instead of holding it: `secretsmanager:NAME`, `ssm:/PATH`, or an ARN of either.
package struct SecretReferences: Sendable {
    /// Both values of a secret that may be in use while it is replaced, the present one first.
    package typealias Reader = @Sendable (_ reference: String) async throws -> [Secret]

    private let read: Reader

    /// Makes references that `read` follows.
    package init(_ read: @escaping Reader) {
        self.read = read
    }

    /// Whether a variable names a secret; an ARN does so only where a secret is expected.
    package static func isReference(_ variable: String, _ value: String) -> Bool {
        guard SecretReference.isReference(value) else { return false }
        guard value.hasPrefix("arn:") else { return true }
        let secrets = Setting.all.filter(\.isSecret).map(\.environmentName)
        return secrets.contains(variable) || variable.hasSuffix("_API_KEY")
    }

    /// Whether an environment names a secret that a model needs: any that is not Telegram's.
    package static func concernModels(_ environment: [String: String]) -> Bool {
        environment.contains { name, value in !name.hasPrefix("TELEGRAM_") && isReference(name, value) }
    }

    /// The environment with its secrets in it, all fetched side by side.
    ///
    /// Of the webhook's secret both values are taken, so that replacing it loses nothing; of others the present one.
    /// - Throws: ``ConfigurationError``, which names the variable and what stood against it, and nothing of a secret.
    package func resolve(_ environment: [String: String]) async throws -> [String: String] {
        try await withThrowingTaskGroup(of: (String, String).self) { group in
            for (name, reference) in environment where Self.isReference(name, reference) {
                group.addTask { (name, try await text(of: reference, for: name)) }
            }
            var full = environment
            for try await (name, value) in group { full[name] = value }
            return full
        }
    }

    private func text(of reference: String, for name: String) async throws -> String {
        do {
            let secrets = try await read(reference)
            guard name != Setting.webhookSecret.environmentName else {
                return secrets.map(\.rawValue).joined(separator: ",")
            }
            return secrets.first?.rawValue ?? ""
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ConfigurationError(
                code: .missingValue,
                description: "\(name) names a secret that could not be had: \(error)"
            )
        }
    }
}
