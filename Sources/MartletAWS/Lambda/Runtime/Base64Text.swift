import FoundationEssentials

/// Bytes in base64 (RFC 4648, section 4).
enum Base64Text {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// The bytes; nil for anything else than base64, padded or not.
    static func decode(_ text: String) -> [UInt8]? {
        let missing = (4 - text.utf8.count % 4) % 4
        return Data(base64Encoded: text + String(repeating: "=", count: missing)).map { Array($0) }
    }
}
