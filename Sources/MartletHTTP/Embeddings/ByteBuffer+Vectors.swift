import MartletCore
package import NIOCore

extension ByteBuffer {
    /// Writes a vector as an array of numbers, the shortest that name its floats, straight into the buffer: no tree of values
    /// is made of them first.
    ///
    /// - Precondition: Every value is finite, as JSON has no others.
    package mutating func writeJSON(_ vector: [Float]) {
        writeStaticString("[")
        for (index, value) in vector.enumerated() {
            precondition(value.isFinite, "JSON has no such number")
            if index > 0 { writeInteger(UInt8(ascii: ",")) }
            var text = value.description
            text.withUTF8 { bytes in _ = writeBytes(bytes) }
        }
        writeStaticString("]")
    }

    /// Writes a vector as OpenAI's `base64`, with the quotes.
    package mutating func writeJSONBase64(_ vector: [Float]) {
        writeStaticString("\"")
        writeBytes(Base64.encode(vector))
        writeStaticString("\"")
    }
}
