public import MartletCore

/// Many byte strings in one buffer: the texts of a vocabulary, or its merges.
///
/// Texts are exact bytes, never compared as `String`, whose equality is Unicode-canonical.
public struct TokenTable: Sendable {
    /// All texts, one after the other.
    public private(set) var bytes: [UInt8]
    /// Where each text begins in `bytes`, and the end of the last; `count + 1` numbers.
    public private(set) var offsets: [Int]

    /// How many texts there are.
    public var count: Int { offsets.count - 1 }

    /// Makes an empty table.
    public init() {
        bytes = []
        offsets = [0]
    }

    /// Takes over a flat buffer.
    ///
    /// - Parameters:
    ///   - bytes: All texts, one after the other.
    ///   - offsets: Where each begins, rising from 0 to `bytes.count`; one more than there are texts.
    /// - Throws: ``PromptError/Code/invalidVocabulary`` when the offsets do not describe `bytes`.
    public init(bytes: [UInt8], offsets: [Int]) throws(PromptError) {
        var isValid = offsets.first == 0 && offsets.last == bytes.count
        if isValid {
            for index in 1..<max(offsets.count, 1) where offsets[index] < offsets[index - 1] {
                isValid = false
            }
        }
        guard isValid else {
            throw PromptError(
                .invalidVocabulary,
                "the offsets of a token table do not rise from 0 to \(bytes.count)",
                remedy: "The model file is damaged; download it again"
            )
        }
        self.bytes = bytes
        self.offsets = offsets
    }

    /// Copies texts into a table.
    public init(_ texts: some Sequence<String>) {
        self.init()
        for text in texts {
            append(text.utf8)
        }
    }

    /// Replaces everything by a buffer whose offsets are right by construction.
    mutating func replace(bytes: [UInt8], offsets: [Int]) {
        self.bytes = bytes
        self.offsets = offsets
    }

    /// Adds one text at the end.
    public mutating func append(_ text: some Sequence<UInt8>) {
        bytes.append(contentsOf: text)
        offsets.append(bytes.count)
    }

    /// The text at `index`, without a copy; `index` must lie within `0..<count`.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[offsets[index]..<offsets[index + 1]]
    }

    /// Where the text at `index` lies in `bytes`; `index` must lie within `0..<count`.
    public func range(at index: Int) -> Range<Int> {
        offsets[index]..<offsets[index + 1]
    }

    /// The text of `token`, empty for an index outside the table.
    public func bytes(of token: TokenID) -> ArraySlice<UInt8> {
        let index = Int(token.rawValue)
        guard index >= 0, index < count else { return [] }
        return self[index]
    }
}
