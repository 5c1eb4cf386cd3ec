import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection after a response that says so, also while the other side still sends.
final class ClosingHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart
    private var closesAfterResponse = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): closesAfterResponse = head.headerFields[.connection]?.lowercased() == "close"
        case .end where closesAfterResponse:
            let channel = context.channel
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.cascade(to: promise)
            // The other side gets a moment to read the response before the connection goes.
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
