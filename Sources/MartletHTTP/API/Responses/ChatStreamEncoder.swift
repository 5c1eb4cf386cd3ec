import MartletCore
import NIOCore

/// Writes a chat's answer as `chat.completion.chunk` events.
///
/// What every chunk repeats is rendered once; a piece of text costs two copies and its escaping.
struct ChatStreamEncoder: AnswerEncoding {
    private struct Choice {
        var hasRole = false
        var toolCallCount = 0
        var scores: [TokenScore] = []
    }

    private let chunk: StreamChunk
    private let includesScores: Bool
    private var choices: [Choice]
    private var tally: AnswerTally

    /// Makes an encoder for so many choices.
    init(
        identity: AnswerIdentity,
        choiceCount: Int,
        includesUsage: Bool,
        includesScores: Bool,
        namesServiceTier: Bool
    ) {
        var head = JSONObject()
        head["id"] = .string(identity.id)
        head["object"] = "chat.completion.chunk"
        head["created"] = .integer(identity.created)
        head["model"] = .string(identity.model)
        head["system_fingerprint"] = .string(identity.fingerprint)
        if namesServiceTier { head["service_tier"] = "default" }
        chunk = StreamChunk(head: head, includesUsage: includesUsage)
        self.includesScores = includesScores
        choices = Array(repeating: Choice(), count: choiceCount)
        tally = AnswerTally(choiceCount: choiceCount, choicesPerPrompt: choiceCount)
    }

    mutating func write(_ event: GenerationEvent, choice: Int, to buffer: inout ByteBuffer) {
        tally.note(event, choice: choice)
        switch event {
        case .scores(let scores):
            choices[choice].scores += scores
        case .promptScores: break
        case .sources(let sources):
            writeRole(choice, to: &buffer)
            beginChunk(choice, to: &buffer)
            buffer.writeJSON(["annotations": .array(Wire.citations(sources))])
            endChunk(choice, reason: nil, to: &buffer)
        case .text(let piece):
            writeRole(choice, to: &buffer)
            beginChunk(choice, to: &buffer)
            buffer.writeStaticString("{\"content\":\"")
            buffer.writeEscaped(piece)
            buffer.writeStaticString("\"}")
            endChunk(choice, reason: nil, to: &buffer)
        case .thinking(let piece):
            writeRole(choice, to: &buffer)
            beginChunk(choice, to: &buffer)
            buffer.writeStaticString("{\"reasoning_content\":\"")
            buffer.writeEscaped(piece)
            buffer.writeStaticString("\"}")
            endChunk(choice, reason: nil, to: &buffer)
        case .toolCall(let call):
            writeRole(choice, to: &buffer)
            beginChunk(choice, to: &buffer)
            var object: JSONObject = ["index": .integer(Int64(choices[choice].toolCallCount))]
            object.merge(Wire.toolCall(call))
            choices[choice].toolCallCount += 1
            buffer.writeJSON(["tool_calls": [.object(object)]])
            endChunk(choice, reason: nil, to: &buffer)
        case .finished(let summary):
            writeRole(choice, to: &buffer)
            beginChunk(choice, to: &buffer)
            buffer.writeStaticString("{}")
            endChunk(choice, reason: summary.reason, to: &buffer)
        }
    }

    mutating func writeEnd(_ tally: AnswerTally, to buffer: inout ByteBuffer) {
        chunk.writeEnd(tally, to: &buffer)
    }

    mutating func write(_ error: APIError, to buffer: inout ByteBuffer) {
        buffer.writeEvent(error.envelope)
    }

    /// The first chunk of a choice says who speaks.
    private mutating func writeRole(_ choice: Int, to buffer: inout ByteBuffer) {
        guard !choices[choice].hasRole else { return }
        choices[choice].hasRole = true
        let scores = choices[choice].scores
        choices[choice].scores = []
        beginChunk(choice, to: &buffer)
        buffer.writeStaticString("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}")
        endChunk(choice, reason: nil, to: &buffer)
        choices[choice].scores = scores
    }

    private func beginChunk(_ choice: Int, to buffer: inout ByteBuffer) {
        chunk.begin(to: &buffer)
        buffer.writeStaticString("\"index\":")
        buffer.writeString("\(choice)")
        buffer.writeStaticString(",\"delta\":")
    }

    private mutating func endChunk(_ choice: Int, reason: FinishReason?, to buffer: inout ByteBuffer) {
        buffer.writeStaticString(",\"logprobs\":")
        if includesScores, !choices[choice].scores.isEmpty {
            buffer.writeJSON(["content": Wire.scores(choices[choice].scores), "refusal": .null])
            choices[choice].scores.removeAll(keepingCapacity: true)
        } else {
            buffer.writeStaticString("null")
        }
        chunk.write(reason, to: &buffer)
        if reason == .deadline { buffer.writeStaticString(",\"finish_details\":{\"type\":\"deadline\"}") }
        chunk.end(isEnd: reason != nil, tally, to: &buffer)
    }
}
