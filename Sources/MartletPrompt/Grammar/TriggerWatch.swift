/// An automaton that watches a stream of bytes for several texts at once.
///
/// - SeeAlso: Aho and Corasick 1975, doi:10.1145/360825.360855.
struct TriggerWatch {
    /// Where a byte leads.
    enum Target: Hashable {
        /// To a state; 0 is the one in which no text has begun.
        case state(Int)
        /// To the end of the text of this index.
        case trigger(Int)
    }

    /// For each state, where each of the 256 bytes leads.
    private(set) var targets: [[Target]]

    /// Watches for `texts`, none of which is empty.
    ///
    /// - Complexity: O(bytes of the texts * 256).
    init(_ texts: [[UInt8]]) {
        var children: [[UInt8: Int]] = [[:]]
        /// The text that ends in a state; of two that are the same, the first.
        var ends: [Int?] = [nil]
        for (index, text) in texts.enumerated() {
            var state = 0
            for byte in text {
                if let next = children[state][byte] {
                    state = next
                } else {
                    children[state][byte] = children.count
                    state = children.count
                    children.append([:])
                    ends.append(nil)
                }
            }
            if ends[state] == nil { ends[state] = index }
        }
        // States in the order of their depth: each one's fallback, its longest proper suffix, comes before it.
        var steps = [[Int]](repeating: Array(repeating: 0, count: 256), count: children.count)
        var fallback = [Int](repeating: 0, count: children.count)
        var queue = [0]
        var next = 0
        while next < queue.count {
            let state = queue[next]
            next += 1
            if ends[state] == nil { ends[state] = ends[fallback[state]] }
            for byte in 0..<256 {
                if let child = children[state][UInt8(byte)] {
                    fallback[child] = state == 0 ? 0 : steps[fallback[state]][byte]
                    steps[state][byte] = child
                    queue.append(child)
                } else {
                    steps[state][byte] = state == 0 ? 0 : steps[fallback[state]][byte]
                }
            }
        }
        targets = steps.map { row in row.map { state in ends[state].map { .trigger($0) } ?? .state(state) } }
    }
}
