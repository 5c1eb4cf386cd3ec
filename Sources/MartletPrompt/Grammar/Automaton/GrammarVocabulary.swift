public import MartletCore

/// A model's tokens as a trie over their bytes, so that all of them can be tried at once.
///
/// Control tokens and tokens that end a generation are not in it, as they stand for no text. Immutable; about 20 bytes
/// for each byte of the trie, 6 MB for 128 000 tokens.
public final class GrammarVocabulary: Sendable {
    /// A node of the trie; nodes lie in the order in which a walk meets them.
    struct Node: Sendable {
        /// The byte that leads here.
        var byte: UInt8
        /// Bytes from the root.
        var depth: UInt16
        /// Bytes at most from here to the end of a token below.
        var heightBelow: UInt16
        /// Classes of all bytes below, as ``VocabularyByteClasses`` has them, this node being the end of a character.
        var classesBelow: UInt32
        /// The node after the last one below.
        var end: Int32
        /// Where in ``GrammarVocabulary/tokens`` those that end here begin.
        var firstToken: Int32
    }

    /// How many tokens there are, those that are not in the trie too.
    public let tokenCount: Int
    /// The nodes; the root comes first.
    let trie: [Node]
    /// The tokens in the order of their bytes.
    let tokens: [Int32]
    /// Bytes that tokens have.
    let alphabet: ByteSet
    /// Bytes of the longest token.
    let longestByteCount: Int
    private let texts: TokenTable
    private let isText: [Bool]

    /// Builds the trie of a tokenizer's vocabulary; some tens of milliseconds for 128 000 tokens.
    ///
    /// - Parameters:
    ///   - renderedControlTokens: Control tokens that stand for their text all the same, such as thinking tags.
    ///   - tokenCount: Tokens from this one on are left out, as the model has no scores for them.
    public convenience init(
        _ tokenizer: Tokenizer,
        rendering renderedControlTokens: Set<TokenID> = [],
        tokenCount: Int = .max
    ) {
        var isText = tokenizer.vocabulary.kinds.map { kind in
            switch kind {
            case .normal, .userDefined, .byte: true
            case .control, .unknown, .unused: false
            }
        }
        for token in renderedControlTokens where isText.indices.contains(Int(token.rawValue)) {
            isText[Int(token.rawValue)] = true
        }
        for token in tokenizer.endOfGeneration where isText.indices.contains(Int(token.rawValue)) {
            isText[Int(token.rawValue)] = false
        }
        self.init(tokenizer.vocabulary.texts, isText: isText, tokenCount: tokenCount)
    }

    /// Builds the trie of a table of texts.
    ///
    /// - Parameters:
    ///   - isText: For each token, whether it is in the trie.
    ///   - tokenCount: Tokens from this one on are left out.
    package init(_ texts: TokenTable, isText: [Bool], tokenCount: Int = .max) {
        precondition(isText.count == texts.count)
        self.texts = texts
        let tokenCount = min(texts.count, max(0, tokenCount))
        self.tokenCount = tokenCount
        // A node's depth takes 16 bits; no vocabulary has words of this length.
        let isText = isText.indices.map { index in
            isText[index] && index < tokenCount && (1..<4096).contains(texts.range(at: index).count)
        }
        self.isText = isText
        let sorted = Self.sorted(texts, isText)
        tokens = sorted.map { Int32(truncatingIfNeeded: $0) }
        var nodes = Self.nodes(texts, sorted)
        Self.describe(&nodes)
        trie = nodes
        var alphabet = ByteSet()
        for node in nodes.dropFirst() { alphabet.insert(node.byte) }
        self.alphabet = alphabet
        longestByteCount = nodes.reduce(0) { max($0, Int($1.depth)) }
    }

    /// What `token` stands for; nil for one that is not in the trie.
    func bytes(of token: Int32) -> ArraySlice<UInt8>? {
        guard token >= 0, Int(token) < tokenCount, isText[Int(token)] else { return nil }
        return texts[Int(token)]
    }

    private static func sorted(_ texts: TokenTable, _ isText: [Bool]) -> [Int] {
        texts.bytes.withUnsafeBytes { bytes in
            isText.indices.filter { isText[$0] }.sorted { left, right in
                let left = UnsafeRawBufferPointer(rebasing: bytes[texts.range(at: left)])
                let right = UnsafeRawBufferPointer(rebasing: bytes[texts.range(at: right)])
                for index in 0..<min(left.count, right.count) where left[index] != right[index] {
                    return left[index] < right[index]
                }
                return left.count < right.count
            }
        }
    }

    private static func nodes(_ texts: TokenTable, _ sorted: [Int]) -> [Node] {
        let root = Node(byte: 0, depth: 0, heightBelow: 0, classesBelow: 0, end: 0, firstToken: 0)
        var nodes = [root]
        var path = [0]
        for (place, token) in sorted.enumerated() {
            let text = texts[token]
            var common = 0
            for byte in text {
                guard common + 1 < path.count, nodes[path[common + 1]].byte == byte else { break }
                common += 1
            }
            for index in path[(common + 1)...] { nodes[index].end = Int32(truncatingIfNeeded: nodes.count) }
            path.removeSubrange((common + 1)...)
            for byte in text.dropFirst(common) {
                let depth = UInt16(truncatingIfNeeded: path.count)
                path.append(nodes.count)
                nodes.append(
                    Node(
                        byte: byte,
                        depth: depth,
                        heightBelow: 0,
                        classesBelow: 0,
                        end: 0,
                        firstToken: Int32(truncatingIfNeeded: place)
                    )
                )
            }
        }
        for index in path { nodes[index].end = Int32(truncatingIfNeeded: nodes.count) }
        return nodes
    }

    /// Fills in what lies below each node, from the last one on, so that those below are done before.
    private static func describe(_ nodes: inout [Node]) {
        for index in nodes.indices.reversed() {
            var height: UInt16 = 0
            var classes: UInt32 = 0
            var child = index + 1
            while child < Int(nodes[index].end) {
                height = max(height, nodes[child].heightBelow + 1)
                let byte = nodes[child].byte
                if byte < 0x80 {
                    classes |= VocabularyByteClasses.maskOfByte[Int(byte)] | nodes[child].classesBelow
                } else {
                    classes |= scalarClasses(nodes, child)
                }
                child = Int(nodes[child].end)
            }
            nodes[index].heightBelow = height
            nodes[index].classesBelow = classes
        }
    }

    /// The classes of what begins with the byte beyond ASCII at `node`.
    private static func scalarClasses(_ nodes: [Node], _ node: Int) -> UInt32 {
        let count: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch nodes[node].byte {
        case 0xC2...0xDF: count = 1
        case 0xE0: (count, second) = (2, 0xA0...0xBF)
        case 0xED: (count, second) = (2, 0x80...0x9F)
        case 0xE1...0xEF: count = 2
        case 0xF0: (count, second) = (3, 0x90...0xBF)
        case 0xF4: (count, second) = (3, 0x80...0x8F)
        case 0xF1...0xF3: count = 3
        default: return VocabularyByteClasses.invalid
        }
        var classes = VocabularyByteClasses.scalars
        func follow(_ node: Int, _ missing: Int, _ range: ClosedRange<UInt8>) {
            if missing == 0 {
                classes |= nodes[node].classesBelow
                return
            }
            var child = node + 1
            while child < Int(nodes[node].end) {
                if range.contains(nodes[child].byte) {
                    follow(child, missing - 1, 0x80...0xBF)
                } else {
                    classes |= VocabularyByteClasses.invalid
                }
                child = Int(nodes[child].end)
            }
        }
        follow(node, count, second)
        return classes
    }
}
