package import MartletCore
package import MartletProviders

/// A model that the configuration gives a name.
package struct ModelEntry: Sendable, Hashable {
    /// Where a model runs.
    package enum Provider: Sendable, Hashable {
        /// In this process, from a file.
        case local
        /// At a server that speaks OpenAI's language.
        case openAI(OpenAIDialect)
        case anthropic
        case bedrock

        /// Every provider's name in configurations.
        package static let names =
            ["local"] + (OpenAIDialect.known + OpenAIDialect.encoders).map(\.name) + ["anthropic", "bedrock"]

        /// The provider of a name.
        package init?(_ name: String) {
            switch name {
            case "local": self = .local
            case "anthropic": self = .anthropic
            case "bedrock": self = .bedrock
            default:
                guard let dialect = OpenAIDialect.named(name) else { return nil }
                self = .openAI(dialect)
            }
        }
    }

    /// The name in the configuration.
    package var name: String
    /// Where it runs.
    package var provider: Provider
    /// What it is for; nil is what a local model's file says, and chatting elsewhere.
    package var purpose: ModelPurpose?
    /// Its name there; a file or a pulled model's name for local ones; nil is the model that would be used without any name.
    package var model: String?
    /// The address of the interface; nil is the provider's own.
    package var baseURL: String?
    /// The key; nil where there is none.
    package var key: Secret?
    /// Where the key is set, or would be.
    package var keySource = ""
    /// The names of the models that take over.
    package var fallbacks: [String] = []
    /// The longest wait for a local model before a hosted fall-back takes a request.
    package var burstAfter: Duration?
    /// Requests that it gets at the same time; nil is any number.
    package var maximumConcurrentRequestCount: Int?
    /// How long it may take to begin its answer; nil is the usual.
    package var timeout: Duration?
    /// Tokens that input and answer may come to together; nil takes what is known.
    package var contextLength: Int?
    /// What an answer may come to where a request sets no limit, for providers that want one.
    package var standardTokenCount: Int?
    /// Whether keys and chats may go to another machine without TLS.
    package var allowsOpenConnections = false
    /// Whether answers are streamed.
    package var isStreaming = true
    /// The AWS region.
    package var region: String?
    /// Values of its vectors; nil takes what is known.
    package var dimensions: Int?
    /// What tokens cost; nil takes what is known.
    package var prices: ModelPrices?

    package init(name: String, provider: Provider, model: String? = nil) {
        self.name = name
        self.provider = provider
        self.model = model
    }

    /// Whether it runs in this process.
    package var isLocal: Bool { provider == .local }
}
