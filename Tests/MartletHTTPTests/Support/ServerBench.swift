import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import MartletCore
import MartletHTTP
import MartletTestSupport
import ServiceLifecycle
import Synchronization

/// A server with a scripted model and two routes that show what the server does for its routes.
struct ServerBench {
    var configuration = ServerConfiguration()
    var keys = KeyRing.open
    var model = ScriptedLanguageModel.saying("one two three")
    var embedder: ScriptedEmbedder?
    var limits = APILimits()
    var isReady = true
    /// Whether the server has the API's routes instead of those for tests.
    var usesWholeAPI = false
    /// Routes beside these.
    var furtherRoutes: [any APIRoutes] = []
    let log = RecordedLog()
    let port = ListeningPort()

    /// The port that a server got.
    final class ListeningPort: Sendable {
        private let value = Mutex<Int?>(nil)
        func set(_ port: Int) { value.withLock { $0 = port } }
        func get() async throws -> Int {
            while true {
                if let port = value.withLock({ $0 }) { return port }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    func server() throws -> MartletServer {
        let information = model.information
        let models = SingleModel(
            model,
            as: ServedModel(id: "scripted", information: information, created: 0),
            embedder: embedder
        )
        let server = try MartletServer(
            configuration,
            models: models,
            keys: keys,
            logger: log.logger,
            makeRoutes: { [usesWholeAPI, furtherRoutes, limits] services in
                (usesWholeAPI ? [OpenAIRoutes(services, limits: limits)] : [BenchRoutes(services: services)])
                    + furtherRoutes
            },
            onListening: { [port] in port.set($0) }
        )
        if isReady { server.becomeReady() }
        return server
    }

    /// Sends requests without a socket.
    func withClient<Value>(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value) async throws
        -> Value
    {
        try await server().application.test(.router, body)
    }

    /// Runs the server on a free port, with a function that stops it gracefully.
    func withRunningServer(
        _ body: @Sendable @escaping (_ port: Int, _ stop: @escaping @Sendable () async -> Void) async throws -> Void
    ) async throws {
        var bench = self
        bench.configuration.port = 0
        let server = try bench.server()
        let group = ServiceGroup(configuration: .init(services: [server], logger: log.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await bench.port.get()
            do {
                try await body(port) { await group.triggerGracefulShutdown() }
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// `POST /v1/body` says how long the body was; `POST /v1/stream` streams the model's answer.
private struct BenchRoutes: APIRoutes {
    let services: APIServices

    func add(to router: Router<APIRequestContext>) {
        router.post("/v1/body") { request, context -> String in
            "\(try await request.collectedBody(context).readableBytes) \(context.caller.name)"
        }
        router.get("/v1/fail") { _, _ -> String in throw Surprise() }
        router.post("/v1/stream") { [services] _, context -> Response in
            guard let model = services.models.model(named: nil) else { throw APIError.unknownModel("") }
            let lease = try services.metering.begin(
                .generation,
                caller: context.caller,
                model: "scripted",
                estimatedTokenCount: 10
            )
            let body = ResponseBody { writer in
                do {
                    for try await event in model.generate(GenerationRequest(.messages([.user("x")]))) {
                        switch event {
                        case .text(let text):
                            lease.noteFirstToken()
                            try await writer.write(ByteBuffer(string: text))
                        case .finished(let summary): lease.settle(summary.usage, summaries: [summary])
                        default: break
                        }
                    }
                } catch let error as any ModelFailure {
                    try await writer.write(ByteBuffer(bytes: APIError(error).envelope.serialized))
                }
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: lease.headers, body: body)
        }
    }

    private struct Surprise: Error, CustomStringConvertible { let description = "/secret/path" }
}

/// What was logged.
final class RecordedLog: Sendable {
    private let entries = Mutex<[String]>([])

    var lines: [String] { entries.withLock { $0 } }

    /// The lines of requests, the last of them perhaps a moment late.
    func requestLines() -> [String] { lines.filter { $0.hasPrefix("Request ") } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self) }
        logger.logLevel = .info
        return logger
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let fields = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            log.entries.withLock { $0.append("\(event.message) \(fields)") }
        }
    }
}
