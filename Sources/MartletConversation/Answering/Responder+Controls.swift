import FoundationEssentials
import Logging
import MartletCore

extension Responder {
    /// Ends an event that is not answered, and tells its sender where there is something to tell.
    func turnAway(
        _ incoming: Incoming,
        as outcome: EventOutcome = .ignored,
        saying phrase: Phrase?,
        logger: Logger
    ) async {
        await aside(incoming.event, incoming.others, logger: logger) { matter in
            guard matter.progress.final == nil, let phrase, try await isAdmitted(matter.event) else {
                try await end(matter, as: outcome)
                return
            }
            try await say(matter.language.text(phrase), to: .asker, matter)
        }
    }

    /// Confirms a wish to stop, and passes it on to other processes where this one answers nothing.
    func confirm(stop event: InboundEvent, _ finding: StopFinding, logger: Logger) async {
        await aside(event, [], logger: logger) { matter in
            var finding = finding
            if finding == .nothing { finding = try await passOn(event) }
            let phrase: Phrase =
                switch finding {
                case .stopped: .stopped
                case .notAllowed(let owner): .onlyOwnerMay(name: owner)
                case .nothing: .nothingToStop
                }
            switch event.content {
            case .press(let press):
                let isRefused = if case .notAllowed = finding { true } else { false }
                await acknowledge(press, matter.language.text(phrase), isAlert: isRefused, logger)
                try await end(matter, as: .answered)
            case .text where finding != .stopped:
                guard try await isAdmitted(event) else {
                    try await end(matter, as: .ignored)
                    return
                }
                try await say(matter.language.text(phrase), to: .asker, matter)
            default:
                try await end(matter, as: .answered)
            }
        }
    }

    /// Tells the presser that the press has arrived, and does nothing else: what it asks for is on its way.
    func confirm(press event: InboundEvent, logger: Logger) async {
        await aside(event, [], logger: logger) { matter in
            if case .press(let press) = event.content { await acknowledge(press, nil, logger) }
            try await end(matter, as: .ignored)
        }
    }

    /// Makes a correction last, or ends one that came too late.
    func confirm(edit event: InboundEvent, of question: EventID?, logger: Logger) async {
        await aside(event, [], logger: logger) { matter in
            if let question, case .edited(let text) = event.content {
                try await store.amend(question, to: .text(text))
            }
            try await end(matter, as: question == nil ? .ignored : .answered)
        }
    }

    /// Asks another process that answers here to stop.
    private func passOn(_ event: InboundEvent) async throws -> StopFinding {
        guard let request = StopRequest(event, botUsername: settings.botUsername) else { return .nothing }
        let answered = try await store.eventsBeingAnswered(in: event.key.place, at: Date())
        let running = answered.first { other in
            guard other.id != event.id, let subject = subject(of: other) else { return false }
            return request.concerns(subject)
        }
        guard let running else { return .nothing }
        guard request.isAllowed(asker: running.sender.id) else { return .notAllowed(owner: running.sender.name) }
        try await store.requestStop(of: running.id)
        return .stopped
    }

    /// The question whose answer an event asks for; nil where it asks for none.
    private func subject(of event: InboundEvent) -> EventID? {
        if case .press(let press) = event.content {
            return press.asksForAnswer ? press.question : nil
        }
        guard event.content.isSaid, StopRequest(event, botUsername: settings.botUsername) == nil else { return nil }
        return event.id
    }

    private func isAdmitted(_ event: InboundEvent) async throws -> Bool {
        try await companions.admitting?.admit(event) ?? .admitted == .admitted
    }

    /// Tells the presser of a button that the press has arrived; that is a courtesy whose failure changes nothing.
    func acknowledge(_ press: ButtonPress, _ text: String?, isAlert: Bool = false, _ logger: Logger) async {
        do {
            try await companions.acting?.answerPress(press.query, text: text, isAlert: isAlert)
        } catch {
            logger.info("A press could not be acknowledged", metadata: ["error": "\(error)"])
        }
    }

    /// Deals with an event outside its place's line.
    private func aside(
        _ event: InboundEvent,
        _ others: [EventID],
        logger: Logger,
        _ body: (Matter) async throws -> Void
    ) async {
        let logger = turnLogger(event, logger)
        while !Task.isCancelled {
            do {
                guard
                    case .begun(let progress) = try await store.beginAnswer(to: event.id, joining: others, lease: lease)
                else { return }
                let key = conversationKey(of: event)
                let chat = try await store.conversation(for: key, turnLimit: 0).settings
                let matter = Matter(
                    event: event,
                    key: key,
                    progress: progress,
                    chat: chat,
                    language: chat.language ?? Language(code: event.sender.languageCode),
                    control: AnswerControl(Incoming(event), policy: settings.busyPolicy),
                    logger: logger
                )
                if let final = progress.final {
                    try await deliver(final, about: ownSubject(matter), matter)
                } else {
                    try await body(matter)
                }
                return
            } catch is CancellationError {
                return
            } catch {
                logger.error("An event could not be ended; it is tried again", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: settings.storeRetryInterval)
            }
        }
    }
}
