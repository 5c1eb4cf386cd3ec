import NIOCore
import Synchronization

/// Whether the client of a request is still there.
///
/// A client that closes its side of the connection counts as gone, even where it could still read: nothing tells one that
/// only ended its sending from one that is no more, and the work for the latter would be lost.
final class ClientPresence: Sendable {
    private enum State {
        case present(onDeparture: (@Sendable () -> Void)?)
        case gone
    }

    private let state = Mutex(State.present(onDeparture: nil))

    /// Watches where a request came from, for as long as it takes.
    init(watching origin: RequestOrigin) {
        switch origin {
        case .connection(let channel): watch(channel)
        case .direct(let caller): caller.attach(self)
        }
    }

    /// Watches the other side of a connection; costs one hop to its event loop, which nobody waits for.
    private func watch(_ channel: any Channel) {
        channel.eventLoop.execute { [self] in
            let pipeline = channel.pipeline.syncOperations
            if let watch = try? pipeline.handler(type: ConnectionWatch.self) {
                watch.attach(self)
                return
            }
            let watch = ConnectionWatch()
            guard channel.isActive, (try? pipeline.addHandler(watch)) != nil else { return }
            watch.attach(self)
        }
    }

    /// Calls `action` once when the client goes, at once where it has gone already; only the latest action counts.
    func onDeparture(_ action: @escaping @Sendable () -> Void) {
        let isGone = state.withLock { state in
            if case .gone = state { return true }
            state = .present(onDeparture: action)
            return false
        }
        if isGone { action() }
    }

    /// Forgets the action: the request is answered.
    func release() {
        state.withLock { state in
            if case .present = state { state = .present(onDeparture: nil) }
        }
    }

    func noteDeparture() {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            guard case .present(let action) = state else { return nil }
            state = .gone
            return action
        }
        action?()
    }
}

/// Tells the request that is being answered on a connection when its other side closes.
///
/// One stands in the pipeline of each connection; requests come one after the other there.
final class ConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private var isGone = false
    private var presence: ClientPresence?

    func attach(_ presence: ClientPresence) {
        self.presence = presence
        if isGone { presence.noteDeparture() }
    }

    private func noteDeparture() {
        isGone = true
        presence?.noteDeparture()
        presence = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { noteDeparture() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        noteDeparture()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        presence = nil
    }
}
