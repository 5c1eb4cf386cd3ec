import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// One keep-alive connection to the Runtime API, made when it is needed; answers and losses go to a closure.
///
/// A client of its own, as the long poll must not time out, pieces and trailers are sent as they come, and an environment that
/// starts has nothing else to do than this: no pool, no TLS, no DNS, no second connection.
final class RuntimeLink: Sendable {
    /// What comes back.
    enum Event: Sendable {
        case answer(RuntimeAnswer)
        case lost
    }

    private struct State {
        var channel: EventLoopFuture<any Channel>?
        /// The number of the connection; events of earlier ones are stale.
        var number = 0
        /// Whether a request was begun that has no answer.
        var isAwaited = false
    }

    private let address: RuntimeAddress
    private let eventLoop: any EventLoop
    private let onEvent: @Sendable (Event) -> Void
    private let state = Mutex(State())

    init(_ address: RuntimeAddress, on eventLoop: any EventLoop, onEvent: @escaping @Sendable (Event) -> Void) {
        self.address = address
        self.eventLoop = eventLoop
        self.onEvent = onEvent
    }

    /// Sends a request; an event follows.
    func send(_ request: RuntimeRequest) {
        let head = head(of: request, isChunked: false)
        withChannel(isFirst: true) { channel in
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            if !request.body.isEmpty {
                let body = IOData.byteBuffer(channel.allocator.buffer(bytes: request.body))
                channel.write(HTTPClientRequestPart.body(body), promise: nil)
            }
            return channel.writeAndFlush(HTTPClientRequestPart.end(nil))
        }
    }

    /// Sends the head of a request whose body comes in pieces.
    func open(_ request: RuntimeRequest) {
        let head = head(of: request, isChunked: true)
        withChannel(isFirst: true) { channel in
            channel.writeAndFlush(HTTPClientRequestPart.head(head))
        }
    }

    /// Sends a piece, and says when it has left; a loss is an event.
    func write(_ bytes: [UInt8], onWritten: @escaping @Sendable () -> Void) {
        withChannel(isFirst: false) { channel in
            let body = IOData.byteBuffer(channel.allocator.buffer(bytes: bytes))
            let written = channel.writeAndFlush(HTTPClientRequestPart.body(body))
            written.whenSuccess(onWritten)
            return written
        }
    }

    /// Ends a request that came in pieces; an event follows.
    func close(trailers: [LambdaHeaderField]) {
        let fields = trailers.isEmpty ? nil : HTTPHeaders(trailers.map { ($0.name, $0.value) })
        withChannel(isFirst: false) { channel in
            channel.writeAndFlush(HTTPClientRequestPart.end(fields))
        }
    }

    /// Closes the connection without an event.
    func disconnect() {
        let channel = state.withLock { state in
            defer { state = State(number: state.number + 1) }
            return state.channel
        }
        channel?.whenSuccess { $0.close(promise: nil) }
    }

    /// Runs `body` on the event loop with the connection, in the order of the calls.
    ///
    /// - Parameter isFirst: Whether a new connection may be made; the later parts of a request need the one that it began on.
    private func withChannel(
        isFirst: Bool,
        _ body: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) {
        let (channel, number) = state.withLock { state -> (EventLoopFuture<any Channel>?, Int) in
            if state.channel == nil, isFirst {
                state.number += 1
                state.channel = connect(number: state.number)
            }
            if isFirst { state.isAwaited = true }
            return (state.channel, state.number)
        }
        channel?.flatMap(body).whenFailure { [self] _ in drop(number) }
    }

    private func connect(number: Int) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(5))
            .channelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let sync = channel.pipeline.syncOperations
                    try sync.addHTTPClientHandlers()
                    try sync.addHandler(
                        RuntimeAnswerHandler(
                            onAnswer: { [self] answer, isLast in take(answer, number, isLast: isLast) },
                            onClose: { [self] in drop(number) }
                        )
                    )
                }
            }
            .connect(host: address.host, port: address.port)
    }

    private func take(_ answer: RuntimeAnswer, _ number: Int, isLast: Bool) {
        let isNews = state.withLock { state in
            guard state.number == number else { return false }
            if isLast { state.channel = nil }
            defer { state.isAwaited = false }
            return state.isAwaited
        }
        if isNews { onEvent(.answer(answer)) }
    }

    /// The connection is gone.
    private func drop(_ number: Int) {
        let isNews = state.withLock { state in
            guard state.number == number else { return false }
            defer { state = State(number: state.number) }
            return state.isAwaited
        }
        if isNews { onEvent(.lost) }
    }

    private func head(of request: RuntimeRequest, isChunked: Bool) -> HTTPRequestHead {
        var headers = HTTPHeaders([("Host", address.text), ("User-Agent", "martlet")])
        for field in request.headers { headers.add(name: field.name, value: field.value) }
        if isChunked {
            headers.add(name: "Transfer-Encoding", value: "chunked")
        } else if request.method == "POST" {
            headers.add(name: "Content-Length", value: "\(request.body.count)")
        }
        return HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: request.method),
            uri: request.path,
            headers: headers
        )
    }
}

/// Puts answers together; lives on its connection's event loop.
private final class RuntimeAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    /// More than the largest event that Lambda has.
    private static let maximumByteCount = 16 << 20

    private let onAnswer: (RuntimeAnswer, _ isLast: Bool) -> Void
    private let onClose: () -> Void
    private var answer: RuntimeAnswer?
    private var isLast = false

    init(onAnswer: @escaping (RuntimeAnswer, _ isLast: Bool) -> Void, onClose: @escaping () -> Void) {
        self.onAnswer = onAnswer
        self.onClose = onClose
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = RuntimeAnswer(
                status: Int(head.status.code),
                headers: head.headers.map { LambdaHeaderField($0.name.lowercased(), $0.value) }
            )
            isLast = !head.isKeepAlive
        case .body(let buffer):
            guard (answer?.body.count ?? 0) + buffer.readableBytes <= Self.maximumByteCount else {
                return context.close(promise: nil)
            }
            answer?.body += buffer.readableBytesView
        case .end:
            guard let answer else { return }
            self.answer = nil
            onAnswer(answer, isLast)
            if isLast { context.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        onClose()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
