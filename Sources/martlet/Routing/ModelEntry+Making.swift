import MartletAWS
import MartletCore
import MartletProviders

extension ModelEntry {
    /// Makes the hosted model; nothing is sent.
    ///
    /// What the entry leaves open comes from the environment: the provider's usual variables for keys, addresses and regions.
    /// - Throws: `ProviderError` for what can't be used.
    func makeHosted(
        environment: [String: String],
        transport: ProviderTransport
    ) throws -> any HostedModel {
        func variable(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        func secret(_ name: String) -> Secret? { key ?? variable(name).flatMap { Secret($0) } }
        let source = keySource.isEmpty ? nil : keySource
        var settings = RemoteSettings()
        if let timeout {
            settings.timeouts.firstByte = timeout
            settings.timeouts.idle = max(timeout, settings.timeouts.idle)
        }
        settings.contextLength = contextLength
        settings.prices = prices
        let model = model ?? ""
        switch provider {
        case .local: preconditionFailure("a local model is no hosted one")
        case .openAI(let dialect):
            let address = baseURL ?? (dialect == .openAI ? variable("OPENAI_BASE_URL") : nil)
            // At another address speaks another server.
            let isElsewhere = dialect == .openAI && address.map { !$0.contains("api.openai.com") } ?? false
            return try OpenAICompatibleModel(
                model,
                dialect: isElsewhere ? .generic : dialect,
                baseURL: address,
                key: secret(dialect.keyVariable),
                keySource: source,
                allowsOpenConnections: allowsOpenConnections,
                settings: settings,
                transport: transport
            )
        case .anthropic:
            return try AnthropicModel(
                model,
                baseURL: baseURL ?? variable("ANTHROPIC_BASE_URL") ?? AnthropicModel.standardBaseURL,
                key: secret("ANTHROPIC_API_KEY"),
                keySource: source ?? "ANTHROPIC_API_KEY",
                allowsOpenConnections: allowsOpenConnections,
                standardTokenCount: standardTokenCount ?? 4096,
                settings: settings,
                transport: transport
            )
        case .bedrock:
            let authorization: BedrockModel.Authorization =
                secret("AWS_BEARER_TOKEN_BEDROCK").map { .key($0) }
                ?? .signature(
                    CredentialsChain.standard(environment: environment, httpClient: transport.httpClient)
                )
            return try BedrockModel(
                model,
                region: region ?? variable("AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1",
                baseURL: baseURL ?? variable("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"),
                authorization: authorization,
                isStreaming: isStreaming,
                allowsOpenConnections: allowsOpenConnections,
                settings: settings,
                transport: transport
            )
        }
    }
}
