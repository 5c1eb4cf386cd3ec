import MartletCore

extension LambdaHTTPRequest {
    /// Reads the event of a front door; nil where the event is none.
    ///
    /// - Throws: ``LambdaEventError`` for one that lacks its method or garbles its body.
    init?(event: JSONValue) throws(LambdaEventError) {
        let context = event["requestContext"]
        if let http = context?["http"] {
            self = try Self.version2(event, http)
        } else if context?["elb"] != nil {
            self = try Self.balanced(event)
        } else if event["httpMethod"] != nil, context != nil || event["path"] != nil {
            self = try Self.version1(event)
        } else if event["rawPath"] != nil, event["headers"] != nil {
            throw .malformed("requestContext.http", "there")
        } else {
            return nil
        }
    }

    private static func version2(_ event: JSONValue, _ http: JSONValue) throws(LambdaEventError) -> LambdaHTTPRequest {
        let context = event["requestContext"]
        // A function URL has no routes; its domain says so too.
        let isFunctionURL =
            context?["domainName"]?.string?.contains(".lambda-url.") ?? (context?["routeKey"] == nil)
        var headers = try fields(single: event["headers"], multiple: nil)
        var cookies: [String] = []
        for cookie in event["cookies"]?.array ?? [] {
            guard let text = cookie.string else { throw .malformed("cookies", "a list of texts") }
            cookies.append(text)
        }
        if cookies.isEmpty {
            cookies = split(headers.firstValue(of: "cookie"))
        } else if headers.firstValue(of: "cookie") == nil {
            headers.append(LambdaHeaderField("cookie", cookies.joined(separator: "; ")))
        }
        return LambdaHTTPRequest(
            method: try method(http["method"], "requestContext.http.method"),
            path: URLText.path(event["rawPath"]?.string ?? http["path"]?.string ?? "/"),
            query: URLText.query(event["rawQueryString"]?.string ?? ""),
            headers: headers,
            cookies: cookies,
            body: try body(of: event),
            sourceIP: http["sourceIp"]?.string,
            format: isFunctionURL ? .functionURL : .apiV2,
            requestID: context?["requestId"]?.string
        )
    }

    private static func version1(_ event: JSONValue) throws(LambdaEventError) -> LambdaHTTPRequest {
        let context = event["requestContext"]
        let headers = try fields(single: event["headers"], multiple: event["multiValueHeaders"])
        return LambdaHTTPRequest(
            method: try method(event["httpMethod"], "httpMethod"),
            path: URLText.path(event["path"]?.string ?? "/"),
            query: try query(of: event, isEncoded: false),
            headers: headers,
            cookies: split(headers.firstValue(of: "cookie")),
            body: try body(of: event),
            sourceIP: context?["identity"]?["sourceIp"]?.string,
            format: .apiV1,
            requestID: context?["requestId"]?.string
        )
    }

    private static func balanced(_ event: JSONValue) throws(LambdaEventError) -> LambdaHTTPRequest {
        let headers = try fields(single: event["headers"], multiple: event["multiValueHeaders"])
        // The balancer adds the address that it sees at the end of what the client may have written itself.
        let hops = headers.firstValue(of: "x-forwarded-for")?.split(separator: ",") ?? []
        return LambdaHTTPRequest(
            method: try method(event["httpMethod"], "httpMethod"),
            path: URLText.path(event["path"]?.string ?? "/"),
            query: try query(of: event, isEncoded: true),
            headers: headers,
            cookies: split(headers.firstValue(of: "cookie")),
            body: try body(of: event),
            sourceIP: hops.last.map { $0.filter { !$0.isWhitespace } },
            format: event["multiValueHeaders"] == nil ? .alb : .albMultiValue
        )
    }

    // MARK: Parts

    private static func method(_ value: JSONValue?, _ name: String) throws(LambdaEventError) -> String {
        guard let text = value?.string, (1...32).contains(text.utf8.count),
            text.utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 & 0xDF || $0 == UInt8(ascii: "-") })
        else { throw .malformed(name, "a method") }
        return text.uppercased()
    }

    private static func body(of event: JSONValue) throws(LambdaEventError) -> [UInt8] {
        guard let value = event["body"] else { return [] }
        guard let text = value.string else { throw .malformed("body", "a text") }
        guard event["isBase64Encoded"]?.bool == true else { return Array(text.utf8) }
        guard let bytes = Base64Text.decode(text) else { throw .malformed("body", "base64, as it claims to be") }
        return bytes
    }

    private static func fields(
        single: JSONValue?,
        multiple: JSONValue?
    ) throws(LambdaEventError) -> [LambdaHeaderField] {
        var fields: [LambdaHeaderField] = []
        for (name, values) in multiple?.object ?? [:] {
            for value in values.array ?? [values] where value != .null {
                fields.append(LambdaHeaderField(name.lowercased(), try text(value, "multiValueHeaders")))
            }
        }
        let known = Set(fields.map(\.name))
        for (name, value) in single?.object ?? [:] where value != .null {
            guard !known.contains(name.lowercased()) else { continue }
            fields.append(LambdaHeaderField(name.lowercased(), try text(value, "headers")))
        }
        return fields
    }

    private static func query(of event: JSONValue, isEncoded: Bool) throws(LambdaEventError) -> String {
        var pairs: [String] = []
        func add(_ name: String, _ value: JSONValue, _ field: String) throws(LambdaEventError) {
            let text = try text(value, field)
            pairs.append(
                isEncoded ? "\(name)=\(text)" : "\(URLText.component(name))=\(URLText.component(text))"
            )
        }
        if let multiple = event["multiValueQueryStringParameters"]?.object {
            for (name, values) in multiple {
                for value in values.array ?? [values] { try add(name, value, "multiValueQueryStringParameters") }
            }
        } else {
            for (name, value) in event["queryStringParameters"]?.object ?? [:] {
                try add(name, value, "queryStringParameters")
            }
        }
        return URLText.query(pairs.joined(separator: "&"))
    }

    private static func text(_ value: JSONValue, _ field: String) throws(LambdaEventError) -> String {
        switch value {
        case .string(let text): text
        case .integer, .number, .bool: value.text
        case .null: ""
        case .array, .object: throw .malformed(field, "an object of texts")
        }
    }

    private static func split(_ cookies: String?) -> [String] {
        (cookies ?? "").split(separator: ";").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
    }
}
