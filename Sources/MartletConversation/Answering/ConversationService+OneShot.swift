extension ConversationService {
    /// Answers accepted events and returns when they are finished, without ``run()``; for a process that lives for one call only.
    ///
    /// Calls may overlap, in this process and in others on the same database: what another one is answering is waited for, and the
    /// parts of a burst that came through several calls are one question, for the call that claims its first part.
    /// - Parameter deadline: When answers are cut off; what was said by then is delivered with a remark, so leave the delivery some
    ///   seconds. Events that were not begun by then stay in the store.
    public func answer(_ events: [InboundEvent], until deadline: ContinuousClock.Instant? = nil) async {
        var responder = responder
        responder.isOneShot = true
        // Calls in one process are strangers to one another as well.
        responder.settings.leaseOwner += "/" + String(UInt64.random(in: .min ... .max), radix: 36)
        var settings = settings
        // What a call answers is all there when it begins: alone it waits for nothing, and others come with it.
        settings.burstPauses.comment = min(
            settings.burstPauses.comment,
            events.count > 1 ? .milliseconds(5) : .zero
        )
        responder.settings.burstPauses = settings.burstPauses
        let session = ConversationService(
            responder: responder,
            settings: settings,
            logger: logger,
            hasTimeAfterwards: deadline == nil
        )
        await withTaskGroup(of: Void.self) { clock in
            if let deadline {
                clock.addTask {
                    try? await Task.sleep(until: deadline)
                    if !Task.isCancelled { session.cutShort() }
                }
            }
            await withTaskGroup(of: Void.self) { work in
                work.addTask { await session.run() }
                for event in events { session.submit(event, isLeftover: true) }
                await session.wait { $0.isIdle || ($0.isClosed && $0.isResting) }
                session.shutDown()
            }
            clock.cancelAll()
        }
    }

    /// Begins nothing more, and cuts off what is being answered.
    private func cutShort() {
        change { desk in
            desk.close()
            for control in desk.controls { control.stop(.deadline) }
            return []
        }
    }
}
