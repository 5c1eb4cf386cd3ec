import Foundation
import MartletAWS
import MartletCore

/// Settings that name a secret instead of holding it: `secretsmanager:NAME` or `ssm:/PATH`.
struct SecretReferences: Sendable {
    /// Fetches a secret, and remembers it for a while.
    let reader: any SecretReading

    private static let prefixes = ["secretsmanager:", "ssm:"]

    /// Whether a value names a secret.
    static func isReference(_ value: String) -> Bool { prefixes.contains { value.hasPrefix($0) } }

    /// Whether an environment names a secret that a model needs: a key, under whatever name.
    static func concernModels(_ environment: [String: String]) -> Bool {
        environment.contains { name, value in !name.hasPrefix("TELEGRAM_") && isReference(value) }
    }

    /// The environment with its secrets in it, all fetched side by side.
    /// - Throws: ``ConfigurationError``, which names the variable and what stood against it, and nothing of a secret.
    func resolve(_ environment: [String: String]) async throws -> [String: String] {
        let named = environment.filter { Self.isReference($0.value) }
        guard !named.isEmpty else { return environment }
        return try await withThrowingTaskGroup(of: (String, String).self) { group in
            for (name, reference) in named {
                group.addTask {
                    do {
                        return (name, try await reader.secret(reference).rawValue)
                    } catch let error as CancellationError {
                        throw error
                    } catch {
                        throw ConfigurationError(
                            code: .missingValue,
                            description: "\(name) names the secret \(reference), and it could not be had: \(error)"
                        )
                    }
                }
            }
            var full = environment
            for try await (name, value) in group { full[name] = value }
            return full
        }
    }
}
