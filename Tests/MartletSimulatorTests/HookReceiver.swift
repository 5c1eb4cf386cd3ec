import MartletCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A webhook on this machine that answers what it is told to.
final class HookReceiver: Sendable {
    struct Delivery: Sendable {
        var body: JSONValue
        var secret: String?
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body = ""
        /// Nothing is answered.
        var isSilent = false
    }

    private let state = Mutex<(deliveries: [Delivery], answers: [Answer])>(([], []))

    /// What has come.
    var deliveries: [Delivery] { state.withLock { $0.deliveries } }

    /// What is answered next, one after the other, then 200.
    func answer(_ answers: [Answer]) { state.withLock { $0.answers = answers } }

    fileprivate func receive(_ delivery: Delivery) -> Answer {
        state.withLock { state in
            state.deliveries.append(delivery)
            return state.answers.isEmpty ? Answer() : state.answers.removeFirst()
        }
    }

    /// Listens for as long as `body` runs.
    static func with(_ body: (HookReceiver, String) async throws -> Void) async throws {
        let receiver = HookReceiver()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(receiver, "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/hook")
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let receiver: HookReceiver
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ receiver: HookReceiver) {
            self.receiver = receiver
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, [])
            case .body(let buffer): body += buffer.readableBytesView
            case .end:
                let answer = receiver.receive(
                    Delivery(
                        body: (try? JSONValue(parsing: body)) ?? .null,
                        secret: head?.headers.first(name: "X-Telegram-Bot-Api-Secret-Token")
                    )
                )
                guard !answer.isSilent else { return }
                let headers = HTTPHeaders([("Content-Length", "\(answer.body.utf8.count)")] + answer.headers)
                let head = HTTPResponseHead(
                    version: .http1_1,
                    status: .init(statusCode: answer.status),
                    headers: headers
                )
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
