import AsyncHTTPClient
import Logging
import MartletCore
import MartletHTTP
import MartletVectors
import ServiceLifecycle
import Synchronization

/// Martlet's own server over an empty store in memory, on a port of this machine.
struct ServedStore {
    /// The key that the server wants.
    static let key = "a-key-for-tests"

    /// Runs a server for as long as `body` takes.
    static func run<Result: Sendable>(
        limits: VectorLimits = VectorLimits(),
        _ body: @Sendable (_ address: String, _ client: HTTPClient) async throws -> Result
    ) async throws -> Result {
        let store = try EmbeddedVectorStore.inMemory()
        let turnstile = VectorTurnstile()
        let (ports, found) = AsyncStream<Int>.makeStream()
        var configuration = ServerConfiguration()
        configuration.port = 0
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let key = AccessKey(name: "test", key: Self.key, rights: [.vectorReading, .vectorWriting])
        var keys = AccessKeys()
        keys.add(key)
        let server = try MartletServer(
            configuration,
            models: NoModels(),
            keys: KeyRing(keys),
            logger: logger,
            makeRoutes: { _ in
                [
                    ChromaRoutes(store, limits: limits, turnstile: turnstile),
                    PineconeRoutes(store, limits: limits, turnstile: turnstile),
                ]
            },
            onListening: { found.yield($0) }
        )
        server.becomeReady()
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var port = 0
            for await listening in ports {
                port = listening
                break
            }
            let address = "http://127.0.0.1:\(port)"
            let result: Result
            do {
                result = try await HTTPClient.withHTTPClient(configuration: .vectorStores) { client in
                    try await body(address, client)
                }
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }

    private struct NoModels: ModelServing {
        var models: [ServedModel] { [] }
        func model(named name: String?) -> (any LanguageModel)? { nil }
    }
}
