import Foundation
import Logging
package import MartletAWS
import MartletConversation
package import MartletCore
import MartletTelegram

/// An event that somebody handed over who may call the function itself.
struct DirectCall: Sendable {
    let call: FunctionCall
    let queue: (any TurnQueueing)?

    /// Answers a Telegram update, a prompt, or sentences with their vectors.
    /// - Throws: ``LambdaFault`` that says what is taken, for anything else.
    func answer(_ value: JSONValue) async throws {
        if let update = Self.update(in: value) {
            guard call.stage.configuration.mode != .api else {
                throw LambdaFault(
                    type: "Martlet.WrongMode",
                    message: "this function serves the API and no bot; set LAMBDA_MODE to one, front or request"
                )
            }
            let response = try await WebhookCall(call: call, queue: queue).take(trusted: update)
            var answer: JSONObject = ["statusCode": .integer(Int64(response.status))]
            if !response.reason.isEmpty { answer["reason"] = .string(response.reason) }
            return try await call.respond(.object(answer))
        }
        let answer =
            DirectTexts.isMeant(by: value)
            ? try await embed(DirectTexts(value)) : try await complete(DirectPrompt(value))
        try await call.respond(answer)
    }

    /// The update that an event is, or that it carries as the text of its body, as a proxy's test events do.
    private static func update(in value: JSONValue) -> [UInt8]? {
        if value["update_id"] != nil { return value.serialized }
        guard let body = value["body"]?.string, let inner = try? JSONValue(parsing: Array(body.utf8)),
            inner["update_id"] != nil
        else { return nil }
        return Array(body.utf8)
    }

    /// Has the model turn sentences into vectors.
    private func embed(_ texts: DirectTexts) async throws -> JSONValue {
        guard let preparation = call.stage.embedder else { throw LambdaFault.noEmbedder }
        let embedder = try await preparation.value()
        let deadline = try deadline()
        let start = ContinuousClock.now
        let answer = try await embedder.embed(EmbeddingRequest(texts.inputs, deadline: deadline.cut))
        let usage = Usage(promptTokenCount: answer.tokenCount, generatedTokenCount: 0)
        report(AnswerCost(.now - start, usage: usage, call.stage.machine.cost))
        return DirectVectors.response(answer.vectors)
    }

    /// The call's deadline.
    /// - Throws: ``LambdaFault`` where there is no time for anything.
    private func deadline() throws -> CallDeadline {
        let deadline = call.deadline()
        guard deadline.hasTime else {
            throw LambdaFault(type: "Martlet.DeadlineExceeded", message: "there was no time left for an answer")
        }
        return deadline
    }

    /// Tells what an answer cost.
    private func report(_ cost: AnswerCost) {
        call.logger.info("What an answer cost", metadata: cost.metadata)
        if call.stage.configuration.writesMetrics {
            StandardOutput.write(cost.metricLine(function: call.stage.machine.name, at: Date()) + "\n")
        }
    }

    /// Has the model answer.
    private func complete(_ prompt: DirectPrompt) async throws -> JSONValue {
        let chosen = try await call.stage.models.value()
        let deadline = try deadline()
        var sampling = chosen.sampling
        if let temperature = prompt.temperature { sampling.temperature = temperature }
        let request = GenerationRequest(
            .messages(prompt.messages),
            sampling: sampling,
            maximumTokenCount: prompt.maximumTokenCount,
            deadline: deadline.cut
        )
        let start = ContinuousClock.now
        var text = ""
        var summary: GenerationSummary?
        for try await event in chosen.model.generate(request) {
            switch event {
            case .text(let piece): text += piece
            case .finished(let end): summary = end
            default: break
            }
        }
        let cost = AnswerCost(.now - start, usage: summary?.usage, call.stage.machine.cost)
        report(cost)
        return [
            "text": .string(text), "model": .string(chosen.model.information.name),
            "finish_reason": .string(summary?.reason.rawValue ?? FinishReason.cancelled.rawValue),
            "usage": [
                "prompt_tokens": .integer(Int64(cost.promptTokens)),
                "completion_tokens": .integer(Int64(cost.generatedTokens)),
            ],
            "duration_ms": .integer(Int64(cost.duration.milliseconds)),
            "gigabyte_seconds": .number(cost.gigabyteSeconds), "dollars": .number(cost.dollars),
        ]
    }
}

extension LambdaFault {
    /// Vectors were asked of a function whose model makes none.
    static let noEmbedder = LambdaFault(
        type: "Martlet.WrongModel",
        message: "this function's model writes answers and makes no vectors; give it one that does, and LAMBDA_MODE api"
    )
    /// An answer was asked of a function whose model makes vectors.
    static let noWriter = LambdaFault(
        type: "Martlet.WrongModel",
        message: "this function's model makes vectors and writes no answers; call it with {\"sentence\": \"…\"}"
    )
}

/// A prompt as a direct call has it: `{"prompt": "…"}`, or `{"messages": [{"role": "user", "content": "…"}]}`, with `system`,
/// `max_tokens` and `temperature` where they are wanted.
package struct DirectPrompt: Sendable {
    /// What the model sees.
    package var messages: [ChatMessage]
    /// The longest answer.
    package var maximumTokenCount: Int
    /// How freely it answers; nil for what the model's makers recommend.
    package var temperature: Float?

    /// Reads an event.
    /// - Throws: ``LambdaFault``, which names what is wrong or what is taken.
    package init(_ value: JSONValue) throws(LambdaFault) {
        messages = []
        if let system = value["system"]?.string { messages.append(.system(system)) }
        if let prompt = value["prompt"]?.string {
            messages.append(.user(prompt))
        } else if let list = value["messages"]?.array {
            for item in list { messages.append(try Self.message(item)) }
        } else {
            throw LambdaFault(
                type: "Martlet.UnknownEvent",
                message:
                    "the event is none that this function takes: an HTTP request of a function URL or an API Gateway, messages "
                    + "of an SQS queue, a schedule of EventBridge, a Telegram update, {\"prompt\": \"…\"}, "
                    + "{\"messages\": […]}, or for a model that makes vectors {\"sentence\": \"…\"}"
            )
        }
        guard let last = messages.last, last.role == .user, !last.content.isEmpty else {
            throw Self.wrong("the last message must be the user's, with text in it")
        }
        maximumTokenCount = 256
        if let count = value["max_tokens"] {
            guard let number = count.integer, (1...1_000_000).contains(number) else {
                throw Self.wrong("max_tokens is a whole number from 1 to 1000000")
            }
            maximumTokenCount = Int(number)
        }
        if let wish = value["temperature"] {
            guard let number = wish.number, (0...2).contains(number) else {
                throw Self.wrong("temperature is a number from 0 to 2")
            }
            temperature = Float(number)
        }
    }

    private static func message(_ value: JSONValue) throws(LambdaFault) -> ChatMessage {
        guard let content = value["content"]?.string else { throw wrong("every message needs content that is text") }
        switch value["role"]?.string {
        case "system": return .system(content)
        case "user": return .user(content)
        case "assistant": return .assistant(content)
        default: throw wrong("a message's role is system, user or assistant")
        }
    }

    private static func wrong(_ reason: String) -> LambdaFault {
        LambdaFault(type: "Martlet.InvalidPrompt", message: reason)
    }
}
