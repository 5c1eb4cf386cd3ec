import MartletCore
import NIOCore

/// Writes completions as `text_completion` events.
struct CompletionStreamEncoder: AnswerEncoding {
    private struct Choice {
        var echo: String?
        var scores: LegacyScores
        var pending: [TokenScore] = []
    }

    private let chunk: StreamChunk
    private let includesScores: Bool
    private var choices: [Choice]
    private var tally: AnswerTally

    /// Makes an encoder; each choice has its echo, if one is wanted, and the place where its scores begin.
    init(
        identity: AnswerIdentity,
        echoes: [String?],
        offsets: [Int],
        choicesPerPrompt: Int,
        includesUsage: Bool,
        includesScores: Bool
    ) {
        let head: JSONObject = [
            "id": .string(identity.id),
            "object": "text_completion",
            "created": .integer(identity.created),
            "model": .string(identity.model),
            "system_fingerprint": .string(identity.fingerprint),
        ]
        chunk = StreamChunk(head: head, includesUsage: includesUsage)
        self.includesScores = includesScores
        choices = zip(echoes, offsets).map { Choice(echo: $0, scores: LegacyScores(offset: $1)) }
        tally = AnswerTally(choiceCount: choices.count, choicesPerPrompt: choicesPerPrompt)
    }

    mutating func write(_ event: GenerationEvent, choice: Int, to buffer: inout ByteBuffer) {
        tally.note(event, choice: choice)
        switch event {
        case .scores(let scores), .promptScores(let scores): choices[choice].pending += scores
        case .text(let piece): writeChunk(choice, piece, reason: nil, to: &buffer)
        case .finished(let summary): writeChunk(choice, "", reason: summary.reason, to: &buffer)
        case .thinking, .toolCall, .sources: break
        }
    }

    mutating func writeEnd(_ tally: AnswerTally, to buffer: inout ByteBuffer) {
        chunk.writeEnd(tally, to: &buffer)
    }

    mutating func write(_ error: APIError, to buffer: inout ByteBuffer) {
        buffer.writeEvent(error.envelope)
    }

    private mutating func writeChunk(_ choice: Int, _ piece: String, reason: FinishReason?, to buffer: inout ByteBuffer)
    {
        chunk.begin(to: &buffer)
        buffer.writeStaticString("\"text\":\"")
        if let echo = choices[choice].echo {
            buffer.writeEscaped(echo)
            choices[choice].echo = nil
        }
        buffer.writeEscaped(piece)
        buffer.writeStaticString("\",\"index\":")
        buffer.writeString("\(choice)")
        buffer.writeStaticString(",\"logprobs\":")
        if includesScores, !choices[choice].pending.isEmpty {
            buffer.writeJSON(choices[choice].scores.json(choices[choice].pending))
            choices[choice].pending.removeAll(keepingCapacity: true)
        } else {
            buffer.writeStaticString("null")
        }
        chunk.write(reason, to: &buffer)
        chunk.end(isEnd: reason != nil, tally, to: &buffer)
    }
}
