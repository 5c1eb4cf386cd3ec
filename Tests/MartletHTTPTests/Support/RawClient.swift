import NIOCore
import NIOPosix
import Synchronization

/// A connection whose bytes a test sends, and reads when it wants to.
final class RawClient: Sendable {
    private let channel: any Channel
    private let received: Received

    private final class Received: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let text = Mutex("")
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let piece = String(buffer: unwrapInboundIn(data))
            text.withLock { $0 += piece }
        }
    }

    /// Connects; without `reads` nothing is ever taken from the socket.
    init(port: Int, reads: Bool = true) async throws {
        let received = Received()
        self.received = received
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.so_rcvbuf), value: reads ? 1 << 16 : 4096)
            .channelInitializer { $0.pipeline.addHandler(received) }
            .connect(host: "127.0.0.1", port: port)
            .get()
    }

    /// Everything that came so far.
    var text: String { received.text.withLock { $0 } }

    /// Sends a request for a chat.
    func post(_ body: String, to path: String = "/v1/chat/completions") async throws {
        let head = "POST \(path) HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        try await send(head + "content-length: \(body.utf8.count)\r\n\r\n" + body)
    }

    /// Sends bytes.
    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Closes the connection.
    func close() async throws {
        try await channel.close().get()
    }

    /// Whether the other side has closed it.
    var isClosed: Bool { !channel.isActive }
}

/// Waits until something is so.
///
/// - Returns: Whether it became so within ten seconds.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<2000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return false
}
