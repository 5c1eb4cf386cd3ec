import MartletCore
package import NIOCore

extension ByteBuffer {
    /// Writes a text as the inside of a JSON string, without the quotes.
    ///
    /// - Complexity: O(bytes); a text without anything to escape is copied as a whole.
    mutating func writeEscaped(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                writeBytes(bytes[start..<index])
                writeEscape(of: byte)
                start = index + 1
            }
            writeBytes(bytes[start...])
        }
    }

    private mutating func writeEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): writeStaticString("\\\"")
        case UInt8(ascii: "\\"): writeStaticString("\\\\")
        case 0x0A: writeStaticString("\\n")
        case 0x0D: writeStaticString("\\r")
        case 0x09: writeStaticString("\\t")
        default:
            writeStaticString("\\u00")
            let digits = "0123456789abcdef".utf8
            for nibble in [byte >> 4, byte & 0xF] {
                writeInteger(digits[digits.index(digits.startIndex, offsetBy: Int(nibble))])
            }
        }
    }

    /// Writes a text as a JSON string, with the quotes.
    package mutating func writeJSONString(_ text: String) {
        writeStaticString("\"")
        writeEscaped(text)
        writeStaticString("\"")
    }

    /// Writes any JSON.
    mutating func writeJSON(_ value: JSONValue) {
        writeBytes(value.serialized)
    }

    /// Writes an event of a stream that holds JSON and has no name.
    mutating func writeEvent(_ value: JSONValue) {
        writeStaticString("data: ")
        writeJSON(value)
        writeStaticString("\n\n")
    }
}
