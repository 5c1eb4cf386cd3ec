import NIOCore
import NIOHTTP1
import Synchronization

/// A whole request, and where its answer goes.
struct SimulatorRequest: Sendable {
    var head: HTTPRequestHead
    var body: [UInt8]
    var channel: any Channel
}

/// The connections of one simulator, and the requests that come over them.
final class SimulatorConnections: Sendable {
    let requests: AsyncStream<SimulatorRequest>
    private let continuation: AsyncStream<SimulatorRequest>.Continuation
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    init() {
        (requests, continuation) = AsyncStream.makeStream()
    }

    func receive(_ request: SimulatorRequest) { continuation.yield(request) }

    func add(_ channel: any Channel) { channels.withLock { $0[ObjectIdentifier(channel)] = channel } }

    func remove(_ channel: any Channel) { channels.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) } }

    func closeAll() {
        for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }
}

/// Collects the parts of a request; lives on its connection's event loop.
final class SimulatorRequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let connections: SimulatorConnections
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private static let maximumRequestByteCount = 64 << 20

    init(_ connections: SimulatorConnections) {
        self.connections = connections
    }

    func channelActive(context: ChannelHandlerContext) {
        connections.add(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connections.remove(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, [])
        case .body(let buffer):
            body += buffer.readableBytesView
            if body.count > Self.maximumRequestByteCount { context.close(promise: nil) }
        case .end:
            guard let head else { return }
            connections.receive(SimulatorRequest(head: head, body: body, channel: context.channel))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that goes away ends its connection only.
        context.close(promise: nil)
    }
}
