import MartletCore
package import NIOCore

extension ByteBuffer {
    /// Writes a vector as an array of numbers, straight into the buffer: 768,000 numbers make no tree of values first.
    package mutating func writeJSON(_ vector: [Float]) {
        writeStaticString("[")
        _ = writeWithUnsafeMutableBytes(minimumWritableBytes: vector.count * (FloatText.maximumByteCount + 1)) { raw in
            guard let base = raw.bindMemory(to: UInt8.self).baseAddress else { return 0 }
            var count = 0
            for (index, value) in vector.enumerated() {
                if index > 0 {
                    base[count] = UInt8(ascii: ",")
                    count += 1
                }
                count += FloatText.write(value, to: base + count)
            }
            return count
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
