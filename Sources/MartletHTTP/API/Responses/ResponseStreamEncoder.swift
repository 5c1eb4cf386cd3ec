import MartletCore
import NIOCore

/// Writes a response's events, numbered, each with its name.
struct ResponseStreamEncoder: AnswerEncoding {
    private var assembly: ResponseAssembly
    private var sequenceNumber = 0
    private let onEnd: @Sendable (ResponseAssembly) -> Void

    /// Writes what `assembly` makes of a generation; `onEnd` gets it complete.
    init(_ assembly: ResponseAssembly, onEnd: @escaping @Sendable (ResponseAssembly) -> Void) {
        self.assembly = assembly
        self.onEnd = onEnd
    }

    mutating func write(_ event: GenerationEvent, choice: Int, to buffer: inout ByteBuffer) {
        begin(&buffer)
        let events = assembly.add(event)
        // Whoever reads the last event may go on from the response at once.
        if case .finished = event { onEnd(assembly) }
        write(events, to: &buffer)
    }

    mutating func writeEnd(_ tally: AnswerTally, to buffer: inout ByteBuffer) {}

    mutating func write(_ error: APIError, to buffer: inout ByteBuffer) {
        begin(&buffer)
        write(assembly.fail(error), to: &buffer)
    }

    private mutating func begin(_ buffer: inout ByteBuffer) {
        if sequenceNumber == 0 { write(assembly.begin(), to: &buffer) }
    }

    private mutating func write(_ events: [ResponseAssembly.Event], to buffer: inout ByteBuffer) {
        for event in events {
            var object: JSONObject = ["type": .string(event.type), "sequence_number": .integer(Int64(sequenceNumber))]
            object.merge(event.members)
            sequenceNumber += 1
            buffer.writeStaticString("event: ")
            buffer.writeString(event.type)
            buffer.writeStaticString("\n")
            buffer.writeEvent(.object(object))
        }
    }
}
