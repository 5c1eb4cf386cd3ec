/// A request to the Lambda Runtime API.
package struct RuntimeRequest: Sendable, Hashable {
    /// The method.
    package var method: String
    /// The path, from its slash.
    package var path: String
    /// The fields that are no matter of the connection.
    package var headers: [LambdaHeaderField] = []
    /// The body.
    package var body: [UInt8] = []

    static let errorTypeHeader = "Lambda-Runtime-Function-Error-Type"
    static let errorBodyHeader = "Lambda-Runtime-Function-Error-Body"
    static let modeHeader = "Lambda-Runtime-Function-Response-Mode"

    private static let base = "/2018-06-01/runtime"

    /// Asks for an invocation; the answer may take for ever.
    static let next = RuntimeRequest(method: "GET", path: base + "/invocation/next")

    /// A whole response.
    static func response(to id: String, _ payload: [UInt8]) -> RuntimeRequest {
        RuntimeRequest(
            method: "POST",
            path: "\(base)/invocation/\(id)/response",
            headers: [LambdaHeaderField("Content-Type", "application/json")],
            body: payload
        )
    }

    /// The beginning of a response that is sent in pieces.
    static func stream(to id: String, contentType: String) -> RuntimeRequest {
        RuntimeRequest(
            method: "POST",
            path: "\(base)/invocation/\(id)/response",
            headers: [
                LambdaHeaderField("Content-Type", contentType),
                LambdaHeaderField(modeHeader, "streaming"),
                LambdaHeaderField("Trailer", "\(errorTypeHeader), \(errorBodyHeader)"),
            ]
        )
    }

    /// The error of an invocation.
    static func error(of id: String, _ fault: LambdaFault) -> RuntimeRequest {
        report(fault, to: "\(base)/invocation/\(id)/error")
    }

    /// The error of the start-up.
    static func initError(_ fault: LambdaFault) -> RuntimeRequest {
        report(fault, to: base + "/init/error")
    }

    private static func report(_ fault: LambdaFault, to path: String) -> RuntimeRequest {
        RuntimeRequest(
            method: "POST",
            path: path,
            headers: [
                LambdaHeaderField("Content-Type", "application/vnd.aws.lambda.error+json"),
                LambdaHeaderField(errorTypeHeader, fault.type),
            ],
            body: fault.body
        )
    }
}

/// A whole answer of the Runtime API.
package struct RuntimeAnswer: Sendable, Hashable {
    /// The status code.
    package var status: Int
    /// The fields.
    package var headers: [LambdaHeaderField] = []
    /// The body.
    package var body: [UInt8] = []

    /// Makes an answer.
    package init(status: Int, headers: [LambdaHeaderField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
