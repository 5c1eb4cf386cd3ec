import FoundationEssentials
public import Logging
public import MartletCore
import Synchronization

/// Answers questions from chats that the bot is not in: from the writing line, and of guests.
///
/// Nothing of these chats is remembered. A question from the writing line is worth nothing half a minute later, so those are
/// kept in memory only; each person has one, the newest, and ``run()`` answers it. A guest's question is answered before
/// ``handle(_:)`` returns, so that one that a crash interrupts can be handed over again.
public final class ElsewhereAnswers: EventTaking, Sendable {
    let model: (any LanguageModel)?
    let knowledge: Knowledge?
    let chat: any ChatActing
    let persona: Persona
    let inline: ElsewherePolicies
    let guest: ElsewherePolicies
    let settings: ElsewhereSettings
    let sampling: SamplingOptions
    let logger: Logger
    private let people: Mutex<People>
    private let cache: Mutex<InlineCache>
    private let starts: AsyncStream<UserID>
    private let startsContinuation: AsyncStream<UserID>.Continuation

    private struct People {
        var asking: [UserID: Person] = [:]
        var writingCount = 0
        var isEnding = false
    }

    private struct Person {
        var newest: InboundEvent?
        var interrupt = WakeUp()
    }

    /// Makes a service.
    /// - Parameters:
    ///   - model: What answers.
    ///   - knowledge: The documents that answers come from; nil for none.
    ///   - chat: Where the answers go.
    ///   - persona: Who the bot is.
    ///   - inline: The policies for the writing line.
    ///   - guest: The policies for guests, who are strangers as a rule.
    ///   - sampling: How tokens are chosen.
    ///   - logger: Told of failures, never of what was asked.
    public init(
        model: (any LanguageModel)?,
        knowledge: Knowledge? = nil,
        chat: any ChatActing,
        persona: Persona,
        inline: ElsewherePolicies = ElsewherePolicies(),
        guest: ElsewherePolicies = ElsewherePolicies(),
        settings: ElsewhereSettings = ElsewhereSettings(),
        sampling: SamplingOptions = SamplingOptions(),
        logger: Logger
    ) {
        self.model = model
        self.knowledge = knowledge
        self.chat = chat
        self.persona = persona
        self.inline = inline
        self.guest = guest
        self.settings = settings
        self.sampling = sampling
        self.logger = logger
        self.people = Mutex(People())
        self.cache = Mutex(InlineCache(size: settings.cacheSize, lifetime: settings.cacheLifetime))
        (self.starts, self.startsContinuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(settings.maximumPeople)
        )
    }

    /// Takes a question from elsewhere.
    /// - Returns: False where the event is something else.
    /// - Throws: `CancellationError`, and what the policies throw.
    public func handle(_ event: InboundEvent) async throws -> Bool {
        switch event.content {
        case .inlineQuery:
            note(event)
            return true
        case .guestQuery(let query, let text):
            try await answerGuest(query, text, event)
            return true
        default: return false
        }
    }

    /// Answers what is asked from the writing line until ``shutDown()`` or cancellation.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await user in starts {
                group.addTask { await self.serve(user) }
            }
            group.cancelAll()
        }
    }

    /// Whether nobody waits for an answer.
    public var isIdle: Bool { people.withLock { $0.asking.isEmpty } }

    /// Asks ``run()`` to end.
    public func shutDown() {
        people.withLock { $0.isEnding = true }
        startsContinuation.finish()
    }

    /// Makes a question its asker's newest.
    private func note(_ event: InboundEvent) {
        let user = event.sender.id
        let interrupt = people.withLock { people -> WakeUp? in
            if people.asking[user] != nil {
                people.asking[user]?.newest = event
                return people.asking[user]?.interrupt
            }
            guard people.asking.count < settings.maximumPeople, !people.isEnding else { return nil }
            people.asking[user] = Person(newest: event)
            startsContinuation.yield(user)
            return nil
        }
        interrupt?.signal()
    }

    /// Answers somebody's newest question until there is no newer one.
    private func serve(_ user: UserID) async {
        while !Task.isCancelled {
            guard let interrupt = people.withLock({ $0.asking[user]?.interrupt }) else { return }
            // Whoever goes on typing is answered when they stop, and now and then in between.
            let patience = ContinuousClock.now + settings.debounce * 5
            while await interrupt.wait(atMost: settings.debounce), .now < patience, !Task.isCancelled {}
            let event = people.withLock { people -> InboundEvent? in
                guard let event = people.asking[user]?.newest else {
                    people.asking[user] = nil
                    return nil
                }
                people.asking[user]?.newest = nil
                return event
            }
            guard let event, case .inlineQuery(let query, let text) = event.content else { return }
            await answer(query, text, event, until: interrupt)
        }
        people.withLock { $0.asking[user] = nil }
    }

    /// Offers results for a question from the writing line, unless a newer one comes.
    private func answer(_ query: String, _ text: String, _ event: InboundEvent, until interrupt: WakeUp) async {
        guard Date().timeIntervalSince(event.date) < settings.inlineLifetime.timeInterval else { return }
        do {
            guard let (results, lifetime) = try await results(for: text, event, until: interrupt) else { return }
            try await chat.answerInline(query, with: results, lifetime: lifetime)
        } catch is CancellationError {
            // The process ends.
        } catch {
            logger.warning("A question from the writing line was not answered", metadata: ["error": "\(error)"])
        }
    }

    /// What is offered, and for how long it stands; nil where nobody waits for it any more.
    private func results(
        for text: String,
        _ event: InboundEvent,
        until interrupt: WakeUp
    ) async throws -> ([InlineResult], Duration)? {
        let language = Language(code: event.sender.languageCode)
        switch try await inline.access?.admit(event) ?? .admitted {
        case .admitted: break
        case .refused(let reply):
            return ([notice("refused", .notAdmitted, reply.text, language, text: reply.text)], settings.cacheLifetime)
        case .ignored:
            let text = language.text(ElsewherePhrase.notAdmitted)
            return ([notice("refused", .notAdmitted, "", language, text: text)], settings.cacheLifetime)
        }
        let question = String(text.trimmingWhitespace().prefix(settings.maximumQuestionLength))
        guard !question.isEmpty else { return (examples(in: language), .seconds(300)) }
        // The key has the white space, so that a space more asks again.
        let key = String(text.prefix(settings.maximumQuestionLength))
        let user = event.sender.id
        if let known = cache.withLock({ $0.answer(to: key, of: user, at: .now) }) {
            return (offer(known, to: question, language), settings.cacheLifetime)
        }
        let isFirst = people.withLock { people in
            guard people.writingCount < settings.maximumConcurrentAnswers else { return false }
            people.writingCount += 1
            return true
        }
        guard isFirst else { return ([notice("slow", .slow, .slowSummary, language, text: question)], .zero) }
        defer { people.withLock { $0.writingCount -= 1 } }
        let outcome = try await ask(
            question,
            about: nil,
            event,
            inline,
            limit: settings.inlineTimeLimit,
            until: interrupt
        )
        switch outcome {
        case .answer(let answer):
            cache.withLock { $0.keep(answer, to: key, of: user, at: .now) }
            return (offer(answer, to: question, language), settings.cacheLifetime)
        case .exhausted(let reply):
            return ([notice("exhausted", .exhausted, reply.text, language, text: reply.text)], settings.cacheLifetime)
        case .superseded: return nil
        case .nothing: return ([notice("slow", .slow, .slowSummary, language, text: question)], .zero)
        case .failed: return ([notice("failed", .failed, .failedSummary, language, text: question)], .zero)
        }
    }

    private func offer(_ answer: String, to question: String, _ language: Language) -> [InlineResult] {
        [
            InlineResult(id: "answer", title: answer.line(60), summary: answer.line(200), text: answer),
            notice("again", .askAgain, .askAgainSummary, language, text: question),
        ]
    }

    private func examples(in language: Language) -> [InlineResult] {
        [ElsewherePhrase.example1, .example2, .example3].enumerated().map { index, phrase in
            let text = language.text(phrase)
            return InlineResult(
                id: "example\(index)",
                title: text,
                summary: language.text(ElsewherePhrase.example),
                text: text
            )
        }
    }

    private func notice(
        _ id: String,
        _ title: ElsewherePhrase,
        _ summary: ElsewherePhrase,
        _ language: Language,
        text: String
    ) -> InlineResult {
        notice(id, title, language.text(summary), language, text: text)
    }

    private func notice(
        _ id: String,
        _ title: ElsewherePhrase,
        _ summary: String,
        _ language: Language,
        text: String
    ) -> InlineResult {
        InlineResult(id: id, title: language.text(title), summary: summary.line(200), text: text)
    }
}

extension String {
    /// The text as one line of at most `length` characters.
    fileprivate func line(_ length: Int) -> String {
        let line = split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > length ? line.prefix(length - 1) + "…" : line
    }
}
