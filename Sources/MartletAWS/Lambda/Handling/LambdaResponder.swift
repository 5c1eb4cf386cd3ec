import Synchronization

/// Where a handler's response goes.
public final class LambdaResponder: Sendable {
    /// How streams reach the caller.
    public enum StreamMode: String, Sendable, Hashable, CaseIterable {
        /// What a stream writes is collected, and goes as one response when it ends: for front doors that don't stream.
        case buffered
        /// What a stream writes goes to the caller at once: for function URLs with `InvokeMode: RESPONSE_STREAM`.
        case streamed
    }

    /// The most bytes that Lambda takes as one response.
    public static let maximumByteCount = 6_291_456

    let mode: StreamMode
    private let acts: any RuntimeActing
    private let state = Mutex(false)

    init(acts: any RuntimeActing, mode: StreamMode) {
        self.acts = acts
        self.mode = mode
    }

    /// Whether a response was accepted, or a stream has begun.
    public var hasResponded: Bool { state.withLock { $0 } }

    /// Responds with bytes, which a direct caller gets as they are.
    ///
    /// It returns when Lambda has the response; the caller gets it then, and the handler may go on.
    /// - Throws: ``LambdaError``; after `responseTooLarge` another response may be given.
    public func respond(_ payload: [UInt8]) async throws {
        try await acts.act(.respond(payload))
        state.withLock { $0 = true }
    }

    /// Responds to an HTTP request.
    ///
    /// - Parameter format: The front door that the request came through.
    /// - Throws: ``LambdaError``, as ``respond(_:)-([UInt8])``.
    public func respond(_ response: LambdaHTTPResponse, as format: LambdaHTTPFormat = .functionURL) async throws {
        try await respond(response.payload(for: format))
    }

    /// Begins a streamed response to an HTTP request.
    ///
    /// - Throws: ``LambdaError`` where the handler has responded, or Lambda is gone.
    public func stream(
        _ head: LambdaHTTPResponse.Head,
        as format: LambdaHTTPFormat = .functionURL
    ) async throws -> LambdaStream {
        if mode == .buffered { return LambdaStream(collecting: (head, format), for: self, acts: acts) }
        try await acts.act(.beginStream(contentType: LambdaHTTPResponse.Head.streamType))
        state.withLock { $0 = true }
        let stream = LambdaStream(collecting: nil, for: self, acts: acts)
        try await stream.write(head.prelude(for: format))
        return stream
    }

    /// Begins a streamed response of bytes, for callers of `InvokeWithResponseStream`.
    ///
    /// - Throws: ``LambdaError``, as ``stream(_:as:)``.
    public func streamBytes(contentType: String = "application/octet-stream") async throws -> LambdaStream {
        if mode == .buffered { return LambdaStream(collecting: nil, for: self, acts: acts, isBuffered: true) }
        try await acts.act(.beginStream(contentType: contentType))
        state.withLock { $0 = true }
        return LambdaStream(collecting: nil, for: self, acts: acts)
    }
}

/// Takes what a handler does to its invocation.
protocol RuntimeActing: Sendable {
    /// Does it; returns when it is done.
    /// - Throws: ``LambdaError``.
    func act(_ act: RuntimeMachine.Act) async throws
}
