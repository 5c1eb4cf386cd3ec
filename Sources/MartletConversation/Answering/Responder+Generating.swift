import Logging
import MartletCore

extension Responder {
    /// What a model said, wherever it ended.
    struct Generation: Sendable {
        var text = ""
        var thinking = ""
        var summary: GenerationSummary?
        var pieceCount = 0
        var promptTokenCount = 0
        var hasFailed = false
        /// What it rests on; nil where nothing was looked up.
        var sources: [AnswerSource]?

        /// Whether it was cut off from outside.
        var isUnfinished: Bool { summary == nil && !hasFailed }

        /// What it cost as far as that is known; an answer that was cut off has no account, so its pieces count as tokens.
        var usage: Usage? {
            if let summary { return summary.usage }
            guard pieceCount > 0 else { return nil }
            return Usage(promptTokenCount: promptTokenCount, generatedTokenCount: pieceCount)
        }
    }

    /// Has the model answer, until its end, its failure, or a stop.
    /// - Throws: `CancellationError` when the process ends.
    func generate(
        _ prompt: Prompt,
        _ matter: Matter,
        _ model: any LanguageModel,
        into parts: AsyncStream<ReplyPart>.Continuation
    ) async throws -> Generation {
        var request = GenerationRequest(
            .messages(prompt.messages),
            sampling: settings.sampling,
            maximumTokenCount: settings.maximumTokenCount,
            deadline: .now + settings.answerTimeout
        )
        // Chats share the model fairly, and somebody waits in each of them.
        request.owner = matter.key.description
        request.priority = .interactive
        let model = grounded(model, matter)
        let showsThinking = matter.chat.showsThinking ?? settings.showsThinking
        let generation = await withTaskGroup(of: Generation?.self) { [request] group in
            group.addTask {
                var generation = Generation(promptTokenCount: prompt.tokenCount)
                do {
                    for try await event in model.generate(request) {
                        generation.take(event, showsThinking: showsThinking, into: parts)
                    }
                } catch  where Task.isCancelled || error is CancellationError {
                    // What was said stands; whoever cancelled knows why.
                } catch {
                    matter.logger.error("The model failed", metadata: ["error": "\(error)"])
                    generation.hasFailed = true
                }
                return generation
            }
            group.addTask {
                await matter.control.waitForStop()
                return nil
            }
            var generation = Generation()
            for await end in group {
                if let end { generation = end }
                group.cancelAll()
            }
            return generation
        }
        try Task.checkCancellation()
        if let summary = generation.summary {
            matter.logger.info(
                "The model finished",
                metadata: [
                    "generation.reason": "\(summary.reason.rawValue)",
                    "generation.prompt_tokens": "\(summary.usage.promptTokenCount)",
                    "generation.tokens": "\(summary.usage.generatedTokenCount)",
                ]
            )
        }
        return generation
    }
}

extension Responder.Generation {
    fileprivate mutating func take(
        _ event: GenerationEvent,
        showsThinking: Bool,
        into parts: AsyncStream<ReplyPart>.Continuation
    ) {
        switch event {
        case .text(let piece):
            text += piece
            pieceCount += 1
            parts.yield(.text(text))
        case .thinking(let piece):
            pieceCount += 1
            thinking += piece
            // Where nobody wants to read thoughts it still shows that there are some.
            if text.isEmpty { parts.yield(.thinking(showsThinking ? thinking : "")) }
        case .sources(let sources): self.sources = sources
        case .toolCall, .promptScores, .scores: break
        case .finished(let summary): self.summary = summary
        }
    }
}
