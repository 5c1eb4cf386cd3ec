import MartletCore

/// What a function's response means as HTTP, in payload 2.0.
struct FunctionURLResponse {
    var head: LambdaHTTPResponse.Head
    var body: [UInt8]

    /// Reads a response as Lambda does: JSON with a status code is a whole response, all else is a body.
    ///
    /// Nil where it claims to be a response and is none.
    init?(_ payload: [UInt8]) {
        let json = LambdaHeaderField("content-type", "application/json")
        guard let value = try? JSONValue(parsing: payload), value["statusCode"] != nil else {
            head = LambdaHTTPResponse.Head(status: 200, headers: [json])
            body = payload
            return
        }
        guard let head = LambdaHTTPResponse.Head(value) else { return nil }
        self.head = head
        if head.headers.firstValue(of: "content-type") == nil { self.head.headers.append(json) }
        let text = value["body"]?.string ?? ""
        if value["isBase64Encoded"]?.bool == true {
            guard let bytes = Base64Text.decode(text) else { return nil }
            body = bytes
        } else {
            body = Array(text.utf8)
        }
    }
}

extension LambdaHTTPResponse.Head {
    /// Reads status, fields and cookies; nil where there is no status, or it is none.
    init?(_ value: JSONValue) {
        guard let status = value["statusCode"]?.integer, (100...599).contains(status) else { return nil }
        var headers: [LambdaHeaderField] = []
        for (name, value) in value["headers"]?.object ?? [:] {
            guard let text = value.string ?? value.integer.map({ "\($0)" }) else { return nil }
            headers.append(LambdaHeaderField(name, text))
        }
        for (name, values) in value["multiValueHeaders"]?.object ?? [:] {
            headers += (values.array ?? []).compactMap { $0.string.map { LambdaHeaderField(name, $0) } }
        }
        self.init(
            status: Int(status),
            headers: headers,
            cookies: (value["cookies"]?.array ?? []).compactMap(\.string)
        )
    }
}

/// A streamed response on its way: a head as JSON and eight bytes of zero, then the body; or a body only.
struct StreamedResponse {
    /// What pieces lead to.
    enum Step: Equatable {
        /// The head is not complete.
        case waiting
        /// The head is complete, and the body begins.
        case begin(LambdaHTTPResponse.Head, [UInt8])
        /// More of the body.
        case body([UInt8])
        /// This is no head.
        case broken
    }

    /// The longest head.
    private static let maximumHeadByteCount = 256 << 10

    private(set) var hasBegun = false
    private let contentType: String?
    private var head: [UInt8] = []

    init(contentType: String?) {
        self.contentType = contentType
    }

    mutating func take(_ bytes: [UInt8]) -> Step {
        guard !hasBegun else { return .body(bytes) }
        guard contentType?.lowercased() == LambdaHTTPResponse.Head.streamType else {
            hasBegun = true
            let type = contentType.map { [LambdaHeaderField("content-type", $0)] } ?? []
            return .begin(LambdaHTTPResponse.Head(status: 200, headers: type), bytes)
        }
        // JSON has no byte of zero: the search need not begin anew.
        let from = max(0, head.count - 7)
        head += bytes
        guard let end = head[from...].firstRange(of: [UInt8](repeating: 0, count: 8)) else {
            return head.count > Self.maximumHeadByteCount ? .broken : .waiting
        }
        guard let value = try? JSONValue(parsing: head[..<end.lowerBound]), let parsed = LambdaHTTPResponse.Head(value)
        else { return .broken }
        hasBegun = true
        let rest = Array(head[end.upperBound...])
        head = []
        return .begin(parsed, rest)
    }
}
