import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletCore
import MartletStore
import Synchronization

/// What a function uses of AWS, made when it is first used.
final class FunctionServices: Sendable {
    private let environment: AWSEnvironment
    private let credentials: CredentialsChain
    private let client: HTTPClient
    private let logger: Logger
    private let kept = Mutex<AWSSecrets?>(nil)

    /// Notes the environment; nothing is asked.
    init(_ environment: [String: String], client: HTTPClient, logger: Logger) {
        self.environment = AWSEnvironment(environment)
        self.client = client
        self.logger = logger
        credentials = CredentialsChain.standard(environment: environment, httpClient: client, logger: logger)
    }

    /// Follows the settings that name secrets; each is fetched once.
    var secrets: SecretReferences {
        SecretReferences { [self] text in
            let reference = try SecretReference(text)
            return try await secretReader().acceptableSecrets(reference)
        }
    }

    private func secretReader() throws -> AWSSecrets {
        let region = try environment.requiredRegion()
        return kept.withLock { kept in
            if let known = kept { return known }
            let made = AWSSecrets(
                region: region,
                credentials: credentials,
                httpClient: client,
                environment: environment,
                logger: logger
            )
            kept = made
            return made
        }
    }

    /// This process's environment with its secrets in it.
    static func resolvedEnvironment(client: HTTPClient) async throws -> [String: String] {
        let environment = ProcessInfo.processInfo.environment
        let logger = Logger(label: "martlet.aws") { StreamLogHandler.standardError(label: $0) }
        return try await FunctionServices(environment, client: client, logger: logger).secrets.resolve(environment)
    }

    /// The queue of an address.
    func queue(_ url: String) throws -> MessageQueue {
        let client = AWSClient(
            region: try environment.requiredRegion(),
            credentials: credentials,
            httpClient: client,
            endpoint: environment.endpoint(for: "sqs"),
            logger: logger
        )
        return MessageQueue(url: url, client: client)
    }

    /// Opens the store that a setting names.
    func openStore(_ name: String) throws -> any BotStore {
        try SQLiteConversationStore(path: name)
    }
}
