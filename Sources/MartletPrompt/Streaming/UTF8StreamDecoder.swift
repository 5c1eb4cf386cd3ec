/// Decodes UTF-8 that arrives in pieces, as if it had come at once.
public struct UTF8StreamDecoder: Sendable {
    /// The beginning of a character: at most three bytes that more bytes may complete.
    private var pending: [UInt8] = []

    /// Makes a decoder that has seen nothing.
    public init() {}

    /// Takes the next bytes and returns all complete characters; bytes that can never be part of one become U+FFFD.
    public mutating func append(_ bytes: some Collection<UInt8>) -> String {
        guard !bytes.isEmpty else { return "" }
        pending.append(contentsOf: bytes)
        let complete = pending.count - Self.incompleteSuffixCount(pending)
        let text = String(decoding: pending[..<complete], as: UTF8.self)
        pending.removeSubrange(..<complete)
        return text
    }

    /// Ends the stream and returns U+FFFD for a character that stayed incomplete.
    public mutating func finish() -> String {
        let text = String(decoding: pending, as: UTF8.self)
        pending = []
        return text
    }

    /// How many bytes at the end are the beginning of one well-formed character.
    private static func incompleteSuffixCount(_ bytes: [UInt8]) -> Int {
        for count in 1...3 where count <= bytes.count {
            let lead = bytes[bytes.count - count]
            if lead & 0xC0 == 0x80 { continue }
            let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1
            guard lead <= 0xF4, count < length else { return 0 }
            if count >= 2, !secondByteRange(after: lead).contains(bytes[bytes.count - count + 1]) { return 0 }
            return count
        }
        return 0
    }

    /// Which second bytes make a well-formed character (The Unicode Standard, table 3-7).
    private static func secondByteRange(after lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xE0: return 0xA0...0xBF
        case 0xED: return 0x80...0x9F
        case 0xF0: return 0x90...0xBF
        case 0xF4: return 0x80...0x8F
        default: return 0x80...0xBF
        }
    }
}
