import FoundationEssentials
import Logging
import MartletCore

extension Responder {
    /// What generating came to.
    struct Draft: Sendable {
        var final: FinalReply
        var subject: Subject
    }

    /// Has the model answer what the subject is about, and shows its answer while it grows.
    func answer(about subject: Subject, _ matter: Matter, _ conversation: Conversation) async throws -> Aftermath {
        guard let model = try await chosenModel(matter.chat, logger: matter.logger) else {
            matter.logger.error("The model failed", metadata: ["error": "\(ConversationError.noModel)"])
            let text = matter.language.text(.answerFailed)
            try await deliver(FinalReply(text: text, isRemembered: false), about: subject, matter)
            return Aftermath()
        }
        matter.control.subject = subject.shown.id
        let prompt = await prompt(about: subject, matter, conversation, model)
        if let budgeting = companions.budgeting {
            let tokens =
                prompt.tokenCount + passageTokenCount(model)
                + (settings.maximumTokenCount ?? model.information.contextLength / 4)
            if case .exhausted(let reply) = try await budgeting.reserve(tokens: tokens, for: matter.event) {
                try await deliver(reply.whispered(), about: ownSubject(matter), matter)
                return Aftermath()
            }
        }
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream(bufferingPolicy: .bufferingNewest(1))
        matter.logger.info("A message is being answered", metadata: ["turn.attempt": "\(matter.progress.attempt)"])
        let started = ContinuousClock.now
        let (outcome, draft) = try await withThrowingTaskGroup(of: Draft?.self) { group in
            group.addTask {
                defer { continuation.finish() }
                let draft = try await makeDraft(prompt, about: subject, matter, conversation, model, continuation)
                try await store.recordFinal(draft.final, of: matter.event.id)
                continuation.yield(.final(draft.final))
                return draft
            }
            // The generation is a child of the delivery: when nobody can be shown it, it stops.
            let outcome: EventOutcome
            do {
                outcome = try await show(parts, about: subject)
            } catch let error as CancellationError where !Task.isCancelled {
                // The reply had no end because settling it failed; that failure is the one to report.
                _ = try await group.next()
                throw error
            }
            if outcome != .answered { matter.control.stop(.unseen) }
            do {
                return (outcome, try await group.next() ?? nil)
            } catch  where outcome != .answered && !Task.isCancelled {
                return (outcome, nil)
            }
        }
        let reason = matter.control.reason
        let isStopped = outcome == .answered && (reason == .asked || reason == .replaced)
        try await finish(
            matter,
            as: isStopped ? .stopped : outcome,
            final: outcome == .answered ? draft?.final : nil,
            about: draft?.subject ?? subject
        )
        matter.logger.info(
            "A message was answered",
            metadata: ["turn.outcome": "\(outcome)", "turn.duration": "\(ContinuousClock.now - started)"]
        )
        return Aftermath(summarizing: prompt.hasLeftOut && settings.summarizesHistory ? matter.key : nil)
    }

    /// The model that the chat has chosen, where there still is one of that name that can be had; else the usual one.
    func chosenModel(_ chat: ChatSettings, logger: Logger) async throws -> (any LanguageModel)? {
        guard let name = chat.model, let models = companions.models else { return model }
        do {
            return try await models.model(named: name) ?? model
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error(
                "The model that a chat chose cannot be had; the usual one answers",
                metadata: ["model.name": "\(name)", "error": "\(error)"]
            )
            return model
        }
    }

    /// Generates until the question stands still, and books what that cost.
    private func makeDraft(
        _ first: Prompt,
        about subject: Subject,
        _ matter: Matter,
        _ conversation: Conversation,
        _ model: any LanguageModel,
        _ parts: AsyncStream<ReplyPart>.Continuation
    ) async throws -> Draft {
        var subject = subject
        var prompt = first
        var spent: Usage?
        while true {
            let attempt = try await generate(prompt, matter, model, into: parts)
            spent = Usage.sum(spent, attempt.usage)
            guard attempt.isUnfinished, case .exchange = subject.memory, matter.control.takeAmendment() else {
                try await settle(matter, usage: spent)
                return Draft(final: final(of: attempt, matter), subject: subject)
            }
            matter.logger.info("A question was changed; it is answered anew")
            subject.memory = .exchange(try await questionTurn(matter.control.incoming.event))
            prompt = await self.prompt(about: subject, matter, conversation, model)
        }
    }

    /// Books the cost; a ledger that fails for long is reported and not waited for, because somebody waits for the answer.
    private func settle(_ matter: Matter, usage: Usage?) async throws {
        guard let budgeting = companions.budgeting else { return }
        for attempt in 1...3 {
            do {
                try await budgeting.settle(matter.event, usage: usage)
                return
            } catch let error as CancellationError {
                throw error
            } catch {
                matter.logger.error("A cost could not be booked", metadata: ["error": "\(error)"])
                if attempt < 3 { try await Task.sleep(for: settings.storeRetryInterval) }
            }
        }
    }

    /// The settled reply after a generation.
    private func final(of attempt: Generation, _ matter: Matter) -> FinalReply {
        let language = matter.language
        let said = attempt.text.trimmingWhitespace()
        var reply = FinalReply(text: said, isRemembered: true, actions: [.regenerate])
        if matter.chat.showsThinking ?? settings.showsThinking, !attempt.thinking.isEmpty {
            reply.thinking = attempt.thinking.trimmingWhitespace()
        }
        /// The bot's own remark, after what was said or instead of it.
        func close(with remark: Phrase, orInstead phrase: Phrase, isRemembered: Bool) -> FinalReply {
            guard !said.isEmpty else {
                return FinalReply(text: language.text(phrase), isRemembered: false, actions: [.regenerate])
            }
            reply.text = said + "\n\n" + language.text(remark)
            reply.isRemembered = isRemembered
            reply.format = isRemembered ? .markdown : .plain
            if isRemembered {
                reply.remembered = said
                reply.actions.append(.proceed)
            }
            return reply
        }
        if attempt.hasFailed {
            return close(with: .answerInterrupted, orInstead: .answerFailed, isRemembered: false)
        }
        switch (attempt.summary?.reason, matter.control.reason) {
        case (nil, .deadline), (.deadline, _):
            return close(with: .outOfTime, orInstead: .outOfTimeInSilence, isRemembered: true)
        case (nil, .asked), (nil, .replaced), (.cancelled, _):
            return close(with: .stopped, orInstead: .stoppedInSilence, isRemembered: true)
        case (let reason, _):
            guard !said.isEmpty else {
                return FinalReply(text: language.text(.emptyAnswer), isRemembered: false, actions: [.regenerate])
            }
            if reason == .length { reply.actions.append(.proceed) }
            return naming(attempt.sources, in: reply, matter)
        }
    }
}

extension Usage {
    /// Both together.
    static func sum(_ left: Usage?, _ right: Usage?) -> Usage? {
        guard var sum = left, let right else { return left ?? right }
        sum.promptTokenCount += right.promptTokenCount
        sum.reusedTokenCount += right.reusedTokenCount
        sum.generatedTokenCount += right.generatedTokenCount
        sum.thinkingTokenCount += right.thinkingTokenCount
        if let cost = right.cost { sum.cost = (sum.cost ?? 0) + cost }
        return sum
    }
}
