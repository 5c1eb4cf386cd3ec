/// An HTTP request that came as an event.
public struct LambdaHTTPRequest: Sendable, Hashable {
    /// The method, in capitals.
    public var method: String
    /// The path as it is on the wire, from its slash.
    public var path: String
    /// What follows the question mark, as it is on the wire.
    public var query: String
    /// The fields, their names in lower case; `cookie` among them where there are cookies.
    public var headers: [LambdaHeaderField]
    /// The cookies, `name=value` each.
    public var cookies: [String]
    /// The body, as it was sent.
    public var body: [UInt8]
    /// Who sent it, as the front door saw it.
    public var sourceIP: String?
    /// The front door that it came through, to give the response its form.
    public var format: LambdaHTTPFormat
    /// The front door's id of the request.
    public var requestID: String?

    /// Makes a request.
    public init(
        method: String,
        path: String,
        query: String = "",
        headers: [LambdaHeaderField] = [],
        cookies: [String] = [],
        body: [UInt8] = [],
        sourceIP: String? = nil,
        format: LambdaHTTPFormat = .functionURL,
        requestID: String? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.cookies = cookies
        self.body = body
        self.sourceIP = sourceIP
        self.format = format
        self.requestID = requestID
    }

    /// The value of the first field with a name, whatever its letters' case.
    public func header(_ name: String) -> String? { headers.firstValue(of: name) }

    /// Path and query, as in a request's first line.
    public var target: String { query.isEmpty ? path : "\(path)?\(query)" }
}
