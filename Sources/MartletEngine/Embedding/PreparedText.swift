internal import Crypto
internal import MartletCore

/// A text, or a pair of them, as a model reads it.
struct PreparedText: Sendable {
    /// All tokens, special ones included; at least one.
    var tokens: [Int32]
    /// Each token's segment; nil puts all of them into the first.
    var types: [Int32]?
    /// Tokens at the beginning that a mean leaves out.
    var skippedCount = 0
    /// Whether the text's end was cut off.
    var isCut = false
}

/// What a text comes to.
struct ReadText: Sendable {
    /// The vector before any normalisation, or a pair's score.
    var values: [Float]
    /// Tokens that were read for it.
    var tokenCount: Int
    /// Whether the text's end was cut off.
    var isCut: Bool
}

/// Names a text with all that its vector depends on, for one model.
///
/// Nobody who writes texts can make two of one name, so that no text gets another one's vector.
struct TextName: Hashable, Sendable {
    private let digest: SnapshotDigest

    /// Names an input.
    init(_ input: EmbeddingInput) {
        switch input.content {
        case .text(let text): self.init("text", [input.instruction, text])
        case .tokens(let tokens):
            // 32 bits each, so no two lists are one text.
            let bytes = tokens.flatMap { token in (0..<4).map { UInt8(truncatingIfNeeded: token.rawValue >> ($0 * 8)) }
            }
            var hash = Self.hash("tokens", [input.instruction])
            hash.update(data: bytes)
            self.init(hash)
        }
    }

    /// Names a question with a text that may answer it.
    init(query: String, text: String) {
        self.init("pair", [query, text])
    }

    private init(_ kind: String, _ parts: [String?]) {
        self.init(Self.hash(kind, parts))
    }

    private init(_ hash: SHA256) {
        digest = SnapshotDigest(hash)
    }

    /// Each part goes in behind its length, so that no two lists of parts are one.
    private static func hash(_ kind: String, _ parts: [String?]) -> SHA256 {
        var hash = SHA256()
        for part in [kind] + parts {
            var count = Int64(part?.utf8.count ?? -1).littleEndian
            withUnsafeBytes(of: &count) { hash.update(bufferPointer: $0) }
            if var part { part.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) } }
        }
        return hash
    }
}
