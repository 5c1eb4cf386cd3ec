import FoundationEssentials
import MartletCore

extension Responder {
    /// Says something that is not part of the conversation.
    /// - Parameter audience: Who in a group sees it; nil for everybody.
    func say(
        _ text: String,
        choices: [[ReplyChoice]] = [],
        to audience: FinalReply.Audience? = nil,
        _ matter: Matter
    ) async throws {
        let final = FinalReply(text: text, isRemembered: false, choices: choices, audience: audience)
        try await deliver(final, about: ownSubject(matter), matter)
    }

    /// A reply to the event itself of which nothing is remembered.
    func ownSubject(_ matter: Matter) -> Subject {
        Subject(
            shown: inLanguageOfChat(matter.event, matter),
            messages: matter.progress.messages,
            recorder: matter.event.id,
            memory: .none
        )
    }

    /// A new answer to an earlier question, in its messages.
    func subject(again exchange: Exchange, _ matter: Matter) -> Subject {
        Subject(
            shown: shown(exchange, matter),
            messages: exchange.messages,
            recorder: exchange.question.event ?? matter.event.id,
            memory: .again(exchange)
        )
    }

    /// More of an earlier answer, in a message of its own.
    func subject(further exchange: Exchange, _ matter: Matter) -> Subject {
        Subject(
            shown: shown(exchange, matter),
            messages: matter.progress.messages,
            recorder: matter.event.id,
            memory: .further(exchange)
        )
    }

    /// An event whose reply has its buttons and phrases in the language that was chosen here.
    private func inLanguageOfChat(_ event: InboundEvent, _ matter: Matter) -> InboundEvent {
        var event = event
        event.sender.languageCode = matter.language.rawValue
        return event
    }

    /// The earlier question as if it came again, so that the reply stands under it and its buttons name it.
    private func shown(_ exchange: Exchange, _ matter: Matter) -> InboundEvent {
        var event = matter.event
        let question = exchange.question
        event.id = question.event ?? event.id
        event.message = question.source ?? event.message
        event.content = .text(question.message.content)
        event.date = question.date
        event.quoted = nil
        event.bundle = nil
        if let speaker = question.speaker, speaker != event.sender.id {
            event.sender = .init(id: speaker, name: question.message.name ?? "", languageCode: nil)
        }
        return inLanguageOfChat(event, matter)
    }

    /// What the reply to an event is about; the same whenever it is worked out, so that a delivery can be taken up again.
    func subject(of matter: Matter) async throws -> Subject {
        switch matter.event.content {
        case .press(let press):
            guard let exchange = try await store.exchange(of: press.question, in: matter.key) else { break }
            switch press.action {
            case .regenerate: return subject(again: exchange, matter)
            case .proceed: return subject(further: exchange, matter)
            case .stop, .choose: break
            }
        case .text(let text):
            switch ConversationCommand(parsing: text.trimmingWhitespace(), botUsername: settings.botUsername) {
            case .retry:
                guard let exchange = try await store.exchange(of: nil, in: matter.key) else { break }
                return subject(again: exchange, matter)
            case .none:
                var subject = ownSubject(matter)
                subject.memory = .exchange(try await questionTurn(matter.event))
                return subject
            case .some: break
            }
        default: break
        }
        return ownSubject(matter)
    }

    /// Settles a text that needs no model and delivers it.
    ///
    /// In a chat of somebody else's account the bot says nothing of its own: it would say it in their name.
    func deliver(_ final: FinalReply, about subject: Subject, _ matter: Matter) async throws {
        guard matter.event.connection == nil else { return try await end(matter, as: .ignored) }
        if matter.progress.final == nil { try await store.recordFinal(final, of: matter.event.id) }
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream(bufferingPolicy: .bufferingNewest(1))
        continuation.yield(.final(final))
        continuation.finish()
        let outcome = try await show(parts, about: subject)
        try await finish(matter, as: outcome, final: final, about: subject)
    }

    func show(_ parts: AsyncStream<ReplyPart>, about subject: Subject) async throws -> EventOutcome {
        try await sink.deliver(parts, replyingTo: subject.shown, resuming: subject.messages) { [store] message, part in
            try await store.recordMessage(message, part: part, of: subject.recorder)
        }
    }

    func finish(
        _ matter: Matter,
        as outcome: EventOutcome,
        final: FinalReply?,
        about subject: Subject
    ) async throws {
        var remembrance = final.map { Self.remembrance(of: $0, about: subject) } ?? .nothing
        // What one person alone saw is no part of what a group remembers together, repeats and goes on from.
        if matter.event.whisper != nil, matter.key.user == nil, !matter.event.isPrivate { remembrance = .nothing }
        try await store.finish(matter.events, as: outcome, remembering: remembrance, in: moved.current(matter.key))
    }

    private static func remembrance(of final: FinalReply, about subject: Subject) -> Remembrance {
        let text = final.remembered ?? final.text
        switch subject.memory {
        case .none: return .nothing
        case .exchange(let question):
            guard final.isRemembered else { return .unanswered(question) }
            return .turns([question, Turn(.assistant(text), date: Date(), event: question.event)])
        case .again(let exchange):
            guard final.isRemembered, let question = exchange.question.event else { return .nothing }
            return .answer(Turn(.assistant(text), date: Date(), event: question), to: question)
        case .further(let exchange):
            guard final.isRemembered, let question = exchange.question.event, let answer = exchange.answer else {
                return .nothing
            }
            return .continuation(join(answer.message.content, text), of: question)
        }
    }

    /// Two pieces of one text; a cut in the middle of a word cannot be told from one between two.
    private static func join(_ beginning: String, _ rest: String) -> String {
        guard let first = rest.first, !first.isPunctuation, !first.isWhitespace else { return beginning + rest }
        return beginning.last?.isWhitespace == false ? beginning + " " + rest : beginning + rest
    }
}
