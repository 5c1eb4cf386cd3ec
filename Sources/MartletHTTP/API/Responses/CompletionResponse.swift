import MartletCore

/// Whole completions as JSON.
struct CompletionResponse {
    /// The choices in order.
    var choices: [CollectedAnswer]
    /// Each choice's prompt, where it is part of the answer.
    var echoes: [String?]
    /// Where each choice's scores begin in its prompt's text and answer.
    var offsets: [Int]
    /// The sum of all candidates.
    var tally: AnswerTally
    /// What every answer has.
    var identity: AnswerIdentity
    /// Whether scores are part of it.
    var includesScores: Bool

    /// The body.
    var json: JSONValue {
        [
            "id": .string(identity.id),
            "object": "text_completion",
            "created": .integer(identity.created),
            "model": .string(identity.model),
            "choices": .array(choices.indices.map { choice($0) }),
            "usage": Wire.usage(tally.usage),
            "system_fingerprint": .string(identity.fingerprint),
            "timings": Wire.timings(tally),
        ]
    }

    private func choice(_ index: Int) -> JSONValue {
        let answer = choices[index]
        var scores = LegacyScores(offset: offsets[index])
        return [
            "text": .string((echoes[index] ?? "") + answer.text),
            "index": .integer(Int64(index)),
            "logprobs": includesScores ? scores.json(answer.promptScores + answer.scores) : .null,
            "finish_reason": .string(Wire.finishReason(answer.summary?.reason ?? .length)),
        ]
    }
}

extension CollectedAnswer {
    /// How likely the model finds the whole answer, by the mean logarithm of its tokens' probabilities.
    var meanLogProbability: Float {
        let values = scores.compactMap(\.logProbability)
        return values.isEmpty ? -.infinity : values.reduce(0, +) / Float(values.count)
    }
}
