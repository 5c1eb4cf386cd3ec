public import HTTPTypes
public import Hummingbird

/// A part of the API that adds its routes to the server's router.
///
/// The router's middleware has done the following before a route runs: the request has an id, the caller is known and has
/// the right that the route needs, and what the route throws becomes a response through ``APIError/init(_:)`` and
/// ``response(to:)``.
public protocol APIRoutes: Sendable {
    /// Adds the routes.
    func add(to router: Router<APIRequestContext>)

    /// What a caller must have the right to for one of these routes; ``Caller/Rights/generation`` unless it says otherwise.
    func requiredRights(of path: String, _ method: HTTPRequest.Method) -> Caller.Rights

    /// An error of one of these routes as its callers know errors; OpenAI's envelope unless it says otherwise.
    func response(to error: APIError) -> Response
}

extension APIRoutes {
    /// The right to ask the models.
    public func requiredRights(of path: String, _ method: HTTPRequest.Method) -> Caller.Rights { .generation }

    /// OpenAI's envelope.
    public func response(to error: APIError) -> Response { error.response }
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
