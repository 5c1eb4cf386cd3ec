import Synchronization

/// A response that is written piece by piece.
public final class LambdaStream: Sendable {
    private struct Buffer {
        var bytes: [UInt8] = []
        var isOver = false
    }

    private let head: (LambdaHTTPResponse.Head, LambdaHTTPFormat)?
    private let isBuffered: Bool
    private let responder: LambdaResponder
    private let acts: any RuntimeActing
    private let buffer = Mutex(Buffer())

    init(
        collecting head: (LambdaHTTPResponse.Head, LambdaHTTPFormat)?,
        for responder: LambdaResponder,
        acts: any RuntimeActing,
        isBuffered: Bool = false
    ) {
        self.head = head
        self.isBuffered = isBuffered || head != nil
        self.responder = responder
        self.acts = acts
    }

    /// Writes bytes; waits while the connection takes no more.
    ///
    /// - Throws: ``LambdaError`` where Lambda refused the response, the invocation's time is over, or what is collected
    ///   grows over what Lambda takes.
    public func write(_ bytes: [UInt8]) async throws {
        guard isBuffered else {
            if !bytes.isEmpty { try await acts.act(.write(bytes)) }
            return
        }
        try buffer.withLock { buffer throws(LambdaError) in
            guard !buffer.isOver else { throw .streamIsOver }
            guard buffer.bytes.count + bytes.count <= LambdaResponder.maximumByteCount else {
                throw .tooLarge(buffer.bytes.count + bytes.count)
            }
            buffer.bytes += bytes
        }
    }

    /// Ends the response; returns when Lambda has all of it.
    ///
    /// - Throws: ``LambdaError`` where Lambda refused it.
    public func finish() async throws {
        guard isBuffered else { return try await acts.act(.endStream(nil)) }
        let body = try takeBody()
        if let (head, format) = head {
            try await responder.respond(LambdaHTTPResponse(head: head, body: body), as: format)
        } else {
            try await responder.respond(body)
        }
    }

    /// Ends the response with an error: the caller sees that it is not complete.
    ///
    /// - Throws: ``LambdaError`` where Lambda is gone.
    public func fail(type: String, message: String) async throws {
        let fault = LambdaFault(type: type, message: message)
        guard isBuffered else { return try await acts.act(.endStream(fault)) }
        _ = try takeBody()
        try await acts.act(.fail(fault))
    }

    private func takeBody() throws(LambdaError) -> [UInt8] {
        try buffer.withLock { buffer throws(LambdaError) in
            guard !buffer.isOver else { throw .streamIsOver }
            buffer.isOver = true
            defer { buffer.bytes = [] }
            return buffer.bytes
        }
    }
}

extension LambdaError {
    static var streamIsOver: LambdaError {
        LambdaError(.alreadyResponded, "the stream has ended; write before it is finished")
    }

    static func tooLarge(_ byteCount: Int) -> LambdaError {
        LambdaError(
            .responseTooLarge,
            "the response has \(byteCount) bytes, and Lambda takes \(LambdaResponder.maximumByteCount) in one piece; "
                + "ask for less, or stream it through a function URL with InvokeMode RESPONSE_STREAM"
        )
    }
}
