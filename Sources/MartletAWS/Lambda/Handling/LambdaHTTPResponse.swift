import MartletCore

/// A response to an HTTP request that came as an event.
public struct LambdaHTTPResponse: Sendable, Hashable {
    /// All of it but the body.
    public struct Head: Sendable, Hashable {
        /// The status code.
        public var status: Int
        /// The fields; several of one name are joined with commas where the front door takes one value only.
        public var headers: [LambdaHeaderField]
        /// The values of `Set-Cookie`, which can't be joined.
        public var cookies: [String]

        /// Makes a head; `Set-Cookie` among the fields is taken for a cookie.
        public init(status: Int, headers: [LambdaHeaderField] = [], cookies: [String] = []) {
            self.status = status
            self.headers = headers.filter { $0.name.lowercased() != "set-cookie" }
            self.cookies = cookies + headers.filter { $0.name.lowercased() == "set-cookie" }.map(\.value)
        }
    }

    /// Status, fields and cookies.
    public var head: Head
    /// The body.
    public var body: [UInt8]

    /// Makes a response.
    public init(status: Int, headers: [LambdaHeaderField] = [], cookies: [String] = [], body: [UInt8] = []) {
        head = Head(status: status, headers: headers, cookies: cookies)
        self.body = body
    }

    /// Puts a head and a body together.
    public init(head: Head, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    /// The JSON that a front door makes an HTTP response of; a body that is no UTF-8, or compressed, goes as base64.
    public func payload(for format: LambdaHTTPFormat) -> [UInt8] {
        var members = head.members(for: format)
        if !head.isEncoded, let text = String(validating: body, as: UTF8.self) {
            members["body"] = .string(text)
            members["isBase64Encoded"] = false
        } else {
            members["body"] = .string(Base64Text.encode(body))
            members["isBase64Encoded"] = true
        }
        return JSONValue.object(members).serialized
    }
}

extension LambdaHTTPResponse.Head {
    /// The content type that makes Lambda take a stream's beginning for a head.
    static let streamType = "application/vnd.awslambda.http-integration-response"

    /// What a streamed response begins with: the head as JSON, and eight bytes of zero.
    func prelude(for format: LambdaHTTPFormat) -> [UInt8] {
        JSONValue.object(members(for: format)).serialized + [UInt8](repeating: 0, count: 8)
    }

    /// Whether the body is compressed.
    var isEncoded: Bool {
        headers.firstValue(of: "content-encoding").map { $0.lowercased() != "identity" } ?? false
    }

    func members(for format: LambdaHTTPFormat) -> JSONObject {
        var members: JSONObject = ["statusCode": .integer(Int64(status))]
        switch format {
        case .functionURL, .apiV2:
            members["headers"] = .object(single(headers))
            if !cookies.isEmpty { members["cookies"] = .array(cookies.map { .string($0) }) }
        case .apiV1:
            members["multiValueHeaders"] = .object(multiple(headers + cookieFields))
        case .alb:
            members["statusDescription"] = .string(statusDescription)
            // One value for each name: of several cookies the balancer can pass on the last.
            members["headers"] = .object(single(headers + cookieFields.suffix(1)))
        case .albMultiValue:
            members["statusDescription"] = .string(statusDescription)
            members["multiValueHeaders"] = .object(multiple(headers + cookieFields))
        }
        return members
    }

    private var cookieFields: [LambdaHeaderField] { cookies.map { LambdaHeaderField("set-cookie", $0) } }

    private func single(_ fields: [LambdaHeaderField]) -> JSONObject {
        var object = JSONObject()
        for field in fields {
            let name = field.name.lowercased()
            object[name] = .string(object[name]?.string.map { "\($0), \(field.value)" } ?? field.value)
        }
        return object
    }

    private func multiple(_ fields: [LambdaHeaderField]) -> JSONObject {
        var object = JSONObject()
        for field in fields {
            let name = field.name.lowercased()
            object[name] = .array((object[name]?.array ?? []) + [.string(field.value)])
        }
        return object
    }

    /// The code and its words, as load balancers want them.
    private var statusDescription: String {
        let words =
            switch status {
            case 200: "OK"
            case 201: "Created"
            case 202: "Accepted"
            case 204: "No Content"
            case 400: "Bad Request"
            case 401: "Unauthorized"
            case 403: "Forbidden"
            case 404: "Not Found"
            case 405: "Method Not Allowed"
            case 408: "Request Timeout"
            case 413: "Content Too Large"
            case 429: "Too Many Requests"
            case 500: "Internal Server Error"
            case 502: "Bad Gateway"
            case 503: "Service Unavailable"
            case 504: "Gateway Timeout"
            default: "Status"
            }
        return "\(status) \(words)"
    }
}
