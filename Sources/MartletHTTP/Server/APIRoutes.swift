public import Hummingbird

/// A part of the API that adds its routes to the server's router.
///
/// The router's middleware has done the following before a route runs: the request has an id, the caller is known and has
/// the right to generate, and what the route throws becomes OpenAI's envelope through ``APIError/init(_:)``.
public protocol APIRoutes: Sendable {
    /// Adds the routes.
    func add(to router: Router<APIRequestContext>)
}

/// What a part of the API is made from.
public struct APIServices: Sendable {
    /// The models by name.
    public var models: any ModelServing
    /// What every generation asks first.
    public var metering: any TokenMetering

    /// Puts both together.
    public init(models: any ModelServing, metering: any TokenMetering) {
        self.models = models
        self.metering = metering
    }
}
