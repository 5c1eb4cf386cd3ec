/// Finds added tokens in text: at each place the longest, from left to right.
///
/// - Complexity: O(n · m) for n bytes of text and added tokens of at most m bytes, m bounded by ``longestByteCount``.
struct AddedTokenMatcher: Sendable {
    /// An added token that is longer than this is refused.
    static let longestByteCount = 512

    /// Children of trie nodes: (node, byte) to node.
    private var edges: PairTable
    /// The token that ends at each node, or -1.
    private var accepted: [Int32] = [-1]
    /// Whether any token begins with a byte.
    private var begins = [Bool](repeating: false, count: 256)

    init(byteCount: Int) {
        edges = PairTable(capacity: byteCount)
    }

    /// Adds `token` with its text, or returns the token that has the same text already.
    mutating func insert(_ token: Int32, _ text: some Sequence<UInt8>) -> Int32? {
        var node: Int32 = 0
        for byte in text {
            if node == 0 { begins[Int(byte)] = true }
            if let child = edges.find(left: node, right: Int32(byte)) {
                node = child.result
            } else {
                let child = Int32(truncatingIfNeeded: accepted.count)
                accepted.append(-1)
                edges.insert(left: node, right: Int32(byte), rank: 0, result: child)
                node = child
            }
        }
        if accepted[Int(node)] >= 0 { return accepted[Int(node)] }
        accepted[Int(node)] = token
        return nil
    }

    /// Whether a token may begin with `byte`.
    func mayBegin(with byte: UInt8) -> Bool { begins[Int(byte)] }

    /// The longest token at `start` of `text` that `isAllowed` accepts with its end.
    func longestMatch(
        in text: UnsafeRawBufferPointer,
        at start: Int,
        isAllowed: (_ token: Int32, _ end: Int) -> Bool
    ) -> (token: Int32, end: Int)? {
        var node: Int32 = 0
        var best: (token: Int32, end: Int)?
        var offset = start
        while offset < text.count, let child = edges.find(left: node, right: Int32(text[offset])) {
            node = child.result
            offset += 1
            let token = accepted[Int(node)]
            if token >= 0, isAllowed(token, offset) { best = (token, offset) }
        }
        return best
    }
}
