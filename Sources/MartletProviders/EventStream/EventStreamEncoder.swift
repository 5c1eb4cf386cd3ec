/// Writes an `application/vnd.amazon.eventstream`.
package enum EventStreamEncoder {
    /// A message's bytes.
    ///
    /// Names are cut after 255 bytes, texts and bytes of headers after 32,767; the format has no room for more.
    package static func encode(_ message: EventStreamMessage) -> [UInt8] {
        var headers: [UInt8] = []
        for header in message.headers {
            let name = Array(header.name.utf8.prefix(255))
            headers.append(UInt8(name.count))
            headers += name
            append(header.value, to: &headers)
        }
        var bytes = bigEndian(UInt32(16 + headers.count + message.payload.count)) + bigEndian(UInt32(headers.count))
        bytes += bigEndian(CRC32.of(bytes))
        bytes += headers
        bytes += message.payload
        return bytes + bigEndian(CRC32.of(bytes))
    }

    private static func append(_ value: EventStreamMessage.Value, to bytes: inout [UInt8]) {
        func sized(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] {
            let content = content.prefix(32_767)
            return [kind] + bigEndian(UInt16(content.count)) + content
        }
        switch value {
        case .bool(let flag): bytes.append(flag ? 0 : 1)
        case .byte(let number): bytes += [2, UInt8(bitPattern: number)]
        case .int16(let number): bytes += [3] + bigEndian(number)
        case .int32(let number): bytes += [4] + bigEndian(number)
        case .int64(let number): bytes += [5] + bigEndian(number)
        case .bytes(let content): bytes += sized(6, content)
        case .string(let text): bytes += sized(7, Array(text.utf8))
        case .timestamp(let number): bytes += [8] + bigEndian(number)
        case .uuid(let content):
            precondition(content.count == 16)
            bytes += [9] + content
        }
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
