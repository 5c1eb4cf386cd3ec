import MartletCore
import NIOCore

/// Writes JSON piece by piece, so that vectors become text without standing in memory as values first.
struct AnswerWriter {
    /// What was written.
    private(set) var buffer = ByteBuffer()
    private var needsComma = false

    /// Writes an object whose members `body` writes.
    mutating func object(_ body: (inout AnswerWriter) -> Void) {
        open("{")
        body(&self)
        close("}")
    }

    /// Writes a member of an object; `write` gives it its one value.
    mutating func member(_ name: String, _ write: (inout AnswerWriter) -> Void) {
        separate()
        buffer.writeJSONString(name)
        buffer.writeStaticString(":")
        needsComma = false
        write(&self)
    }

    /// Writes a member of an object.
    mutating func member(_ name: String, _ value: JSONValue) {
        member(name) { $0.value(value) }
    }

    /// Writes an array, an element for each of `items`.
    mutating func array<Item>(_ items: some Swift.Sequence<Item>, _ write: (inout AnswerWriter, Item) -> Void) {
        open("[")
        for item in items { write(&self, item) }
        close("]")
    }

    /// Writes any value.
    mutating func value(_ value: JSONValue) {
        separate()
        buffer.writeJSON(value)
    }

    /// Writes a vector, each value by the shortest decimal that is it.
    mutating func vector(_ values: [Float]) {
        open("[")
        for value in values {
            separate()
            buffer.writeString("\(value)")
        }
        close("]")
    }

    private mutating func open(_ bracket: StaticString) {
        separate()
        buffer.writeStaticString(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: StaticString) {
        buffer.writeStaticString(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { buffer.writeStaticString(",") }
        needsComma = true
    }
}
