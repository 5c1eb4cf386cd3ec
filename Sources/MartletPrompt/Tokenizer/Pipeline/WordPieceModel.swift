/// WordPiece: the longest token that begins a word, then the longest that goes on with it.
///
/// - SeeAlso: Wu et al. 2016, arXiv:1609.08144.
struct WordPieceModel: Sendable {
    /// What may begin a word.
    private let beginnings: ByteTrie
    /// What may go on with one, without the prefix that says so.
    private let continuations: ByteTrie
    private let unknown: Int32?
    /// A word with more scalars is unknown as a whole.
    private let longestWord: Int

    /// - Parameter isBeginning: Whether a token may begin a word; the others go on with one, from the byte `skipping` on.
    init(
        _ texts: TokenTable,
        beginnings: [Int32],
        continuations: [Int32],
        skipping: Int,
        unknown: Int32?,
        longestWord: Int
    ) {
        self.beginnings = ByteTrie(texts, members: beginnings)
        self.continuations = ByteTrie(texts, members: continuations, skipping: skipping)
        self.unknown = unknown
        self.longestWord = longestWord
    }

    /// Appends the tokens of a word.
    ///
    /// - Complexity: O(n · m) for n bytes and tokens of at most m bytes; in practice O(n).
    func encode(_ word: UnsafeRawBufferPointer, to output: inout [Int32]) {
        let start = output.count
        // A scalar has at most four bytes.
        if word.count > longestWord, Self.scalarCount(word) > longestWord {
            if let unknown { output.append(unknown) }
            return
        }
        var offset = 0
        while offset < word.count {
            guard let (token, end) = Self.longest(offset == 0 ? beginnings : continuations, word, offset) else {
                output.removeSubrange(start...)
                if let unknown { output.append(unknown) }
                return
            }
            output.append(token)
            offset = end
        }
    }

    private static func scalarCount(_ word: UnsafeRawBufferPointer) -> Int {
        word.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
    }

    @inline(__always)
    private static func longest(
        _ trie: borrowing ByteTrie,
        _ word: UnsafeRawBufferPointer,
        _ start: Int
    ) -> (token: Int32, end: Int)? {
        trie.nodes.withUnsafeBufferPointer { nodes in
            var node = 0
            var best: (token: Int32, end: Int)?
            var offset = start
            while offset < word.count {
                node = ByteTrie.child(nodes, of: node, word[offset])
                if node < 0 { break }
                offset &+= 1
                if nodes[node].token >= 0 { best = (nodes[node].token, offset) }
            }
            return best
        }
    }
}
