/// A trie over the texts of tokens, as a double array: one look-up a byte.
///
/// Building takes O(bytes) but for the search for free places, tens of milliseconds for 250 000 tokens.
struct ByteTrie: Sendable {
    /// A place in the array.
    struct Node: Sendable {
        /// Where the children begin: the child for byte b lies at `base + b`.
        var base: Int32 = 0
        /// The parent, or -1 for a free place.
        var parent: Int32 = -1
        /// The token that ends here, or -1.
        var token: Int32 = -1
    }

    /// At least 256 free places follow the last base, so that no child lies outside.
    private(set) var nodes: [Node]

    /// Makes a trie of `members` of `texts`, each from the byte `skipping` on; of equal texts the last one counts.
    init(_ texts: TokenTable, members: [Int32], skipping: Int = 0) {
        nodes = [Node](repeating: Node(), count: 1024)
        var builder = Builder(texts: texts, order: members, skipping: skipping)
        builder.build(&nodes)
    }

    /// The child of `node` for `byte`, or -1.
    @inline(__always)
    static func child(_ nodes: UnsafeBufferPointer<Node>, of node: Int, _ byte: UInt8) -> Int {
        let place = Int(nodes[node].base) &+ Int(byte) &+ 1
        return Int(nodes[place].parent) == node ? place : -1
    }

    private struct Builder {
        let texts: TokenTable
        var order: [Int32]
        let skipping: Int
        private var scratch: [Int32] = []
        private var firstFree = 1

        init(texts: TokenTable, order: [Int32], skipping: Int) {
            self.texts = texts
            self.order = order
            self.skipping = skipping
        }

        mutating func build(_ nodes: inout [Node]) {
            // The root's parent is no place at all, so that it is neither free nor anybody's child.
            nodes[0].parent = -2
            scratch = order
            var pending: [(node: Int, depth: Int, start: Int, end: Int)] = [(0, skipping, 0, order.count)]
            var labels: [Int] = []
            var starts = [Int](repeating: 0, count: 257)
            while let (node, depth, start, end) = pending.popLast() {
                // Slot 0 counts the texts that end here, slot b + 1 those that go on with byte b.
                labels.removeAll(keepingCapacity: true)
                for index in start..<end {
                    let label = self.label(order[index], depth)
                    if starts[label] == 0 { labels.append(label) }
                    starts[label] += 1
                }
                labels.sort()
                var next = start
                for label in labels {
                    let count = starts[label]
                    starts[label] = next
                    next += count
                }
                for index in start..<end {
                    let label = self.label(order[index], depth)
                    scratch[starts[label]] = order[index]
                    starts[label] += 1
                }
                for index in start..<end { order[index] = scratch[index] }
                var groupStart = start
                var children = labels[...]
                if labels.first == 0 {
                    nodes[node].token = order[starts[0] - 1]
                    groupStart = starts[0]
                    children = children.dropFirst()
                }
                if !children.isEmpty {
                    let base = place(children, &nodes)
                    nodes[node].base = Int32(truncatingIfNeeded: base)
                    for label in children { nodes[base + label].parent = Int32(truncatingIfNeeded: node) }
                    for label in children {
                        pending.append((base + label, depth + 1, groupStart, starts[label]))
                        groupStart = starts[label]
                    }
                }
                for label in labels { starts[label] = 0 }
            }
        }

        private func label(_ token: Int32, _ depth: Int) -> Int {
            let range = texts.range(at: Int(token))
            let offset = range.lowerBound + depth
            return offset < range.upperBound ? Int(texts.bytes[offset]) + 1 : 0
        }

        /// A base at which the places of all `labels` are free.
        private mutating func place(_ labels: ArraySlice<Int>, _ nodes: inout [Node]) -> Int {
            let first = labels[labels.startIndex]
            var candidate = max(firstFree, first + 1)
            var isFirstFree = true
            var taken = 0
            let begin = candidate
            while true {
                let base = candidate - first
                while base + 514 > nodes.count {
                    nodes.append(contentsOf: repeatElement(Node(), count: nodes.count))
                }
                if nodes[candidate].parent != -1 {
                    taken += 1
                } else {
                    if isFirstFree {
                        isFirstFree = false
                        if labels.count == 1 { firstFree = candidate }
                    }
                    if labels.allSatisfy({ nodes[base + $0].parent == -1 }) {
                        // Crowded stretches aren't searched again.
                        if candidate - begin > 64, taken * 20 > (candidate - begin) * 19 { firstFree = candidate }
                        return base
                    }
                }
                candidate += 1
            }
        }
    }
}
