import MartletCore

/// How a provider's interface says a request and its answer; the rest is the same for all of them.
protocol ProviderWire: Sendable {
    /// Who it is, for messages.
    var identity: ProviderIdentity { get }

    /// Says a request in the provider's terms, authorized.
    /// - Throws: ``ProviderError`` for what the interface can't say.
    func makeRequest(_ request: GenerationRequest) async throws -> WireRequest

    /// A decoder for the answer to a request.
    func makeDecoder(for request: GenerationRequest, contentType: String) -> any AnswerDecoding

    /// Says the next requests otherwise, where a refusal is about how this one was said.
    ///
    /// - Returns: Whether there is another way, so that the request can be sent again at once.
    func adapt(to complaint: UpstreamComplaint, status: Int) -> Bool
}

extension ProviderWire {
    func adapt(to complaint: UpstreamComplaint, status: Int) -> Bool { false }
}

/// Who a provider is and how it is authorized, as far as messages speak of it.
struct ProviderIdentity: Sendable {
    /// The provider's name, such as `openai`.
    var name: String
    /// The model's name at the provider.
    var model: String
    /// Where the key is set, such as `OPENAI_API_KEY`.
    var keySource: String
    /// The keys, to take them out of what a provider says.
    var secrets: [Secret] = []
}
