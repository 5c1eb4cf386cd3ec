import MartletCore
import NIOCore

/// Turns what generations report into the text of an event stream.
protocol AnswerEncoding: Sendable {
    /// Writes what a choice's generation reports; its end too.
    mutating func write(_ event: GenerationEvent, choice: Int, to buffer: inout ByteBuffer)
    /// Writes the end, after the end of every choice.
    mutating func writeEnd(_ tally: AnswerTally, to buffer: inout ByteBuffer)
    /// Writes an error, after which nothing comes.
    mutating func write(_ error: APIError, to buffer: inout ByteBuffer)
}
