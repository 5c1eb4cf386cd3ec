import MartletCore

/// A chat's whole answer as JSON.
struct ChatResponse {
    /// The choices in order, each with its end.
    var answers: [CollectedAnswer]
    /// Their sum.
    var tally: AnswerTally
    /// What every answer has.
    var identity: AnswerIdentity
    /// Whether scores are part of it.
    var includesScores: Bool
    /// Whether the request spoke of a class of service.
    var namesServiceTier: Bool

    /// The body.
    var json: JSONValue {
        var object: JSONObject = [
            "id": .string(identity.id),
            "object": "chat.completion",
            "created": .integer(identity.created),
            "model": .string(identity.model),
            "choices": .array(answers.enumerated().map { choice($0.offset, $0.element) }),
            "usage": Wire.usage(tally.usage),
            "system_fingerprint": .string(identity.fingerprint),
            "timings": Wire.timings(tally),
        ]
        if namesServiceTier { object["service_tier"] = "default" }
        return .object(object)
    }

    private func choice(_ index: Int, _ answer: CollectedAnswer) -> JSONValue {
        var message: JSONObject = [
            "role": "assistant",
            "content": answer.text.isEmpty && !answer.toolCalls.isEmpty ? .null : .string(answer.text),
            "refusal": .null,
        ]
        if !answer.thinking.isEmpty { message["reasoning_content"] = .string(answer.thinking) }
        if !answer.toolCalls.isEmpty {
            message["tool_calls"] = .array(answer.toolCalls.map { .object(Wire.toolCall($0)) })
        }
        if !answer.sources.isEmpty { message["annotations"] = .array(Wire.citations(answer.sources)) }
        let reason = answer.summary?.reason ?? .length
        var object: JSONObject = [
            "index": .integer(Int64(index)),
            "message": .object(message),
            "logprobs": includesScores ? ["content": Wire.scores(answer.scores), "refusal": .null] : .null,
            "finish_reason": .string(Wire.finishReason(reason)),
        ]
        if reason == .deadline { object["finish_details"] = ["type": "deadline"] }
        return .object(object)
    }
}
