public import MartletCore
import Synchronization

/// A model behind OpenAI's interface, at OpenAI or at any server that speaks like it.
///
/// Conversations go to `/chat/completions`, raw text and tokens to `/completions`. Tokens are counted by the server where it
/// does, and estimated where it doesn't (``TokenEstimate``).
public final class OpenAICompatibleModel: ModelObserving {
    /// What this model is.
    public var information: LanguageModelInformation { generation.information }
    let wire: OpenAIWire
    let generation: RemoteGeneration

    /// Makes a model; nothing is sent before a request.
    ///
    /// - Parameters:
    ///   - model: Its name at the server.
    ///   - server: The server.
    /// - Throws: ``ProviderError`` for an address that can't or mustn't be used.
    public init(
        _ model: String,
        at server: OpenAIServer,
        settings: RemoteSettings = RemoteSettings(),
        transport: ProviderTransport
    ) throws(ProviderError) {
        wire = try OpenAIWire(model, at: server)
        generation = RemoteGeneration(wire: wire, transport: transport, settings: settings)
    }

    /// Answers `request`; see ``LanguageModel/generate(_:)``.
    /// - Throws: From the stream: ``ProviderError``.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        generation.stream(request)
    }

    /// Estimates the tokens; the interface has no way to count them.
    public func tokenCount(of input: GenerationRequest.Input) async throws -> Int {
        TokenEstimate(input).count
    }

    /// The counts so far.
    public var statistics: ModelStatistics { generation.counts.statistics }
}

/// How OpenAI's interface says things.
final class OpenAIWire: ProviderWire {
    let identity: ProviderIdentity
    private let endpoint: Endpoint
    private let key: Secret?
    let dialect: OpenAIDialect
    private let adaptations = Mutex<Set<OpenAIAdaptation>>([])

    init(_ model: String, at server: OpenAIServer) throws(ProviderError) {
        dialect = server.dialect
        key = server.key
        endpoint = try Endpoint(
            server.baseURL ?? dialect.standardBaseURL ?? "",
            provider: dialect.name,
            allowsOpenConnections: server.allowsOpenConnections
        )
        identity = ProviderIdentity(
            name: dialect.name,
            model: model,
            keySource: server.keySource ?? dialect.keyVariable,
            secrets: server.key.map { [$0] } ?? []
        )
    }

    func makeRequest(_ request: GenerationRequest) throws -> WireRequest {
        let body = OpenAIRequestBody(
            model: identity.model,
            dialect: dialect,
            adaptations: adaptations.withLock { $0 }
        )
        return .json(
            endpoint.addingVersion() + OpenAIRequestBody.path(for: request),
            try body.make(request),
            headers: [("accept", "text/event-stream, application/json")] + (try authorization())
        )
    }

    /// Says something else than a generation.
    /// - Parameter url: Where; nil is `path` below the address with its version.
    func makeRequest(_ path: String, _ body: JSONValue, at url: String? = nil) throws -> WireRequest {
        .json(
            url ?? endpoint.addingVersion() + path,
            body,
            headers: [("accept", "application/json")] + (try authorization())
        )
    }

    /// The address without a version.
    var bareURL: String { endpoint.text.hasSuffix("/v1") ? String(endpoint.text.dropLast(3)) : endpoint.text }

    /// Asks which models there are, or which one there is.
    func makeListRequest() throws -> WireRequest {
        let url = dialect.rankShape == .inference ? bareURL + "/info" : endpoint.addingVersion() + "/models"
        return WireRequest(method: "GET", url: url, headers: try authorization())
    }

    func authorization() throws -> [(name: String, value: String)] {
        guard key != nil || !dialect.needsKey else {
            throw ProviderError(
                .missingCredentials,
                provider: identity.name,
                "there is no key for it",
                remedy: "Set \(identity.keySource)"
            )
        }
        return key.map { [("authorization", "Bearer \($0.rawValue)")] } ?? []
    }

    func makeDecoder(for request: GenerationRequest, contentType: String) -> any AnswerDecoding {
        makeAnswerDecoder(OpenAIAnswerReader(identity: identity, request: request), contentType: contentType)
    }

    func adapt(to complaint: UpstreamComplaint, status: Int) -> Bool {
        guard let adaptation = OpenAIAdaptation(complaint, status: status) else { return false }
        return adaptations.withLock { $0.insert(adaptation).inserted }
    }
}
