/// The name of a segment's file: `MODEL-FIRST-CONTENT.kv`, all in hexadecimal.
///
/// It says enough to make room without opening files: which segments are the same model's, and which of two comes later
/// in a text.
struct SegmentName: Hashable, Sendable {
    /// The file's name.
    let text: String
    /// The beginning of the model's fingerprint.
    var model: Substring { text.prefix(16) }
    /// How many blocks are before the segment.
    let firstBlock: Int

    /// The name of the segment with that header.
    init(_ header: SegmentHeader) {
        let names = header.names
        let content = SnapshotDigest(domain: "martlet segment", header.parent, names.last ?? header.parent)
        let first = String(header.firstBlock, radix: 16)
        text =
            header.fingerprint.hexadecimal(byteCount: 8) + "-" + String(repeating: "0", count: max(0, 6 - first.count))
            + first + "-" + content.hexadecimal(byteCount: 16) + ".kv"
        firstBlock = header.firstBlock
    }

    /// Reads a file's name; nil for a file that is no segment.
    init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isHexadecimal: (Substring.UTF8View) -> Bool = { part in
            part.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
        guard text.utf8.count == 16 + 1 + 6 + 1 + 32 + 3, text.hasSuffix(".kv"), parts.count == 3,
            parts[0].count == 16, parts[1].count == 6, isHexadecimal(parts[0]), isHexadecimal(parts[1]),
            isHexadecimal(parts[2].dropLast(3)), let first = Int(String(Substring(parts[1])), radix: 16)
        else { return nil }
        self.text = text
        firstBlock = first
    }
}
