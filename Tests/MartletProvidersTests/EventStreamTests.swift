import MartletProviders
import Testing

@Suite("AWS event streams")
struct EventStreamTests {
    private static let message = EventStreamMessage(
        headers: [
            .init("true", .bool(true)), .init("false", .bool(false)), .init("byte", .byte(-5)),
            .init("int16", .int16(-300)), .init("int32", .int32(-70_000)), .init("int64", .int64(.min)),
            .init("bytes", .bytes([0, 255, 7])), .init("text", .string("ä😀")),
            .init("time", .timestamp(1_700_000_000_123)), .init("id", .uuid(Array(0..<16))),
            .init(":event-type", .string("contentBlockDelta")),
        ],
        payload: Array("{\"a\":1}".utf8)
    )

    private func decode(_ pieces: [[UInt8]], limit: Int = 1 << 20) throws -> [EventStreamMessage] {
        var decoder = EventStreamDecoder(maximumByteCount: limit)
        var messages: [EventStreamMessage] = []
        for piece in pieces { try decoder.decode(piece, into: &messages) }
        #expect(!decoder.isInsideMessage)
        return messages
    }

    @Test("checks bytes as the standard's own example says")
    func checksum() {
        #expect(CRC32.of("123456789".utf8) == 0xCBF4_3926)
        #expect(CRC32.of([UInt8]()) == 0)
    }

    /// A message without headers and payload, as the format's specification has it: sixteen bytes.
    @Test("reads the smallest message")
    func empty() throws {
        let bytes: [UInt8] = [0, 0, 0, 16, 0, 0, 0, 0, 0x05, 0xC2, 0x48, 0xEB, 0x7D, 0x98, 0xC8, 0xFF]
        #expect(try decode([bytes]) == [EventStreamMessage(headers: [], payload: [])])
        #expect(EventStreamEncoder.encode(EventStreamMessage(headers: [], payload: [])) == bytes)
    }

    @Test("reads headers of every kind, in pieces of any size")
    func everyKind() throws {
        let bytes = EventStreamEncoder.encode(Self.message) + EventStreamEncoder.encode(Self.message)
        for size in [1, 2, 3, 7, 11, 12, 13, 16, 64, bytes.count] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(try decode(pieces) == [Self.message, Self.message], "pieces of \(size)")
        }
        #expect(Self.message.text(":event-type") == "contentBlockDelta")
        #expect(Self.message.text("byte") == nil)
    }

    @Test("finds every byte that was changed")
    func corruption() {
        let bytes = EventStreamEncoder.encode(Self.message)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            var decoder = EventStreamDecoder()
            var messages: [EventStreamMessage] = []
            #expect(throws: EventStreamError.self, "byte \(index)") { try decoder.decode(damaged, into: &messages) }
            #expect(messages.isEmpty)
        }
    }

    @Test("waits for the rest of a message that is cut off anywhere")
    func truncation() throws {
        let bytes = EventStreamEncoder.encode(Self.message)
        for count in bytes.indices {
            var decoder = EventStreamDecoder()
            var messages: [EventStreamMessage] = []
            try decoder.decode(Array(bytes[..<count]), into: &messages)
            #expect(messages.isEmpty)
            #expect(decoder.isInsideMessage == (count > 0))
        }
    }

    /// A message whose frame is right whatever is in it.
    private func framed(headers: [UInt8], payload: [UInt8] = [], headerCount: Int? = nil) -> [UInt8] {
        func bigEndian(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
        var bytes = bigEndian(UInt32(16 + headers.count + payload.count))
        bytes += bigEndian(UInt32(headerCount ?? headers.count))
        bytes += bigEndian(CRC32.of(bytes))
        bytes += headers + payload
        return bytes + bigEndian(CRC32.of(bytes))
    }

    @Test(
        "refuses headers that are none",
        arguments: [
            [0], [3, 97], [1, 97], [1, 97, 10], [1, 97, 255], [1, 97, 7, 0, 5, 98], [1, 97, 9, 1, 2], [1, 97, 4, 0, 0],
            [1, 97, 5, 0], [1, 97, 6, 255, 255],
        ] as [[UInt8]]
    )
    func hostileHeaders(headers: [UInt8]) {
        #expect(throws: EventStreamError.invalidHeader) { try decode([framed(headers: headers)]) }
    }

    @Test("refuses lengths that contradict each other, and messages beyond the limit, before it collects them")
    func lengths() {
        #expect(throws: EventStreamError.invalidLength) { try decode([framed(headers: [], headerCount: 1)]) }
        let large = framed(headers: [], payload: Array(repeating: 0, count: 4096))
        #expect(throws: EventStreamError.tooLong(limit: 1024)) { try decode([Array(large[..<12])], limit: 1024) }
    }

    @Test("survives anything")
    func fuzz() {
        var generator = SplitMix(state: 7)
        let valid = EventStreamEncoder.encode(Self.message)
        for _ in 0..<3000 {
            var headers = (0..<Int(generator.next() % 40)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            // Half of them keep right frames, so that the headers' reader is reached.
            if generator.next() % 2 == 0 { headers = framed(headers: headers) }
            var bytes = valid + headers
            if generator.next() % 3 == 0 { bytes[Int(generator.next() % UInt64(bytes.count))] = 0 }
            var decoder = EventStreamDecoder(maximumByteCount: 1 << 16)
            var messages: [EventStreamMessage] = []
            try? decoder.decode(bytes, into: &messages)
            #expect(messages.count <= 2)
        }
    }
}

/// Numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        // The algorithm works modulo 2^64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
