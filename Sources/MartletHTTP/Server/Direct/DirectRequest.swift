/// A request that came by another way than a connection of the server, such as a function's event.
public struct DirectRequest: Sendable {
    /// The method.
    public var method: String
    /// Path and query, as in a request's first line.
    public var target: String
    /// The fields.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// Makes a request.
    public init(method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }
}
