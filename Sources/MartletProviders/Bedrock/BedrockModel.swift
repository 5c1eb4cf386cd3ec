import FoundationEssentials
public import MartletAWS
public import MartletCore

/// A model behind Amazon Bedrock's Converse.
///
/// Tokens are counted by the provider with each answer, and estimated before (``TokenEstimate``).
public final class BedrockModel: ModelObserving {
    /// How requests are authorized.
    public enum Authorization: Sendable {
        /// With a Bedrock API key (`AWS_BEARER_TOKEN_BEDROCK`).
        case key(Secret)
        /// With a signature.
        case signature(any CredentialsProviding)
    }

    /// What this model is.
    public var information: LanguageModelInformation { generation.information }
    let wire: BedrockWire
    private let generation: RemoteGeneration

    /// Makes a model; nothing is sent before a request.
    ///
    /// - Parameters:
    ///   - model: Its name, an inference profile's, or an ARN.
    ///   - region: The region, such as `eu-west-1`.
    ///   - baseURL: The address of the endpoint; nil is the region's.
    ///   - isStreaming: Whether ConverseStream is used; a few models know only Converse.
    /// - Throws: ``ProviderError`` for an address that can't or mustn't be used.
    public init(
        _ model: String,
        region: String,
        baseURL: String? = nil,
        authorization: Authorization,
        isStreaming: Bool = true,
        allowsOpenConnections: Bool = false,
        settings: RemoteSettings = RemoteSettings(),
        transport: ProviderTransport
    ) throws(ProviderError) {
        let isPlain =
            !region.isEmpty
            && region.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
        guard isPlain else {
            throw ProviderError(
                .unusableEndpoint,
                provider: "bedrock",
                "the region is not one",
                remedy: "Set AWS_REGION or region to one such as eu-west-1"
            )
        }
        let endpoint = try Endpoint(
            baseURL ?? "https://bedrock-runtime.\(region).amazonaws.com",
            provider: "bedrock",
            allowsOpenConnections: allowsOpenConnections
        )
        let (keySource, secrets): (String, [Secret]) =
            switch authorization {
            case .key(let key): ("AWS_BEARER_TOKEN_BEDROCK", [key])
            case .signature: ("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", [])
            }
        wire = BedrockWire(
            identity: ProviderIdentity(name: "bedrock", model: model, keySource: keySource, secrets: secrets),
            endpoint: endpoint,
            region: region,
            authorization: authorization,
            isStreaming: isStreaming
        )
        generation = RemoteGeneration(wire: wire, transport: transport, settings: settings)
    }

    /// Answers `request`; see ``LanguageModel/generate(_:)``.
    /// - Throws: From the stream: ``ProviderError``.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        generation.stream(request)
    }

    /// Estimates the tokens.
    public func tokenCount(of input: GenerationRequest.Input) async throws -> Int {
        TokenEstimate(input).count
    }

    /// The counts so far.
    public var statistics: ModelStatistics { generation.counts.statistics }
}

/// How Converse says things.
struct BedrockWire: ProviderWire {
    let identity: ProviderIdentity
    let endpoint: Endpoint
    let region: String
    let authorization: BedrockModel.Authorization
    let isStreaming: Bool

    func makeRequest(_ request: GenerationRequest) async throws -> WireRequest {
        let body = BedrockRequestBody(model: identity.model)
        let path = endpoint.path + body.path(isStreaming ? "converse-stream" : "converse")
        var message = WireRequest.json(
            String(endpoint.text.dropLast(endpoint.path.count)) + path,
            try body.make(request),
            headers: []
        )
        switch authorization {
        case .key(let key): message.headers.append(("authorization", "Bearer \(key.rawValue)"))
        case .signature(let provider):
            let credentials: AWSCredentials
            do {
                credentials = try await provider.credentials()
            } catch let error as CredentialsError {
                throw ProviderError(
                    .missingCredentials,
                    provider: identity.name,
                    error.message,
                    remedy: error.remedy
                )
            }
            let signer = RequestSigner(credentials: credentials, region: region, service: "bedrock")
            message.headers += signer.headers(
                for: RequestSigner.Message(
                    method: message.method,
                    path: path,
                    headers: [("host", endpoint.authority)] + message.headers,
                    body: message.body
                ),
                at: Int64(Date().timeIntervalSince1970)
            )
        }
        return message
    }

    func makeDecoder(for request: GenerationRequest, contentType: String) -> any AnswerDecoding {
        if contentType.hasPrefix("text/html") { return PageDecoder(identity: identity) }
        return BedrockAnswerDecoder(
            identity: identity,
            request: request,
            isStream: !contentType.hasPrefix("application/json")
        )
    }
}
