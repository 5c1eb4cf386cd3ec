/// Which front door an HTTP request came through; each has its own JSON for requests and responses.
public enum LambdaHTTPFormat: String, Sendable, Hashable, CaseIterable {
    /// A function URL (payload 2.0).
    case functionURL
    /// An HTTP API of API Gateway (payload 2.0).
    case apiV2
    /// A REST API of API Gateway, or an HTTP API with payload 1.0.
    case apiV1
    /// An Application Load Balancer that sends one value for each header.
    case alb
    /// An Application Load Balancer whose target group has multi-value headers on.
    case albMultiValue
}
