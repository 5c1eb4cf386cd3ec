import FoundationEssentials
import Logging
import MartletCore

/// Takes one event from accepted to finished.
struct Responder: Sendable {
    let model: (any LanguageModel)?
    let store: any ConversationStore
    let sink: any ReplySink
    let context: ContextDocument?
    let settings: ConversationSettings

    /// How an event is dealt with.
    enum Handling: Sendable {
        /// It is answered.
        case answer
        /// Its sender is told that too many wait.
        case refuse
        /// Its sender has been told already.
        case refuseSilently
    }

    /// Ends the event, or leaves it in the store for the next process when the task is cancelled.
    func respond(to event: InboundEvent, _ handling: Handling, logger: Logger) async {
        var logger = logger
        logger[metadataKey: "turn.id"] = "\(UUID().uuidString.prefix(8).lowercased())"
        logger[metadataKey: "chat.id"] = "\(event.key.chat)"
        logger[metadataKey: "update.id"] = "\(event.id.update)"
        while !Task.isCancelled {
            do {
                guard let progress = try await store.beginAnswer(to: event.id) else { return }
                try await respond(to: event, handling, progress: progress, logger: logger)
                return
            } catch is CancellationError {
                logger.info("An answer was interrupted; it is taken up at the next start")
                return
            } catch {
                // The store, or a platform that refuses the bot as such: the message stays accepted, and is tried again.
                logger.error("An answer could not be finished; it is tried again", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: settings.storeRetryInterval)
            }
        }
    }

    private func respond(
        to event: InboundEvent,
        _ handling: Handling,
        progress: AnswerProgress,
        logger: Logger
    ) async throws {
        let language = Language(code: event.sender.languageCode)
        if let final = progress.final {
            logger.info("An answer from before the restart is delivered")
            try await deliver(final, to: event, progress: progress)
            return
        }
        switch handling {
        case .answer: break
        case .refuse:
            let text = language.text(.tooManyWaiting)
            try await deliver(FinalReply(text: text, isRemembered: false), to: event, progress: progress)
            return
        case .refuseSilently:
            try await store.finish(event.id, as: .ignored, remembering: [], in: event.key)
            return
        }
        if progress.attempt > settings.maximumAttempts {
            logger.error("A message was given up after several attempts", metadata: ["attempt": "\(progress.attempt)"])
            let text = language.text(.gaveUp)
            try await deliver(FinalReply(text: text, isRemembered: false), to: event, progress: progress)
            return
        }
        let conversation = try await store.conversation(for: event.key, turnLimit: settings.maximumContextLength)
        let contextLength = min(conversation.contextLength ?? settings.contextLength, settings.maximumContextLength)
        switch Reply(to: event, contextLength: contextLength, settings: settings) {
        case .ignore:
            try await store.finish(event.id, as: .ignored, remembering: [], in: event.key)
        case .say(let text):
            try await deliver(FinalReply(text: text, isRemembered: false), to: event, progress: progress)
        case .eraseTurns(let text):
            try await store.eraseTurns(of: event.key)
            // What the model computed of the chat is derived from it and goes too.
            await (model as? any PromptKeeping)?.eraseKeptPrompts(of: event.key.description)
            try await deliver(FinalReply(text: text, isRemembered: false), to: event, progress: progress)
        case .setContextLength(let count, let text):
            try await store.setContextLength(count, for: event.key)
            try await deliver(FinalReply(text: text, isRemembered: false), to: event, progress: progress)
        case .ask(let question):
            let request = await makeRequest(
                question,
                for: event,
                history: conversation.turns,
                contextLength: contextLength
            )
            try await answer(event, request: request, progress: progress, logger: logger)
        }
    }

    private func makeRequest(
        _ question: String,
        for event: InboundEvent,
        history: [Turn],
        contextLength: Int
    ) async -> GenerationRequest {
        let contextText = settings.persona.usesContext ? await context?.current() ?? "" : ""
        let messages = ContextWindow.messages(
            persona: settings.persona.render(at: Date(), context: contextText),
            history: history,
            count: contextLength,
            question: question
        )
        var request = GenerationRequest(
            .messages(messages),
            sampling: settings.sampling,
            maximumTokenCount: settings.maximumTokenCount,
            deadline: .now + settings.answerTimeout
        )
        // Chats share the model fairly, and somebody waits in each of them.
        request.owner = event.key.description
        request.priority = .interactive
        return request
    }

    /// Settles a text that needs no model and delivers it.
    private func deliver(_ final: FinalReply, to event: InboundEvent, progress: AnswerProgress) async throws {
        if progress.final == nil { try await store.recordFinal(final, of: event.id) }
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream(bufferingPolicy: .bufferingNewest(1))
        continuation.yield(.final(final))
        continuation.finish()
        let outcome = try await deliver(parts, to: event, progress: progress)
        try await finish(event, as: outcome, final: final)
    }

    private func deliver(
        _ parts: AsyncStream<ReplyPart>,
        to event: InboundEvent,
        progress: AnswerProgress
    ) async throws -> EventOutcome {
        try await sink.deliver(parts, replyingTo: event, resuming: progress.messages) { [store] message, part in
            try await store.recordMessage(message, part: part, of: event.id)
        }
    }

    /// Runs the model and shows its answer while it grows.
    private func answer(
        _ event: InboundEvent,
        request: GenerationRequest,
        progress: AnswerProgress,
        logger: Logger
    ) async throws {
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let language = Language(code: event.sender.languageCode)
        logger.info("A message is being answered", metadata: ["turn.attempt": "\(progress.attempt)"])
        let started = ContinuousClock.now
        let (outcome, final) = try await withThrowingTaskGroup(of: FinalReply?.self) { group in
            group.addTask {
                defer { continuation.finish() }
                let final = try await generate(request, language: language, into: continuation, logger: logger)
                try await store.recordFinal(final, of: event.id)
                continuation.yield(.final(final))
                return final
            }
            // The generation is a child of the delivery: when nobody can be shown it, it stops.
            let outcome: EventOutcome
            do {
                outcome = try await deliver(parts, to: event, progress: progress)
            } catch let error as CancellationError where !Task.isCancelled {
                // The reply had no end because settling it failed; that failure is the one to report.
                _ = try await group.next()
                throw error
            }
            if outcome != .answered { group.cancelAll() }
            do {
                return (outcome, try await group.next() ?? nil)
            } catch  where outcome != .answered {
                return (outcome, nil)
            }
        }
        try await finish(event, as: outcome, final: final)
        logger.info(
            "A message was answered",
            metadata: ["turn.outcome": "\(outcome)", "turn.duration": "\(ContinuousClock.now - started)"]
        )
    }

    private func generate(
        _ request: GenerationRequest,
        language: Language,
        into parts: AsyncStream<ReplyPart>.Continuation,
        logger: Logger
    ) async throws -> FinalReply {
        var text = ""
        do {
            guard let model else { throw ConversationError.noModel }
            for try await event in model.generate(request) {
                switch event {
                case .text(let piece):
                    text += piece
                    parts.yield(.text(text))
                case .thinking, .toolCall, .promptScores, .scores: break
                case .finished(let summary):
                    logger.info(
                        "The model finished",
                        metadata: [
                            "generation.reason": "\(summary.reason.rawValue)",
                            "generation.prompt_tokens": "\(summary.usage.promptTokenCount)",
                            "generation.tokens": "\(summary.usage.generatedTokenCount)",
                        ]
                    )
                }
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("The model failed", metadata: ["error": "\(error)"])
            try Task.checkCancellation()
            let said = text.trimmingWhitespace()
            let apology = language.text(said.isEmpty ? .answerFailed : .answerInterrupted)
            return FinalReply(text: said.isEmpty ? apology : said + "\n\n" + apology, isRemembered: false)
        }
        try Task.checkCancellation()
        let answer = text.trimmingWhitespace()
        guard !answer.isEmpty else { return FinalReply(text: language.text(.emptyAnswer), isRemembered: false) }
        return FinalReply(text: answer, isRemembered: true)
    }

    private func finish(_ event: InboundEvent, as outcome: EventOutcome, final: FinalReply?) async throws {
        var turns: [Turn] = []
        if case .text(let text) = event.content, let final, final.isRemembered {
            turns = [
                Turn(.user(text.trimmingWhitespace()), date: event.date),
                Turn(.assistant(final.text), date: Date()),
            ]
        }
        try await store.finish(event.id, as: outcome, remembering: turns, in: event.key)
    }
}
