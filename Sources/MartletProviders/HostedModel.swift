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
        let answer = try await generation.fetch(
            wire.makeListRequest(),
            for: GenerationRequest(.messages([])),
            timeout: .seconds(10)
        )
        let names = (answer["data"]?.array ?? []).compactMap { $0["id"]?.string }
        guard !names.isEmpty, !names.contains(information.name) else { return "answers" }
        throw ProviderError(
            .unknownModel,
            provider: wire.identity.name,
            "it answers, and has no model \(information.name) among its \(names.count)",
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
