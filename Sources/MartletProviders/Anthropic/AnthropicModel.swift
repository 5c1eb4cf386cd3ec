public import MartletCore

/// A model behind Anthropic's Messages API.
public final class AnthropicModel: ModelObserving {
    /// What this model is.
    public var information: LanguageModelInformation { generation.information }
    let wire: AnthropicWire
    let generation: RemoteGeneration

    /// Where the API is.
    public static let standardBaseURL = "https://api.anthropic.com"

    /// Makes a model; nothing is sent before a request.
    ///
    /// - Parameters:
    ///   - model: Its name at the provider.
    ///   - baseURL: The address up to what `/v1/messages` is added to.
    ///   - keySource: Where the key is set, for messages.
    ///   - standardTokenCount: What an answer may come to where a request sets no limit.
    /// - Throws: ``ProviderError`` for an address that can't or mustn't be used.
    public init(
        _ model: String,
        baseURL: String = AnthropicModel.standardBaseURL,
        key: Secret?,
        keySource: String = "ANTHROPIC_API_KEY",
        allowsOpenConnections: Bool = false,
        standardTokenCount: Int = 4096,
        settings: RemoteSettings = RemoteSettings(),
        transport: ProviderTransport
    ) throws(ProviderError) {
        let endpoint = try Endpoint(
            baseURL,
            provider: "anthropic",
            allowsOpenConnections: allowsOpenConnections
        )
        wire = AnthropicWire(
            endpoint: endpoint,
            key: key,
            identity: ProviderIdentity(
                name: "anthropic",
                model: model,
                keySource: keySource,
                secrets: key.map { [$0] } ?? []
            ),
            body: AnthropicRequestBody(model: model, standardTokenCount: standardTokenCount)
        )
        generation = RemoteGeneration(wire: wire, transport: transport, settings: settings)
    }

    /// Answers `request`; see ``LanguageModel/generate(_:)``.
    /// - Throws: From the stream: ``ProviderError``.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        generation.stream(request)
    }

    /// Asks the provider, which counts for nothing; estimates text and tokens that are no conversation, and where the server
    /// does not count.
    public func tokenCount(of input: GenerationRequest.Input) async throws -> Int {
        guard case .messages = input else { return TokenEstimate(input).count }
        let request = GenerationRequest(input)
        do {
            let answer = try await generation.fetch(wire.makeCountingRequest(request), for: request, timeout: nil)
            guard let count = answer["input_tokens"]?.integer, (0...100_000_000).contains(count) else {
                return TokenEstimate(input).count
            }
            return Int(count)
        } catch let error as ProviderError where error.status == 404 {
            return TokenEstimate(input).count
        }
    }

    /// The counts so far.
    public var statistics: ModelStatistics { generation.counts.statistics }
}

/// How the Messages API says things.
struct AnthropicWire: ProviderWire {
    let endpoint: Endpoint
    let key: Secret?
    let identity: ProviderIdentity
    let body: AnthropicRequestBody

    func makeRequest(_ request: GenerationRequest) throws -> WireRequest {
        .json(endpoint.text + "/v1/messages", try body.make(request), headers: try headers())
    }

    func makeCountingRequest(_ request: GenerationRequest) throws -> WireRequest {
        .json(endpoint.text + "/v1/messages/count_tokens", .object(try body.input(request)), headers: try headers())
    }

    func makeDescriptionRequest() throws -> WireRequest {
        WireRequest(
            method: "GET",
            url: endpoint.text + "/v1/models/" + PercentEncoding.encode(identity.model),
            headers: try headers()
        )
    }

    func makeDecoder(for request: GenerationRequest, contentType: String) -> any AnswerDecoding {
        makeAnswerDecoder(AnthropicAnswerReader(identity: identity, request: request), contentType: contentType)
    }

    private func headers() throws -> [(name: String, value: String)] {
        guard let key else {
            throw ProviderError(
                .missingCredentials,
                provider: identity.name,
                "there is no key for it",
                remedy: "Set \(identity.keySource)"
            )
        }
        return [("x-api-key", key.rawValue), ("anthropic-version", "2023-06-01")]
    }
}
