import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletCore
import Synchronization

/// What a function uses of AWS, made when it is first used.
final class FunctionServices: Sendable {
    private let environment: [String: String]
    private let client: HTTPClient
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var connection: AWSConnection?
        var secrets: AWSSecrets?
        var stores: [OpenStore] = []
    }

    private init(_ environment: [String: String], client: HTTPClient, logger: Logger) {
        self.environment = environment
        self.client = client
        self.logger = logger
    }

    /// Runs `body` with services, of which nothing is asked before it is used; closes them afterwards.
    static func with<Result>(
        _ environment: [String: String],
        logger: Logger,
        _ body: (FunctionServices) async throws -> Result
    ) async throws -> Result {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: AWSClient.clientConfiguration)
        let services = FunctionServices(environment, client: client, logger: logger)
        do {
            let result = try await body(services)
            for store in services.state.withLock({ $0.stores }) { try await store.close() }
            try await client.shutdown()
            return result
        } catch {
            for store in services.state.withLock({ $0.stores }) { try? await store.close() }
            try? await client.shutdown()
            throw error
        }
    }

    /// Follows the settings that name secrets; each is fetched once.
    var secrets: SecretReferences {
        SecretReferences { [self] text in
            let reference = try SecretReference(text)
            return try await secretReader().acceptableSecrets(reference)
        }
    }

    private func secretReader() throws -> AWSSecrets {
        let connection = try connection()
        return state.withLock { state in
            if let known = state.secrets { return known }
            let made = connection.secrets()
            state.secrets = made
            return made
        }
    }

    /// The queue of an address.
    func queue(_ url: String) throws -> MessageQueue { MessageQueue(url: url, client: try connection().client("sqs")) }

    /// Who one is on AWS, and where: the same for all that is used there.
    private func connection() throws -> AWSConnection {
        try state.withLock { state in
            if let known = state.connection { return known }
            let made = try AWSConnection(environment, httpClient: client, logger: logger)
            state.connection = made
            return made
        }
    }

    /// Opens the store that a setting names.
    func openStore(_ name: String) throws -> any BotStore {
        let opened = try OpenStore(name, environment: environment, logger: logger)
        state.withLock { $0.stores.append(opened) }
        return opened.store
    }
}
