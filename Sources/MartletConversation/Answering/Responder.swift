import FoundationEssentials
import Logging
import MartletCore

/// Takes one event from accepted to finished.
struct Responder: Sendable {
    let model: (any LanguageModel)?
    let store: any ConversationStore
    let sink: any ReplySink
    let context: ContextDocument?
    let companions: Companions
    var settings: ConversationSettings
    /// Whether it lives for one call, beside others that may have taken parts of the same question.
    var isOneShot = false
    /// What has moved since the start.
    let moved = MovedChats()

    /// Another process has taken the event over.
    private struct LeaseLost: Error {}

    /// Ends the event, or leaves it in the store for the next process when the task is cancelled.
    func respond(to control: AnswerControl, logger: Logger) async -> Aftermath {
        let logger = turnLogger(control.original.event, logger)
        var left: [InboundEvent] = []
        var isGathered = !isOneShot
        while !Task.isCancelled {
            do {
                if !isGathered {
                    isGathered = true
                    try await gather(control)
                }
                let incoming = control.incoming
                switch try await store.beginAnswer(to: incoming.id, joining: incoming.others, lease: lease) {
                case .finished:
                    // Another call was quicker with the first part, and what it left out is a question of its own.
                    guard control.giveBack() else { return Aftermath(left: left) }
                case .held(let expiry):
                    logger.notice("Another process answers this message; this one waits for it")
                    try await Task.sleep(for: .seconds(min(max(expiry.timeIntervalSinceNow, 0.05), 1)))
                case .begun(let progress):
                    left += control.keepOnly(progress.joined)
                    var aftermath = try await holdingLease(of: incoming.id, control, logger: logger) {
                        try await attend(to: control, progress: progress, logger: logger)
                    }
                    aftermath.left = left
                    return aftermath
                }
            } catch is CancellationError {
                logger.info("An answer was interrupted; it is taken up at the next start")
                return Aftermath(left: left)
            } catch is LeaseLost {
                logger.warning("Another process has taken this message over")
                return Aftermath(left: left)
            } catch {
                // The store, or a platform that refuses the bot as such: the message stays accepted, and is tried again.
                logger.error("An answer could not be finished; it is tried again", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: settings.storeRetryInterval)
            }
        }
        return Aftermath(left: left)
    }

    /// A claim from now on.
    var lease: Lease { Lease(owner: settings.leaseOwner, lasting: settings.leaseDuration) }

    /// How often the claim to an event is renewed, and how soon a stop from another process is heard of.
    private var renewalInterval: Duration {
        isOneShot
            ? min(settings.stopInterval, settings.leaseDuration / 3) : settings.leaseDuration / 5
    }

    func turnLogger(_ event: InboundEvent, _ logger: Logger) -> Logger {
        var logger = logger
        logger[metadataKey: "turn.id"] = "\(UUID().uuidString.prefix(8).lowercased())"
        logger[metadataKey: "chat.id"] = "\(event.key.chat)"
        logger[metadataKey: "update.id"] = "\(event.id.update)"
        return logger
    }

    /// Runs `body` while the claim to an event is renewed; hears of requests to stop from other processes on the way.
    private func holdingLease<Value: Sendable>(
        of event: EventID,
        _ control: AnswerControl,
        logger: Logger,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    try await Task.sleep(for: renewalInterval)
                    do {
                        switch try await store.renew(lease, of: event) {
                        case .held: break
                        case .stopRequested: control.stop(.asked)
                        // Finishing the event ends the claim as well; the body knows which it was.
                        case .lost: return nil
                        }
                    } catch let error as CancellationError {
                        throw error
                    } catch {
                        logger.warning("A claim could not be renewed", metadata: ["error": "\(error)"])
                    }
                }
            }
            defer { group.cancelAll() }
            if let value = try await group.next() ?? nil { return value }
            if await isFinished(event) {
                if let value = try await group.next() ?? nil { return value }
            }
            throw LeaseLost()
        }
    }

    private func isFinished(_ event: EventID) async -> Bool {
        let unfinished = try? await store.unfinishedEvents(of: event.bot)
        return unfinished?.contains { $0.id == event } == false
    }

    private func attend(
        to control: AnswerControl,
        progress: AnswerProgress,
        logger: Logger
    ) async throws -> Aftermath {
        let event = control.incoming.event
        let key = conversationKey(of: event)
        let conversation = try await store.conversation(for: key, turnLimit: settings.maximumContextLength)
        let matter = Matter(
            event: event,
            key: key,
            progress: progress,
            chat: conversation.settings,
            language: conversation.settings.language ?? Language(code: event.sender.languageCode),
            control: control,
            logger: logger
        )
        control.policy = conversation.settings.busyPolicy ?? settings.busyPolicy
        if let final = progress.final {
            logger.info("An answer from before the restart is delivered")
            try await deliver(final, about: try await subject(of: matter), matter)
            return Aftermath()
        }
        if progress.attempt > settings.maximumAttempts {
            logger.error("A message was given up after several attempts", metadata: ["attempt": "\(progress.attempt)"])
            try await say(matter.language.text(.gaveUp), matter)
            return Aftermath()
        }
        for taker in companions.takers { try await taker.prepare(for: event) }
        let admission = try await companions.admitting?.admit(event) ?? .admitted
        if case .migrated(let successor) = event.content {
            // A fact, not a wish: the policy has moved what is its own, and the rest goes along whatever it says.
            return try await migrate(matter, to: successor)
        }
        switch admission {
        case .admitted: break
        case .refused(let reply):
            try await deliver(reply.whispered(), about: ownSubject(matter), matter)
            return Aftermath()
        case .ignored:
            try await end(matter, as: .ignored)
            return Aftermath()
        }
        if try await isTaken(event) {
            try await end(matter, as: .answered)
            return Aftermath()
        }
        guard event.connection == nil else {
            try await end(matter, as: .ignored)
            return Aftermath()
        }
        guard !control.incoming.isOverheard else {
            try await overhear(matter)
            return Aftermath()
        }
        return try await attend(to: matter, conversation)
    }

    /// Whether somebody has dealt with an event that is no part of a conversation with the bot.
    private func isTaken(_ event: InboundEvent) async throws -> Bool {
        for taker in companions.takers where try await taker.handle(event) { return true }
        return false
    }

    private func attend(to matter: Matter, _ conversation: Conversation) async throws -> Aftermath {
        if case .press(let press) = matter.event.content { return try await handle(press, matter, conversation) }
        switch Reply(to: matter.event, language: matter.language, settings: settings) {
        case .ignore: try await end(matter, as: .ignored)
        case .say(let text): try await say(text, matter)
        case .command(let command): return try await carryOut(command, matter, conversation)
        case .ask:
            let subject = try await subject(of: matter)
            return try await answer(about: subject, matter, conversation)
        }
        return Aftermath()
    }

    /// Remembers what was said in a group and not to the bot, where the group wants that.
    private func overhear(_ matter: Matter) async throws {
        guard settings.offersReadingAlong, matter.chat.readsAlong == true else {
            return try await end(matter, as: .ignored)
        }
        var turn = try await questionTurn(matter.event)
        turn.event = nil
        turn.message.content = String(turn.message.content.prefix(Self.overheardLength))
        let remembrance: Remembrance = turn.message.content.isEmpty ? .nothing : .overheard(turn)
        try await store.finish(matter.events, as: .ignored, remembering: remembrance, in: moved.current(matter.key))
    }

    /// The most characters that are remembered of an overheard message.
    private static let overheardLength = 1000

    private func migrate(_ matter: Matter, to successor: ChatID) async throws -> Aftermath {
        let moved = try await store.migrate(matter.event.key.chat, of: matter.key.bot, to: successor)
        self.moved.note(matter.event.key.chat, of: matter.key.bot, is: successor)
        // What was computed under the old name would never be found again, nor erased.
        for key in moved { await eraseKeptPrompts(of: key) }
        try await end(matter, as: .answered)
        return Aftermath(migration: (matter.event.key, successor))
    }

    /// The conversation that an event belongs to.
    func conversationKey(of event: InboundEvent) -> ConversationKey {
        event.conversationKey(separatingPeople: settings.separatesPeopleInGroups)
    }

    /// Erases what models computed of a conversation: it is derived from it.
    func eraseKeptPrompts(of key: ConversationKey) async {
        await (model as? any PromptKeeping)?.eraseKeptPrompts(of: key.description)
        await companions.models?.eraseKeptPrompts(of: key.description)
    }

    /// Ends an event without a reply.
    func end(_ matter: Matter, as outcome: EventOutcome) async throws {
        try await store.finish(matter.events, as: outcome, remembering: .nothing, in: moved.current(matter.key))
    }
}
