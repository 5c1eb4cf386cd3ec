import MartletCore

/// How our values look in OpenAI's answers.
enum Wire {
    /// A choice's end: `stop`, `length` or `tool_calls`; a deadline reads as `length`, as the answer lacks its end.
    static func finishReason(_ reason: FinishReason) -> String {
        switch reason {
        case .endOfTurn, .stopString: "stop"
        case .toolCalls: "tool_calls"
        case .length, .deadline, .cancelled: "length"
        }
    }

    /// The tokens of a chat's answer or a completion.
    static func usage(_ usage: Usage) -> JSONValue {
        var object: JSONObject = [
            "prompt_tokens": .integer(Int64(usage.promptTokenCount)),
            "completion_tokens": .integer(Int64(usage.generatedTokenCount)),
            "total_tokens": .integer(Int64(usage.promptTokenCount + usage.generatedTokenCount)),
            "prompt_tokens_details": ["cached_tokens": .integer(Int64(usage.reusedTokenCount))],
            "completion_tokens_details": ["reasoning_tokens": .integer(Int64(usage.thinkingTokenCount))],
        ]
        if let cost = usage.cost { object["cost"] = .number(cost) }
        return .object(object)
    }

    /// The seconds that an answer took, with llama-server's names; of several choices the longest.
    static func timings(_ tally: AnswerTally) -> JSONValue {
        let summaries = tally.summaries.compactMap(\.self)
        let usage = tally.usage
        let computed = max(0, usage.promptTokenCount - usage.reusedTokenCount)
        let queue = summaries.map(\.queueDuration).max() ?? .zero
        let prompt = summaries.map(\.promptDuration).max() ?? .zero
        let generation = summaries.map(\.generationDuration).max() ?? .zero
        // The first token comes at the prompt's end, so the time from first to last token holds one token less.
        let intervals = max(0, usage.generatedTokenCount - summaries.count)
        return [
            "queue_ms": milliseconds(queue),
            "cache_n": .integer(Int64(usage.reusedTokenCount)),
            "prompt_n": .integer(Int64(computed)),
            "prompt_ms": milliseconds(prompt),
            "prompt_per_second": rate(computed, prompt),
            "predicted_n": .integer(Int64(usage.generatedTokenCount)),
            "predicted_ms": milliseconds(generation),
            "predicted_per_second": rate(intervals, generation),
        ]
    }

    private static func milliseconds(_ duration: Duration) -> JSONValue {
        .number((duration / .microseconds(1)).rounded() / 1000)
    }

    private static func rate(_ count: Int, _ duration: Duration) -> JSONValue {
        let seconds = duration / .seconds(1)
        return .number(seconds > 0 ? (Double(count) / seconds * 100).rounded() / 100 : 0)
    }

    /// A function call in a message.
    static func toolCall(_ call: ToolCall) -> JSONObject {
        [
            "id": .string(call.id),
            "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
        ]
    }

    /// A chat's scores.
    static func scores(_ scores: [TokenScore]) -> JSONValue {
        .array(
            scores.map { score in
                var object = candidate(score.bytes, score.logProbability)
                object["top_logprobs"] = .array(
                    score.alternatives.map { .object(candidate($0.bytes, $0.logProbability)) }
                )
                return .object(object)
            }
        )
    }

    private static func candidate(_ bytes: [UInt8], _ logProbability: Float?) -> JSONObject {
        [
            "token": .string(String(decoding: bytes, as: UTF8.self)),
            "logprob": Self.logProbability(logProbability),
            "bytes": .array(bytes.map { .integer(Int64($0)) }),
        ]
    }

    /// A natural logarithm; -9999 stands for impossible, as JSON has no infinity.
    static func logProbability(_ value: Float?) -> JSONValue {
        guard let value else { return .null }
        guard value.isFinite, value > -9999 else { return -9999.0 }
        // The shortest decimal of the float, not of the double that is nearest to it.
        return .number(Double("\(value)") ?? Double(value))
    }
}
