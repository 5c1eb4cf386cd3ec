/// Decides what happens with each event: held for more of the same, put in line, or dealt with at once.
///
/// Stopping and correcting never wait in line behind the answer that they are about. A value without clocks or tasks.
package struct AnswerDesk: Sendable {
    /// Something to do.
    package enum Job: Sendable {
        /// The question's turn has come.
        case answer(AnswerControl)
        /// The chat has too many waiting; whether its sender was told already.
        case refuse(Incoming, isSilent: Bool)
        /// The chat does not take questions while one is answered; whether its sender was told already.
        case leaveOut(Incoming, isSilent: Bool)
        /// These were waiting when somebody said stop; the last one's sender is told.
        case drop([Incoming], isSilent: Bool)
        /// Somebody said stop.
        case stop(InboundEvent, StopFinding)
        /// A message says something else now; nil where it no longer waits.
        case amend(InboundEvent, EventID?)
        /// A button was pressed again while what it does is being done or waits for its turn.
        case acknowledge(InboundEvent)
        /// Time is to be reported at this instant.
        case wait(until: ContinuousClock.Instant)
    }

    private let settings: ConversationSettings
    private var scheduler: LaneScheduler
    private var collector: BurstCollector
    private var running: [ConversationKey: AnswerControl] = [:]
    private var asides: Set<EventID> = []
    /// Whether no answer is begun any more.
    package private(set) var isClosed = false

    /// How many events wait, the running ones left out.
    package var waitingCount: Int { scheduler.waitingCount + collector.heldCount }
    /// Whether nothing is being done.
    package var isResting: Bool { running.isEmpty && asides.isEmpty }
    /// Whether nothing is being done and nothing waits.
    package var isIdle: Bool { isResting && waitingCount == 0 }
    /// The answers that are being made.
    package var controls: [AnswerControl] { Array(running.values) }

    /// Makes an empty desk.
    package init(settings: ConversationSettings) {
        self.settings = settings
        scheduler = LaneScheduler(
            maximumRunning: settings.maximumConcurrentAnswers,
            maximumWaitingPerLane: settings.maximumWaitingPerChat
        )
        collector = BurstCollector(pauses: settings.burstPauses)
    }

    /// Takes an event; one that is here already is left alone.
    package mutating func take(_ event: InboundEvent, isLeftover: Bool, at now: ContinuousClock.Instant) -> [Job] {
        guard !collector.holds(event.id), !scheduler.knows(event.id), !asides.contains(event.id) else { return [] }
        if event.connection == nil, StopRequest(event, botUsername: settings.botUsername) != nil {
            asides.insert(event.id)
            return stop(event)
        }
        if case .edited(let text) = event.content, event.connection == nil {
            asides.insert(event.id)
            return [.amend(event, correct(event.message, in: event.key, to: text))]
        }
        if repeatsPress(event) {
            asides.insert(event.id)
            return [.acknowledge(event)]
        }
        return perform(collector.add(event, isLeftover: isLeftover, at: now))
    }

    /// Begins no more answers.
    package mutating func close() {
        isClosed = true
    }

    /// Notes how late it is.
    package mutating func tick(at now: ContinuousClock.Instant) -> [Job] {
        perform(collector.expire(at: now))
    }

    /// Notes that an answer is over.
    /// - Parameter left: Events that turned out to be questions of their own.
    package mutating func finish(_ control: AnswerControl, leaving left: [InboundEvent] = []) -> [Job] {
        running[control.original.place] = nil
        scheduler.finish(control.original)
        for event in left { _ = scheduler.admit(Incoming(event, isLeftover: true)) }
        return start()
    }

    /// Notes that something dealt with at once is over.
    package mutating func finishAside(_ event: InboundEvent) {
        asides.remove(event.id)
    }

    /// Gives what waits for a chat to the chat's other number.
    package mutating func migrate(_ chat: ChatID, of bot: BotID, to successor: ChatID) {
        scheduler.migrate(chat, of: bot, to: successor)
        for incoming in collector.remove(from: chat, of: bot) {
            var moved = incoming
            moved.migrate(to: successor)
            moved.isLeftover = true
            _ = scheduler.admit(moved)
        }
    }

    /// Whether a press asks for an answer that an earlier press of the same button has asked for and that is not there yet.
    private func repeatsPress(_ event: InboundEvent) -> Bool {
        guard case .press(let press) = event.content, press.asksForAnswer else { return false }
        func isSame(_ incoming: Incoming) -> Bool {
            guard case .press(let other) = incoming.event.content else { return false }
            return other.action == press.action && other.question == press.question
                && incoming.sender.id == event.sender.id
        }
        let place = event.key.place
        return running[place].map { isSame($0.original) } == true || scheduler.waits(in: place, where: isSame)
    }

    private mutating func perform(_ actions: [BurstCollector.Action]) -> [Job] {
        var jobs: [Job] = []
        for action in actions {
            switch action {
            case .wait(let instant): jobs.append(.wait(until: instant))
            case .release(let incoming): jobs += admit(incoming)
            }
        }
        return jobs
    }

    private mutating func admit(_ incoming: Incoming) -> [Job] {
        var jobs: [Job] = []
        if !incoming.isLeftover, Self.isQuestion(incoming, settings), let control = running[incoming.place] {
            let isTheirs = incoming.parts[0].isPrivate || control.original.sender.id == incoming.sender.id
            switch control.policy {
            case .queue: break
            case .ignore: return [.leaveOut(incoming, isSilent: !control.takeHint())]
            case .replace where isTheirs:
                control.stop(.replaced)
                let replaced = scheduler.remove(in: incoming.place) { [settings] in
                    Self.isQuestion($0, settings) && $0.sender.id == incoming.sender.id
                }
                if !replaced.isEmpty { jobs.append(.drop(replaced, isSilent: true)) }
            case .replace: break
            }
        }
        switch scheduler.admit(incoming) {
        case .admitted, .alreadyKnown: return jobs + start()
        case .laneFull(let isFirst): return jobs + [.refuse(incoming, isSilent: !isFirst)]
        }
    }

    private mutating func start() -> [Job] {
        var jobs: [Job] = []
        while !isClosed, let incoming = scheduler.next() {
            let control = AnswerControl(incoming, policy: settings.busyPolicy)
            running[incoming.place] = control
            jobs.append(.answer(control))
        }
        return jobs
    }

    /// Whether something is for the model rather than for the bot.
    private static func isQuestion(_ incoming: Incoming, _ settings: ConversationSettings) -> Bool {
        guard incoming.parts[0].connection == nil, !incoming.isOverheard else { return false }
        guard case .text(let text) = incoming.event.content else { return incoming.parts[0].content.isSaid }
        return ConversationCommand(parsing: text.trimmingWhitespace(), botUsername: settings.botUsername) == nil
    }

    private mutating func stop(_ event: InboundEvent) -> [Job] {
        guard let request = StopRequest(event, botUsername: settings.botUsername) else { return [] }
        let place = event.key.place
        guard let control = running[place], request.concerns(control.subject) else {
            return [.stop(event, .nothing)]
        }
        let asker = control.original.sender
        guard request.isAllowed(asker: asker.id) else { return [.stop(event, .notAllowed(owner: asker.name))] }
        control.stop(.asked)
        let sender = event.isPrivate ? nil : asker.id
        let waiting =
            scheduler.remove(in: place) {
                !$0.isOverheard && $0.parts[0].content.isSaid && (sender == nil || $0.sender.id == sender)
            }
            + collector.remove(in: place, of: sender)
        let drops: [Job] = waiting.isEmpty ? [] : [.drop(waiting, isSilent: false)]
        return [.stop(event, .stopped)] + drops
    }

    private mutating func correct(_ message: MessageID, in key: ConversationKey, to text: String) -> EventID? {
        if let event = collector.amend(message, in: key, to: text) { return event }
        if let event = scheduler.amend(message, in: key, to: text) { return event }
        for control in running.values where control.original.place.chat == key.chat {
            guard Self.isQuestion(control.original, settings) else { continue }
            var incoming = control.incoming
            if let event = incoming.amend(message, in: key.chat, to: text) {
                control.amend(message, in: key.chat, to: text)
                return event
            }
        }
        return nil
    }
}
