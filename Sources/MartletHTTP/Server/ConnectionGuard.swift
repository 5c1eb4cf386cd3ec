import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Watches one connection: counts it, closes it after a response that says so, and when its client stops reading.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let writeTimeout: TimeAmount
    private let metrics: ServerMetrics
    private var isCounted = false
    private var closesAfterResponse = false
    private var stall: Scheduled<Void>?

    init(writeTimeout: Duration, metrics: ServerMetrics) {
        self.writeTimeout = TimeAmount(writeTimeout)
        self.metrics = metrics
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { count() }
    }

    func channelActive(context: ChannelHandlerContext) {
        count()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    private func count() {
        guard !isCounted else { return }
        isCounted = true
        metrics.noteConnection(opened: true)
    }

    private func leave() {
        stall?.cancel()
        stall = nil
        guard isCounted else { return }
        isCounted = false
        metrics.noteConnection(opened: false)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            stall?.cancel()
            stall = nil
        } else if stall == nil {
            let channel = context.channel
            stall = context.eventLoop.scheduleTask(in: writeTimeout) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            closesAfterResponse = head.headerFields[.connection]?.lowercased() == "close"
        case .end where closesAfterResponse:
            let channel = context.channel
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.cascade(to: promise)
            // The other side reads the response before the connection goes, also when it still sends.
            written.futureResult.whenComplete { _ in
                channel.close(mode: .output, promise: nil)
                channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
            }
            context.write(data, promise: written)
            return
        case .body, .end: break
        }
        context.write(data, promise: promise)
    }
}
