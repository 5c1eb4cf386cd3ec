public import Hummingbird

/// OpenAI's endpoints, and those that look at tokens.
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
        router.post("/v1/chat/completions") { try await chat.respond(to: $0, context: $1) }
    }
}
