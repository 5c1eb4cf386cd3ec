/// Takes an `application/vnd.amazon.eventstream` apart, whatever pieces it arrives in.
///
/// A message is: its length and its headers' length, four bytes each, big-endian; the check of these eight bytes; headers;
/// payload; the check of all before.
/// - SeeAlso: https://smithy.io/2.0/aws/amazon-eventstream.html
package struct EventStreamDecoder: Sendable {
    private let maximumByteCount: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private static let preludeByteCount = 12
    private static let frameByteCount = 16
    /// The format's own limit.
    private static let maximumHeaderByteCount = 128 << 10

    /// Makes a decoder.
    /// - Parameter maximumByteCount: The longest message; the format allows 24 MiB.
    package init(maximumByteCount: Int = 4 << 20) {
        self.maximumByteCount = maximumByteCount
    }

    /// Whether a message has begun that is not complete.
    package var isInsideMessage: Bool { position < buffer.count }

    /// Takes the next piece and appends the messages that it completes.
    ///
    /// A decoder that threw must not be used again.
    /// - Complexity: O(bytes).
    package mutating func decode(
        _ bytes: [UInt8],
        into messages: inout [EventStreamMessage]
    ) throws(EventStreamError) {
        buffer += bytes
        while let message = try next() { messages.append(message) }
        if position == buffer.count || position > 64 << 10 {
            buffer.removeSubrange(..<position)
            position = 0
        }
    }

    private mutating func next() throws(EventStreamError) -> EventStreamMessage? {
        guard buffer.count - position >= Self.preludeByteCount else { return nil }
        let total = Int(number(at: position))
        let headerCount = Int(number(at: position + 4))
        guard CRC32.of(buffer[position..<position + 8]) == number(at: position + 8) else { throw .wrongChecksum }
        guard headerCount <= Self.maximumHeaderByteCount, total >= Self.frameByteCount + headerCount else {
            throw .invalidLength
        }
        guard total <= maximumByteCount else { throw .tooLong(limit: maximumByteCount) }
        guard buffer.count - position >= total else { return nil }
        let end = position + total
        guard CRC32.of(buffer[position..<end - 4]) == number(at: end - 4) else { throw .wrongChecksum }
        let payloadStart = position + Self.preludeByteCount + headerCount
        var reader = EventStreamHeaderReader(buffer[(position + Self.preludeByteCount)..<payloadStart])
        let message = EventStreamMessage(
            headers: try reader.readAll(),
            payload: Array(buffer[payloadStart..<end - 4])
        )
        position = end
        return message
    }

    private func number(at index: Int) -> UInt32 {
        buffer[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Reads the headers of one message.
struct EventStreamHeaderReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func readAll() throws(EventStreamError) -> [EventStreamMessage.Header] {
        var headers: [EventStreamMessage.Header] = []
        while !rest.isEmpty {
            let length = Int(try take(1)[0])
            guard length > 0 else { throw .invalidHeader }
            let name = String(decoding: try take(length), as: UTF8.self)
            headers.append(EventStreamMessage.Header(name, try readValue()))
        }
        return headers
    }

    private mutating func readValue() throws(EventStreamError) -> EventStreamMessage.Value {
        switch try take(1)[0] {
        case 0: return .bool(true)
        case 1: return .bool(false)
        case 2: return .byte(Int8(truncatingIfNeeded: try number(1)))
        case 3: return .int16(Int16(truncatingIfNeeded: try number(2)))
        case 4: return .int32(Int32(truncatingIfNeeded: try number(4)))
        case 5: return .int64(try number(8))
        case 6: return .bytes(try take(Int(try number(2))))
        case 7: return .string(String(decoding: try take(Int(try number(2))), as: UTF8.self))
        case 8: return .timestamp(try number(8))
        case 9: return .uuid(try take(16))
        default: throw .invalidHeader
        }
    }

    /// Big-endian; numbers of less than eight bytes are not negative yet.
    private mutating func number(_ count: Int) throws(EventStreamError) -> Int64 {
        // Eight bytes fill all 64 bits, sign included.
        Int64(bitPattern: try take(count).reduce(0) { $0 << 8 | UInt64($1) })
    }

    private mutating func take(_ count: Int) throws(EventStreamError) -> [UInt8] {
        guard rest.count >= count else { throw .invalidHeader }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
