import MartletAWS
import MartletCore
import MartletProviders

extension ModelEntry {
    /// What the entry leaves open comes from the environment: the provider's usual variables for keys, addresses and regions.
    private struct Surroundings {
        let entry: ModelEntry
        let environment: [String: String]

        func variable(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }

        func secret(_ name: String) -> Secret? { entry.key ?? variable(name).flatMap { Secret($0) } }

        var keySource: String? { entry.keySource.isEmpty ? nil : entry.keySource }

        var settings: RemoteSettings {
            var settings = RemoteSettings()
            if let timeout = entry.timeout {
                settings.timeouts.firstByte = timeout
                settings.timeouts.idle = max(timeout, settings.timeouts.idle)
            }
            settings.contextLength = entry.contextLength
            settings.prices = entry.prices
            return settings
        }

        /// The server that speaks a dialect: at another address than OpenAI's speaks another server.
        func server(_ dialect: OpenAIDialect) -> OpenAIServer {
            let address = entry.baseURL ?? (dialect == .openAI ? variable("OPENAI_BASE_URL") : nil)
            let isElsewhere = dialect == .openAI && address.map { !$0.contains("api.openai.com") } ?? false
            return OpenAIServer(
                isElsewhere ? .generic : dialect,
                at: address,
                key: secret(dialect.keyVariable),
                keySource: keySource,
                allowsOpenConnections: entry.allowsOpenConnections
            )
        }
    }

    /// Makes the hosted model; nothing is sent.
    ///
    /// - Throws: `ProviderError` for what can't be used.
    func makeHosted(
        environment: [String: String],
        transport: ProviderTransport
    ) throws -> any HostedModel {
        let surroundings = Surroundings(entry: self, environment: environment)
        let source = surroundings.keySource
        let settings = surroundings.settings
        let model = model ?? ""
        switch provider {
        case .local: preconditionFailure("a local model is no hosted one")
        case .openAI(let dialect):
            guard dialect.chats else { throw doesNot("chat") }
            return try OpenAICompatibleModel(
                model,
                at: surroundings.server(dialect),
                settings: settings,
                transport: transport
            )
        case .anthropic:
            return try AnthropicModel(
                model,
                baseURL: baseURL ?? surroundings.variable("ANTHROPIC_BASE_URL") ?? AnthropicModel.standardBaseURL,
                key: surroundings.secret("ANTHROPIC_API_KEY"),
                keySource: source ?? "ANTHROPIC_API_KEY",
                allowsOpenConnections: allowsOpenConnections,
                standardTokenCount: standardTokenCount ?? 4096,
                settings: settings,
                transport: transport
            )
        case .bedrock:
            let authorization: BedrockModel.Authorization =
                surroundings.secret("AWS_BEARER_TOKEN_BEDROCK").map { .key($0) }
                ?? .signature(
                    CredentialsChain.standard(environment: environment, httpClient: transport.httpClient)
                )
            return try BedrockModel(
                model,
                region: region ?? surroundings.variable("AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1",
                baseURL: baseURL ?? surroundings.variable("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"),
                authorization: authorization,
                isStreaming: isStreaming,
                allowsOpenConnections: allowsOpenConnections,
                settings: settings,
                transport: transport
            )
        }
    }

    /// Makes the embedder that runs elsewhere; nothing is sent.
    ///
    /// - Throws: `ProviderError` for what can't be used.
    func makeEmbedder(environment: [String: String], transport: ProviderTransport) throws -> RemoteEmbedder {
        guard case .openAI(let dialect) = provider, dialect != .cohere else { throw doesNot("make vectors") }
        let surroundings = Surroundings(entry: self, environment: environment)
        return try RemoteEmbedder(
            model ?? "",
            width: dimensions,
            at: surroundings.server(dialect),
            settings: surroundings.settings,
            transport: transport
        )
    }

    /// Makes the reranker that runs elsewhere; nothing is sent.
    ///
    /// - Throws: `ProviderError` for what can't be used.
    func makeReranker(environment: [String: String], transport: ProviderTransport) throws -> RemoteReranker {
        guard case .openAI(let dialect) = provider, dialect != .openAI || baseURL != nil else {
            throw doesNot("rank texts")
        }
        let surroundings = Surroundings(entry: self, environment: environment)
        return try RemoteReranker(
            model ?? "",
            at: surroundings.server(dialect),
            settings: surroundings.settings,
            transport: transport
        )
    }

    private func doesNot(_ what: String) -> ProviderError {
        let named: String =
            switch provider {
            case .local: "local"
            case .openAI(let dialect): dialect.name
            case .anthropic: "anthropic"
            case .bedrock: "bedrock"
            }
        return ProviderError(
            .unsupported,
            provider: named,
            "it does not \(what)",
            remedy: "Name another provider for \(name), or set its type to what it does"
        )
    }
}
