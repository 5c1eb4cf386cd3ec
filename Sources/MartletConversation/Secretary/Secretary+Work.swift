import FoundationEssentials
import Logging
import MartletCore
import Synchronization

/// What is being worked on.
struct WorkState {
    /// The lanes that are worked on, those that ask the model by their rounds.
    var running: Set<LaneID> = []
    /// Of these, the ones that ask the model.
    var writing: [LaneID: Writing] = [:]
    var isDraining = false
    /// When the platform was asked about connections that were not known.
    var askedAbout: [ConnectionID: Date] = [:]

    /// A round that the model writes, and how to end it.
    struct Writing {
        var round: Int?
        var interrupt: WakeUp
    }
}

/// The scheduler, and what lanes ask to be done.
extension Secretary {
    /// Lanes that are worked on at the same time, those that ask the model left out.
    private static let maximumConcurrentErrands = 16

    /// Does what is due until ``shutDown()`` or cancellation; what is left then is done at the next start.
    public func run() async {
        await withDiscardingTaskGroup { group in
            var lastPruning: Date?
            while !Task.isCancelled, !state.withLock({ $0.isDraining }) {
                do {
                    let now = clock.now()
                    if lastPruning.map({ now.timeIntervalSince($0) > 3600 }) ?? true {
                        try await store.pruneSecretary(before: now - settings.logLifetime.timeInterval)
                        lastPruning = now
                    }
                    for (lane, isWriting) in try await takeDue(at: now) {
                        group.addTask { await self.work(on: lane, isWriting: isWriting) }
                    }
                    let next = try await store.nextWake(of: bot, after: now)
                    // Looked at again after a minute at the latest, because the wall clock may jump.
                    let wait = next.map { min(60, max(0.001, $0.timeIntervalSince(clock.now()))) } ?? 60
                    await wakeUp.wait(atMost: .seconds(wait))
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("The secretary's store failed; it is tried again", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: settings.storeRetryInterval)
                }
            }
        }
    }

    /// Asks ``run()`` to end: nothing more is begun, sends that were begun are ended, and answers being written are given up.
    public func shutDown() {
        let interrupts = state.withLock { state in
            state.isDraining = true
            return state.writing.values.map(\.interrupt)
        }
        for interrupt in interrupts { interrupt.signal() }
        wakeUp.signal()
    }

    /// Lets ``run()`` look at its clock again, for tests whose clocks jump.
    package func lookAgain() { wakeUp.signal() }

    /// Whether nothing is being done and nothing is due.
    package func isIdle() async throws -> Bool {
        let now = clock.now()
        for isWriting in [false, true] {
            guard try await store.dueLanes(of: bot, at: now, isWriting: isWriting, limit: 1).isEmpty else {
                return false
            }
        }
        return state.withLock { $0.running.isEmpty }
    }

    /// Ends the writing of an answer that nobody wants any more, and lets the scheduler look again.
    func noteChange(of contact: SecretaryContact) {
        let interrupt = state.withLock { state -> WakeUp? in
            guard let writing = state.writing[contact.id], let round = writing.round else { return nil }
            if case .writing(round, _) = contact.lane.phase { return nil }
            return writing.interrupt
        }
        interrupt?.signal()
        wakeUp.signal()
    }

    /// Picks due lanes that nobody works on, within the limits, and marks them as worked on.
    private func takeDue(at now: Date) async throws -> [(LaneID, isWriting: Bool)] {
        var taken: [(LaneID, isWriting: Bool)] = []
        for (isWriting, limit) in [(false, Self.maximumConcurrentErrands), (true, settings.maximumConcurrentAnswers)] {
            let busyCount = state.withLock { $0.running.count }
            let due = try await store.dueLanes(of: bot, at: now, isWriting: isWriting, limit: limit + busyCount)
            state.withLock { state in
                for lane in due where !state.running.contains(lane) {
                    let count = isWriting ? state.writing.count : state.running.count - state.writing.count
                    guard count < limit else { break }
                    state.running.insert(lane)
                    if isWriting { state.writing[lane] = WorkState.Writing(interrupt: WakeUp()) }
                    taken.append((lane, isWriting))
                }
            }
        }
        return taken
    }

    /// Does everything that a lane asks for now.
    private func work(on lane: LaneID, isWriting: Bool) async {
        do {
            while !Task.isCancelled, !state.withLock({ $0.isDraining }) {
                guard let update = try await advance(.id(lane), .tick) else { break }
                if update.answer == .typing { await showTyping(update) }
                guard let action = update.contact.lane.action else { break }
                if case .write(let round) = action {
                    guard isWriting else { break }
                    try await write(round, update)
                } else {
                    try await perform(action, update)
                }
            }
        } catch is CancellationError {
            logger.debug("A lane's work was interrupted; it goes on at the next start")
        } catch {
            logger.error("A lane's work failed; it is tried again", metadata: ["error": "\(error)"])
            try? await Task.sleep(for: settings.storeRetryInterval)
        }
        state.withLock { state in
            state.running.remove(lane)
            state.writing[lane] = nil
        }
        wakeUp.signal()
    }

    /// Shows the contact that somebody types; a courtesy whose failure changes nothing.
    private func showTyping(_ update: LaneUpdate) async {
        do {
            try await chat.showTyping(in: update.account.connection.id, to: update.contact.address.chat)
        } catch {
            logger.debug("Typing could not be shown in somebody's name", metadata: ["error": "\(error)"])
        }
    }

    /// Does one thing, and tells the lane.
    private func perform(_ action: LaneAction, _ update: LaneUpdate) async throws {
        let lane = LaneReference.id(update.contact.id)
        let account = update.account
        switch action {
        case .write: break
        case .chore(let chore):
            switch chore.kind {
            case .tell(let notice): await tell(SecretaryViews.notice(notice, update.contact, account), account)
            case .change(let message, let text, let marks, let draftState):
                let words = text.isEmpty ? nil : Wording(text, marks: marks)
                let reply = SecretaryViews.settled(words, draftState, update.contact, account)
                do {
                    try await chat.change(message, to: reply, in: account.place)
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    // Deleted by the owner, most likely.
                    logger.debug("A draft's message could not be changed", metadata: ["error": "\(error)"])
                }
            }
            try Task.checkCancellation()
            _ = try await advance(lane, .choreEnded(chore.number))
        case .show(let draft):
            let shown: MessageID
            do {
                shown = try await chat.send(SecretaryViews.draft(draft, update.contact, account), to: account.place)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning("A draft could not be shown to its owner", metadata: ["error": "\(error)"])
                try Task.checkCancellation()
                _ = try await advance(lane, .notShown(draft: draft.number))
                return
            }
            _ = try await advance(lane, .shown(shown, draft: draft.number))
        case .send(let draft):
            guard try await advance(lane, .sendBegins(draft: draft.number))?.answer == .mayBegin else { return }
            try await send(draft, update)
        case .doubt(let draft):
            logger.warning("A message may have been sent before the restart; its owner is told")
            _ = try await advance(lane, .sendInDoubt(draft: draft.number))
        }
    }

    /// Sends in the owner's name, after the lane noted that it begins: from here on the draft is never sent again.
    private func send(_ draft: LaneDraft, _ update: LaneUpdate) async throws {
        let result: LaneInput
        do {
            let sent = try await chat.send(
                draft.words,
                in: update.account.connection.id,
                to: update.contact.address.chat
            )
            logger.info("A message was sent in its owner's name")
            result = .sent(sent, draft: draft.number)
        } catch {
            // Interrupted on the way: whether it arrived is not known, and the next start says so.
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            logger.warning("A message could not be sent in its owner's name", metadata: ["error": "\(error)"])
            result = .notSent(draft: draft.number)
        }
        while true {
            do {
                _ = try await advance(.id(update.contact.id), result)
                return
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.error("The secretary's store failed; it is tried again", metadata: ["error": "\(error)"])
                try await Task.sleep(for: settings.storeRetryInterval)
            }
        }
    }
}
