import MartletCore

/// BPE over characters as Hugging Face tokenizers does it: merges by rank, bytes or an unknown token for the rest.
struct MergeModel: Sendable {
    /// How characters become tokens before any merge.
    struct Options: Hashable, Sendable {
        /// Stands before every character of a word but the first in its token's text.
        var continuingPrefix: [UInt8] = []
        /// Stands after the last character of a word in its token's text.
        var wordSuffix: [UInt8] = []
        /// Whether what has no token is spelt by its bytes.
        var fallsBackToBytes = false
        /// Whether neighbours without a token become one.
        var fusesUnknown = false
        /// Whether a piece that is a token is that token, whatever the merges say.
        var prefersWholePieces = false
        /// Stands for what has no token.
        var unknown: Int32?
    }

    private let options: Options
    private let texts: TokenTable
    private let index: TokenIndex
    private let byteTokens: [Int32]
    private let merges: PairTable

    /// - Parameters:
    ///   - members: The tokens that text can reach.
    ///   - merges: What stands on either side, best first.
    init(
        _ texts: TokenTable,
        members: [Int32],
        merges: (left: TokenTable, right: TokenTable),
        byteTokens: [Int32],
        options: Options,
        invalid: (String) -> PromptError
    ) throws(PromptError) {
        var index = TokenIndex(capacity: members.count)
        var duplicate: (Int, Int32)?
        texts.bytes.withUnsafeBytes { all in
            for token in members where !texts.range(at: Int(token)).isEmpty {
                if let other = index.insert(Int(token), in: all, offsets: texts.offsets) { duplicate = (other, token) }
            }
        }
        if let duplicate { throw invalid("the tokens \(duplicate.0) and \(duplicate.1) have the same text") }
        var table = PairTable(capacity: merges.left.count)
        var whole: [UInt8] = []
        for rank in 0..<merges.left.count {
            let (left, right) = (merges.left[rank], merges.right[rank])
            whole.removeAll(keepingCapacity: true)
            whole += left
            whole +=
                right.starts(with: options.continuingPrefix) ? right.dropFirst(options.continuingPrefix.count) : right
            let tokens = [Array(left), Array(right), whole].map { text in
                text.withUnsafeBytes { index.find($0, in: texts) }
            }
            guard let first = tokens[0], let second = tokens[1], let both = tokens[2] else {
                throw invalid("merge \(rank) names a token that is missing")
            }
            table.insert(left: first, right: second, rank: UInt32(truncatingIfNeeded: rank), result: both)
        }
        self.options = options
        self.texts = texts
        self.index = index
        self.byteTokens = byteTokens
        self.merges = table
    }

    private struct Rule: MergeRule {
        let merges: PairTable

        func merge(_ left: SymbolMerger.Symbol, _ right: SymbolMerger.Symbol) -> (key: UInt32, token: Int32)? {
            merges.find(left: left.token, right: right.token).map { ($0.rank, $0.result) }
        }
    }

    /// Appends the tokens of a piece.
    ///
    /// - Complexity: O(n log n) in the length of the piece.
    func encode(_ piece: UnsafeRawBufferPointer, scratch: inout SymbolMerger, to output: inout [Int32]) {
        if options.prefersWholePieces, let token = index.find(piece, in: texts) {
            output.append(token)
            return
        }
        scratch.reset()
        var isUnknown = false
        var offset = 0
        while offset < piece.count {
            let end = min(offset + UTF8Text.length(piece[offset]), piece.count)
            if let token = token(piece, offset..<end) {
                scratch.append(SymbolMerger.Symbol(token: token, start: 0, end: 0))
                isUnknown = false
            } else if options.fallsBackToBytes, piece[offset..<end].allSatisfy({ byteTokens[Int($0)] >= 0 }) {
                for byte in piece[offset..<end] {
                    scratch.append(SymbolMerger.Symbol(token: byteTokens[Int(byte)], start: 0, end: 0))
                }
                isUnknown = false
            } else if let unknown = options.unknown {
                if !isUnknown || !options.fusesUnknown {
                    scratch.append(SymbolMerger.Symbol(token: unknown, start: 0, end: 0))
                }
                isUnknown = true
            }
            offset = end
        }
        scratch.run(Rule(merges: merges))
        scratch.forEach { output.append($0.token) }
    }

    /// The token of one character.
    private func token(_ piece: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int32? {
        let prefix = range.lowerBound == 0 ? [] : options.continuingPrefix
        let suffix = range.upperBound == piece.count ? options.wordSuffix : []
        if prefix.isEmpty, suffix.isEmpty {
            return index.find(UnsafeRawBufferPointer(rebasing: piece[range]), in: texts)
        }
        return (prefix + piece[range] + suffix).withUnsafeBytes { index.find($0, in: texts) }
    }
}
