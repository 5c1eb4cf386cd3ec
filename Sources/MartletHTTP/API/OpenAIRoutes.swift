public import Hummingbird

/// OpenAI's endpoints, and those that look at tokens, make vectors and rank texts.
public struct OpenAIRoutes: APIRoutes {
    private let services: APIServices
    private let limits: APILimits

    /// Makes the routes.
    public init(_ services: APIServices, limits: APILimits = APILimits()) {
        self.services = services
        self.limits = limits
    }

    /// Adds the routes.
    public func add(to router: Router<APIRequestContext>) {
        let endpoint = GenerationEndpoint(services: services, limits: limits)
        let chat = ChatCompletionsEndpoint(endpoint: endpoint)
        let completions = CompletionsEndpoint(endpoint: endpoint)
        let models = ModelsEndpoint(models: services.models)
        let tokens = TokensEndpoint(endpoint: endpoint)
        router.post("/v1/chat/completions") { try await chat.respond(to: $0, context: $1) }
        router.post("/v1/completions") { try await completions.respond(to: $0, context: $1) }
        let responses = ResponsesEndpoint(endpoint: endpoint, store: ResponseStore(limits: limits))
        router.post("/v1/responses") { try await responses.respond(to: $0, context: $1) }
        router.get("/v1/responses/:id") { _, context in try responses.response(context: context) }
        router.delete("/v1/responses/:id") { _, context in try responses.delete(context: context) }
        router.get("/v1/models") { _, _ in models.list() }
        router.get("/v1/models/**") { _, context in try models.model(context: context) }
        router.post("/tokenize") { try await tokens.tokenize($0, context: $1) }
        router.post("/detokenize") { try await tokens.detokenize($0, context: $1) }
        EmbeddingRoutes(services: services, limits: limits).add(to: router)
    }
}
