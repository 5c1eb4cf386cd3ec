import FoundationEssentials
import Logging
import MartletCore
import Synchronization

extension ElsewhereAnswers {
    /// What asking the model came to.
    enum Outcome: Sendable {
        /// It answered, perhaps not to the end.
        case answer(String)
        /// It said nothing in time.
        case nothing
        /// Nobody waits for its answer any more.
        case superseded
        /// It failed.
        case failed
        /// A limit is reached.
        case exhausted(FinalReply)
    }

    /// Answers a guest once, with nothing but the question and what it replies to.
    func answerGuest(_ query: String, _ text: String, _ event: InboundEvent) async throws {
        let language = Language(code: event.sender.languageCode)
        let question = String(text.trimmingWhitespace().prefix(settings.maximumQuestionLength))
        let said: String
        switch try await guest.access?.admit(event) ?? .admitted {
        case .ignored: return
        case .refused(let reply): said = reply.text
        case .admitted:
            guard !question.isEmpty || event.quoted?.text.isEmpty == false else { return }
            switch try await ask(question, about: event.quoted, event, guest, limit: settings.guestTimeLimit) {
            case .answer(let answer): said = answer
            case .exhausted(let reply): said = reply.text
            case .nothing, .superseded, .failed: said = language.text(ElsewherePhrase.noAnswer)
            }
        }
        do {
            let title = String(said.prefix(60).map { $0.isNewline ? " " : $0 })
            try await chat.answerGuest(query, with: InlineResult(id: "answer", title: title, text: said))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // Answered before a restart, or too old by now.
            logger.warning("A guest's question was not answered", metadata: ["error": "\(error)"])
        }
    }

    /// Asks the model within a budget and a time; what it said by then counts.
    func ask(
        _ question: String,
        about quoted: QuotedMessage?,
        _ event: InboundEvent,
        _ policies: ElsewherePolicies,
        limit: Duration,
        until interrupt: WakeUp? = nil
    ) async throws -> Outcome {
        guard var model else { return .failed }
        let language = Language(code: event.sender.languageCode)
        let passages = knowledge?.settings.tokenCount(within: model.information.contextLength) ?? 0
        if let knowledge { model = knowledge.grounding(model, language: language) }
        let messages = messages(question, about: quoted)
        if let budget = policies.budget {
            let count = try? await model.tokenCount(of: .messages(messages))
            // A model that cannot count is taken to have a token a character.
            let tokens = (count ?? messages.reduce(0) { $0 + $1.content.count }) + passages + settings.maximumTokenCount
            if case .exhausted(let reply) = try await budget.reserve(tokens: tokens, for: event) {
                return .exhausted(reply)
            }
        }
        var request = GenerationRequest(
            .messages(messages),
            sampling: sampling,
            maximumTokenCount: settings.maximumTokenCount,
            deadline: .now + limit
        )
        request.priority = .interactive
        request.owner = "elsewhere:\(event.key.bot):\(event.sender.id)"
        let listener = Listener()
        // Only the listening is interrupted, so that what was reserved is always booked.
        let isSuperseded = await withTaskGroup(of: Bool.self) { group in
            group.addTask { [request, model] in
                await self.listen(to: model.generate(request), listener)
                return false
            }
            // A model that does not keep its deadline is left alone soon after.
            group.addTask {
                let patience = limit + .milliseconds(500)
                if let interrupt { return await interrupt.wait(atMost: patience) }
                try? await Task.sleep(for: patience)
                return false
            }
            let isSuperseded = await group.next() ?? false
            group.cancelAll()
            return isSuperseded
        }
        if let owner = request.owner { await (model as? any PromptKeeping)?.eraseKeptPrompts(of: owner) }
        let heard = listener.state.withLock { $0 }
        try await policies.budget?.settle(event, usage: heard.usage)
        try Task.checkCancellation()
        if isSuperseded { return .superseded }
        let answer = String(heard.text.trimmingWhitespace().prefix(settings.maximumAnswerLength))
        if !answer.isEmpty {
            let sources = heard.sources.isEmpty ? "" : "\n\n" + SourceList(heard.sources, language: language).line
            return .answer((heard.isComplete ? answer : answer + "…") + sources)
        }
        return heard.hasFailed ? .failed : .nothing
    }

    /// What was heard of an answer.
    private final class Listener: Sendable {
        struct Heard {
            var text = ""
            var sources: [AnswerSource] = []
            var usage: Usage?
            var isComplete = false
            var hasFailed = false
        }

        let state = Mutex(Heard())
    }

    private func listen(
        to events: AsyncThrowingStream<GenerationEvent, any Error>,
        _ listener: Listener
    ) async {
        do {
            for try await event in events {
                switch event {
                case .text(let piece): listener.state.withLock { $0.text += piece }
                case .finished(let summary):
                    listener.state.withLock { heard in
                        heard.usage = summary.usage
                        heard.isComplete = summary.reason != .deadline && summary.reason != .length
                    }
                case .sources(let sources): listener.state.withLock { $0.sources = sources }
                case .thinking, .toolCall, .promptScores, .scores: break
                }
            }
        } catch is CancellationError {
            // The time is up, or nobody waits any more.
        } catch {
            listener.state.withLock { $0.hasFailed = true }
            logger.error("The model failed", metadata: ["error": "\(error)"])
        }
    }

    /// The persona, what the question is about as quoted material, and the question.
    private func messages(_ question: String, about quoted: QuotedMessage?) -> [ChatMessage] {
        let instruction =
            persona.render(at: Date(), context: "")
            + "\n\nYou are asked once, in somebody else's chat. Answer at once, in a few sentences, in the language of the question."
        var content = question
        if let quoted, !quoted.text.isEmpty {
            content = Quotation.block("The question is about this message", quoted.text) + "\n\n" + question
        }
        return [.system(instruction), .user(content)]
    }
}
