public import HTTPTypes
public import Hummingbird
public import MartletCore

/// An error as callers see it: OpenAI's envelope `{"error": {"message", "type", "param", "code"}}`.
///
/// Its text says what to do about it, and nothing about the machine that it comes from.
public struct APIError: HTTPResponseError, Sendable, Hashable, CustomStringConvertible {
    /// The response's status.
    public var status: HTTPResponse.Status
    /// What went wrong, and the remedy.
    public var message: String
    /// OpenAI's sort of error, such as `invalid_request_error`.
    public var type: String
    /// The field of the request that is wrong.
    public var parameter: String?
    /// What programs may compare, such as `context_length_exceeded`.
    public var code: String?
    /// Further fields of the response.
    public var headers: HTTPFields

    /// Makes an error.
    public init(
        status: HTTPResponse.Status,
        message: String,
        type: String,
        parameter: String? = nil,
        code: String? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.parameter = parameter
        self.code = code
        self.headers = headers
    }

    /// The envelope; what a stream sends where its status is already gone.
    public var envelope: JSONValue {
        [
            "error": [
                "message": .string(message),
                "type": .string(type),
                "param": parameter.map { .string($0) } ?? .null,
                "code": code.map { .string($0) } ?? .null,
            ]
        ]
    }

    /// The status and the message.
    public var description: String { "\(status.code) \(message)" }

    /// The response with the envelope.
    public func response(from request: Request, context: some RequestContext) -> Response { response }

    /// The response with the envelope.
    public var response: Response {
        var headers = headers
        headers[.contentType] = "application/json"
        let body = ByteBuffer(bytes: envelope.serialized)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
