import MartletCore
import NIOCore

/// What the chunks of one streamed answer have in common: their beginning, rendered once, and their end.
struct StreamChunk: Sendable {
    private let head: String
    private let includesUsage: Bool

    /// Makes the chunks' shell.
    /// - Parameter head: The members that every chunk begins with.
    init(head: JSONObject, includesUsage: Bool) {
        self.head = "data: " + JSONValue.object(head).text.dropLast() + ","
        self.includesUsage = includesUsage
    }

    /// Begins a chunk up to the first member of its only choice.
    func begin(to buffer: inout ByteBuffer) {
        buffer.writeString(head)
        buffer.writeStaticString("\"choices\":[{")
    }

    /// Writes why a choice ended, null where it goes on.
    func write(_ reason: FinishReason?, to buffer: inout ByteBuffer) {
        buffer.writeStaticString(",\"finish_reason\":")
        if let reason {
            buffer.writeJSONString(Wire.finishReason(reason))
        } else {
            buffer.writeStaticString("null")
        }
    }

    /// Ends a chunk after its choice; the last choice's end carries the timings.
    func end(isEnd: Bool, _ tally: AnswerTally, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("}]")
        if includesUsage { buffer.writeStaticString(",\"usage\":null") }
        if isEnd, tally.isComplete {
            buffer.writeStaticString(",\"timings\":")
            buffer.writeJSON(Wire.timings(tally))
        }
        buffer.writeStaticString("}\n\n")
    }

    /// Writes what follows the last choice.
    func writeEnd(_ tally: AnswerTally, to buffer: inout ByteBuffer) {
        if includesUsage {
            buffer.writeString(head)
            buffer.writeStaticString("\"choices\":[],\"usage\":")
            buffer.writeJSON(Wire.usage(tally.usage))
            buffer.writeStaticString("}\n\n")
        }
        buffer.writeStaticString("data: [DONE]\n\n")
    }
}
