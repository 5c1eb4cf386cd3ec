/// A set of a vocabulary's tokens, a bit each, in storage that is reused from token to token.
public struct TokenBitset: Sendable, Hashable {
    /// V, how many tokens there are.
    public let vocabularyCount: Int
    private var words: [UInt64]

    /// Makes an empty set.
    public init(vocabularyCount: Int) {
        precondition(vocabularyCount >= 0)
        self.vocabularyCount = vocabularyCount
        words = Array(repeating: 0, count: (vocabularyCount + 63) / 64)
    }

    /// Whether `token` is in the set; tokens outside the vocabulary are in none.
    @inline(__always)
    public func contains(_ token: Int32) -> Bool {
        guard token >= 0, Int(token) < vocabularyCount else { return false }
        return words[Int(token) >> 6] & (1 << (UInt64(token) & 63)) != 0
    }

    /// Adds `token`; tokens outside the vocabulary are left out.
    @inline(__always)
    public mutating func insert(_ token: Int32) {
        guard token >= 0, Int(token) < vocabularyCount else { return }
        words[Int(token) >> 6] |= 1 << (UInt64(token) & 63)
    }

    /// Takes `token` away.
    @inline(__always)
    public mutating func remove(_ token: Int32) {
        guard token >= 0, Int(token) < vocabularyCount else { return }
        words[Int(token) >> 6] &= ~(1 << (UInt64(token) & 63))
    }

    /// Takes all tokens away.
    public mutating func removeAll() {
        for index in words.indices { words[index] = 0 }
    }

    /// Adds the tokens of `other`, a set over the same vocabulary.
    public mutating func formUnion(_ other: TokenBitset) {
        precondition(other.vocabularyCount == vocabularyCount)
        for index in words.indices { words[index] |= other.words[index] }
    }

    /// Adds the tokens whose bits are set: token t is bit t % 64 of word t / 64.
    ///
    /// - Parameter words: As many as the vocabulary needs, or fewer; no bit beyond the vocabulary is set.
    public mutating func formUnion(words other: [UInt64]) {
        precondition(other.count <= words.count)
        for index in other.indices { words[index] |= other[index] }
    }

    /// How many tokens are in the set.
    ///
    /// - Complexity: O(V / 64).
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Whether no token is in the set.
    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Sets the scores, `[V]`, of all tokens outside the set to minus infinity.
    ///
    /// - Complexity: O(V); words without a gap are skipped.
    package func mask(_ scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == vocabularyCount)
        for (index, word) in words.enumerated() where word != .max {
            let start = index * 64
            var banned = ~word
            while banned != 0 {
                let token = start + banned.trailingZeroBitCount
                // The last word has bits beyond the vocabulary.
                if token >= vocabularyCount { break }
                scores[token] = -.infinity
                banned &= banned &- 1
            }
        }
    }
}
