public import MartletCore

/// A model elsewhere, of which can be found out whether it answers.
public protocol HostedModel: ModelObserving {
    /// Asks the provider about the model without having it generate anything.
    ///
    /// - Returns: What was found, in words.
    /// - Throws: ``ProviderError``
    func probe() async throws -> String
}

extension OpenAICompatibleModel: HostedModel {
    /// Asks for the list of models.
    public func probe() async throws -> String {
        try await wire.probe(over: generation.transport)
    }
}

extension OpenAIWire {
    /// Asks for the list of models, and looks for this one there.
    func probe(over transport: ProviderTransport) async throws -> String {
        guard dialect.listsModels else {
            _ = try authorization()
            return "has a key; whether it answers shows with the first request"
        }
        let answer = try await transport.fetch(
            makeListRequest(),
            identity: identity,
            timeout: .seconds(10),
            request: GenerationRequest(.messages([]))
        )
        let names = (answer["data"]?.array ?? []).compactMap { $0["id"]?.string }
        guard !names.isEmpty, !names.contains(identity.model) else { return "answers" }
        throw ProviderError(
            .unknownModel,
            provider: identity.name,
            "it answers, and has no model \(identity.model) among its \(names.count)",
            remedy: "Check the model's name"
        )
    }
}

extension AnthropicModel: HostedModel {
    /// Asks for the model's description.
    public func probe() async throws -> String {
        _ = try await generation.fetch(
            wire.makeDescriptionRequest(),
            for: GenerationRequest(.messages([])),
            timeout: .seconds(10)
        )
        return "answers"
    }
}

extension BedrockModel: HostedModel {
    /// Looks for credentials; there is nothing at the endpoint that could be asked without generating.
    public func probe() async throws -> String {
        _ = try await wire.makeRequest(GenerationRequest(.messages([.user("Hello")])))
        return "has credentials; whether it answers shows with the first request"
    }
}
