import FoundationEssentials

/// A call of the function that the emulator has taken.
struct EmulatedInvocation: Sendable {
    /// What its caller hears of it, in this order: pieces between a beginning and an end, or one of the others.
    enum Event: Sendable, Hashable {
        /// The response.
        case response([UInt8])
        /// A streamed response begins.
        case begin(contentType: String?)
        /// A piece of it.
        case piece([UInt8])
        /// It is complete, or has failed with an error.
        case end(LambdaFault?)
        /// The invocation failed; the body is the error as JSON.
        case failure([UInt8])
    }

    let id: String
    let payload: [UInt8]
    let traceID: String
    let clientContext: String?
    let cognitoIdentity: String?
    let tenantID: String?
    /// Hears what comes of it.
    let sink: AsyncStream<Event>.Continuation
    /// When it was handed to the runtime.
    var begin: ContinuousClock.Instant?
    /// When it is ended.
    var deadline = Date.distantPast
    /// Whether its caller has the response, or its end.
    var isAnswered = false
    /// Whether a streamed response has begun.
    var isStreaming = false

    /// Tells the caller that it failed.
    func fail(_ fault: LambdaFault) {
        if isStreaming {
            sink.yield(.end(fault))
        } else if !isAnswered {
            sink.yield(.failure(fault.body))
        }
        sink.finish()
    }
}

extension LambdaFault {
    /// An error of the environment, in Lambda's words.
    static func environment(_ type: String, _ id: String, _ text: String) -> LambdaFault {
        LambdaFault(type: type, message: "RequestId: \(id) Error: \(text)")
    }
}
