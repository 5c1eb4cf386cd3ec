public import MartletCore

/// What a server answers, as bytes on the wire, right or wrong.
public struct ScriptedResponse: Sendable {
    /// A step of the body.
    public enum Step: Sendable {
        /// Bytes of the body.
        case send([UInt8])
        /// Silence for a while.
        case pause(Duration)
        /// Silence until the client goes away.
        case hang
    }

    /// The code and its reason.
    public var status: String
    /// What stands before the body, as it is.
    public var headers: [(String, String)]
    /// The body.
    public var steps: [Step]

    /// Makes an answer.
    public init(status: String = "200 OK", headers: [(String, String)] = [], steps: [Step] = []) {
        self.status = status
        self.headers = headers
        self.steps = steps
    }

    /// A stream of events, as it is.
    public static func events(_ text: String) -> ScriptedResponse {
        ScriptedResponse(headers: [("Content-Type", "text/event-stream")], steps: [.send(Array(text.utf8))])
    }

    /// JSON, right or wrong.
    public static func json(
        _ text: String,
        status: String = "200 OK",
        _ headers: [(String, String)] = []
    ) -> ScriptedResponse {
        ScriptedResponse(
            status: status,
            headers: [("Content-Type", "application/json")] + headers,
            steps: [.send(Array(text.utf8))]
        )
    }

    /// The same answer in pieces of so many bytes, each in a packet of its own.
    public func split(every size: Int) -> ScriptedResponse {
        var response = self
        response.steps = steps.flatMap { step -> [Step] in
            guard case .send(let bytes) = step else { return [step] }
            return stride(from: 0, to: bytes.count, by: size).flatMap { start -> [Step] in
                [.send(Array(bytes[start..<min(start + size, bytes.count)])), .pause(.microseconds(200))]
            }
        }
        return response
    }
}

/// What a client sent.
public struct ReceivedRequest: Sendable {
    /// Such as `GET`.
    public var method: String
    /// With its query.
    public var path: String
    /// Names in lower case.
    public var headers: [String: String]
    /// The body's bytes.
    public var body: [UInt8]

    /// The body as JSON.
    public var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
}
