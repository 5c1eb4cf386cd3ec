import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import MartletCore
import MartletHTTP
import MartletTestSupport
import NIOCore
import Synchronization

/// The API over models that a test scripts, with what the server's middleware does before and after a route.
struct TestAPI {
    var models: [(id: String, model: any LanguageModel)]
    var embedders: [(id: String, embedder: any Embedder)] = []
    var rerankers: [(id: String, reranker: any Reranker)] = []
    var metering: (any TokenMetering)?
    var limits = APILimits()
    var defaultSampling = SamplingOptions()

    init(_ model: any LanguageModel) {
        models = [("scripted", model)]
    }

    /// The API without a model that generates.
    init(embedder: any Embedder) {
        models = []
        embedders = [("vectors", embedder)]
    }

    /// The API without a model that generates.
    init(reranker: any Reranker) {
        models = []
        rerankers = [("ranks", reranker)]
    }

    /// The server's application, whose middleware a request goes through.
    var application: some ApplicationProtocol {
        get throws {
            var configuration = ServerConfiguration()
            configuration.port = 0
            configuration.writeTimeout = .milliseconds(500)
            let server = try MartletServer(
                configuration,
                models: TestModels(self),
                keys: .open,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
                makeRoutes: { services in
                    let metering = metering ?? services.metering
                    return [OpenAIRoutes(APIServices(models: services.models, metering: metering), limits: limits)]
                }
            )
            server.becomeReady()
            return server.application
        }
    }

    /// Sends one request to the routes, without a socket.
    func send(
        _ method: HTTPRequest.Method = .post,
        _ path: String,
        _ body: String? = nil,
        headers: HTTPFields = [.contentType: "application/json"]
    ) async throws -> TestResponse {
        try await application.test(.router) { client in
            try await client.execute(
                uri: path,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
        }
    }

    /// Sends one request and reads its answer as JSON.
    func json(
        _ method: HTTPRequest.Method = .post,
        _ path: String,
        _ body: String? = nil
    ) async throws -> (status: Int, body: JSONValue) {
        let response = try await send(method, path, body)
        return (response.status.code, try JSONValue(parsing: response.body.readableBytesView))
    }
}

private struct TestModels: ModelServing {
    let api: TestAPI

    init(_ api: TestAPI) { self.api = api }

    private static let created: Int64 = 1_700_000_000

    var models: [ServedModel] {
        api.models.map {
            ServedModel(
                id: $0.id,
                information: $0.model.information,
                created: Self.created,
                defaultSampling: api.defaultSampling
            )
        }
    }
    var embedders: [ServedEmbedder] {
        api.embedders.map {
            ServedEmbedder(id: $0.id, information: $0.embedder.information, created: Self.created)
        }
    }
    var rerankers: [ServedReranker] {
        api.rerankers.map {
            ServedReranker(id: $0.id, information: $0.reranker.information, created: Self.created)
        }
    }

    func model(named name: String?) -> (any LanguageModel)? {
        api.models.first { $0.id == name ?? $0.id }?.model
    }
    func embedder(named name: String?) -> (any Embedder)? {
        api.embedders.first { $0.id == name ?? $0.id }?.embedder
    }
    func reranker(named name: String?) -> (any Reranker)? {
        api.rerankers.first { $0.id == name ?? $0.id }?.reranker
    }
}

extension TestResponse {
    /// The body as text.
    var text: String { String(buffer: body) }

    /// The data of the body's events, `[DONE]` as a string, comments left out.
    var events: [JSONValue] {
        get throws {
            try text.split(separator: "\n\n").compactMap { event in
                guard let line = event.split(separator: "\n").first(where: { $0.hasPrefix("data: ") }) else {
                    return nil
                }
                let data = line.dropFirst("data: ".count)
                return data == "[DONE]" ? "[DONE]" : try JSONValue(parsing: Array(data.utf8))
            }
        }
    }
}

extension JSONValue {
    /// The member at a path such as `choices.0.message.content`.
    func at(_ path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(self)) { value, step in
            if let index = Int(step) {
                guard let elements = value?.array, elements.indices.contains(index) else { return nil }
                return elements[index]
            }
            return value?.object?[String(step)]
        }
    }

    /// The same JSON with what differs from run to run replaced: ids, dates and times.
    var stable: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.stable))
        case .object(let members):
            .object(
                JSONObject(
                    members.map { name, value -> (String, JSONValue) in
                        switch name {
                        case "id", "item_id", "system_fingerprint":
                            (name, .string(String((value.string ?? "").prefix { $0 != "-" && $0 != "_" })))
                        case "created", "created_at", "completed_at": (name, 0)
                        default: (name, value.stable)
                        }
                    }
                )
            )
        default: self
        }
    }
}

/// Remembers how leases ended.
final class RecordingMetering: TokenMetering {
    private let state = Mutex<(outcomes: [GenerationLease.Outcome], estimates: [Int], callers: [Caller])>(([], [], []))
    private let refusal: APIError?

    init(refusing refusal: APIError? = nil) {
        self.refusal = refusal
    }

    var outcomes: [GenerationLease.Outcome] { state.withLock { $0.outcomes } }
    var estimates: [Int] { state.withLock { $0.estimates } }

    func begin(
        _ work: MeteredWork,
        caller: Caller,
        model: String,
        estimatedTokenCount: Int
    ) throws(APIError) -> GenerationLease {
        if let refusal { throw refusal }
        state.withLock { $0.estimates.append(estimatedTokenCount) }
        var headers = HTTPFields()
        if let name = HTTPField.Name("x-ratelimit-remaining-tokens") { headers[name] = "7" }
        return GenerationLease(
            headers: headers,
            onEnd: { [self] outcome in
                state.withLock { $0.outcomes.append(outcome) }
            }
        )
    }
}
