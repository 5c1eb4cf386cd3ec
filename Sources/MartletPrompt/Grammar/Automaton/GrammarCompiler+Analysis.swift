extension GrammarCompiler {
    /// Finds out which parts may be empty, and refuses rules that begin with themselves.
    mutating func analyze() throws(GrammarError) {
        let isNullable = nullableNodes()
        for index in repetitions.indices where isNullable[Int(repetitions[index].start)] { setNullable(index) }
        try checkLeftRecursion(isNullable)
    }

    /// The nodes that a node looks at: those that may come right after it, inside what it calls and after that.
    private func references(of node: GrammarNode) -> [Int32] {
        switch node {
        case .end: []
        case .bytes(_, let next): [next]
        case .call(let start, let next): [start, next]
        case .choice(let first, let count): Array(targets[Int(first)..<Int(first + count)])
        case .repetition(let index, let next): [repetitions[Int(index)].start, next]
        }
    }

    /// Evaluates nodes, and again those that look at one whose value has changed, until nothing changes.
    ///
    /// - Parameter evaluate: Says whether the value of a node has changed; it may change only so often.
    private func settle(_ evaluate: (Int) -> Bool) {
        var counts = [Int32](repeating: 0, count: nodes.count + 1)
        for node in nodes { for reference in references(of: node) { counts[Int(reference) + 1] += 1 } }
        for index in nodes.indices { counts[index + 1] += counts[index] }
        var dependents = [Int32](repeating: 0, count: Int(counts[nodes.count]))
        var ends = counts
        for (index, node) in nodes.enumerated() {
            for reference in references(of: node) {
                dependents[Int(ends[Int(reference)])] = Int32(truncatingIfNeeded: index)
                ends[Int(reference)] += 1
            }
        }
        // What follows a node was mostly built before it.
        var queue = Array(nodes.indices.reversed())
        var isQueued = [Bool](repeating: true, count: nodes.count)
        while let index = queue.popLast() {
            isQueued[index] = false
            guard evaluate(index) else { continue }
            for dependent in dependents[Int(counts[index])..<Int(counts[index + 1])] where !isQueued[Int(dependent)] {
                isQueued[Int(dependent)] = true
                queue.append(Int(dependent))
            }
        }
    }

    /// For each node, whether the end of its rule can be reached without a byte.
    private func nullableNodes() -> [Bool] {
        var isNullable = [Bool](repeating: false, count: nodes.count)
        settle { index in
            guard !isNullable[index] else { return false }
            isNullable[index] =
                switch nodes[index] {
                case .end: true
                case .bytes: false
                case .call(let start, let next): isNullable[Int(start)] && isNullable[Int(next)]
                case .choice(let first, let count):
                    targets[Int(first)..<Int(first + count)].contains { isNullable[Int($0)] }
                case .repetition(let repetition, let next):
                    isNullable[Int(next)]
                        && (repetitions[Int(repetition)].minimum == 0
                            || isNullable[Int(repetitions[Int(repetition)].start)])
                }
            return isNullable[index]
        }
        return isNullable
    }

    /// Nodes that are reached from a node without a byte, inside what it calls too.
    private func leftmost(_ node: Int32, _ isNullable: [Bool]) -> [Int32] {
        switch nodes[Int(node)] {
        case .end, .bytes: return []
        case .call(let start, let next): return isNullable[Int(start)] ? [start, next] : [start]
        case .choice(let first, let count): return Array(targets[Int(first)..<Int(first + count)])
        case .repetition(let index, let next):
            let repetition = repetitions[Int(index)]
            return repetition.minimum == 0 ? [repetition.start, next] : [repetition.start]
        }
    }

    private func checkLeftRecursion(_ isNullable: [Bool]) throws(GrammarError) {
        enum Mark { case unseen, open, done }
        var marks = [Mark](repeating: .unseen, count: nodes.count)
        for root in nodes.indices where marks[root] == .unseen {
            let root = Int32(truncatingIfNeeded: root)
            var path = [(node: root, rest: leftmost(root, isNullable))]
            marks[Int(root)] = .open
            while let last = path.last {
                guard let next = path[path.count - 1].rest.popLast() else {
                    marks[Int(last.node)] = .done
                    path.removeLast()
                    continue
                }
                switch marks[Int(next)] {
                case .done: continue
                case .open: throw leftRecursion(path.map(\.node), from: next)
                case .unseen:
                    marks[Int(next)] = .open
                    path.append((next, leftmost(next, isNullable)))
                }
            }
        }
    }

    private func leftRecursion(_ path: [Int32], from node: Int32) -> GrammarError {
        let rules = path.drop { $0 != node }.compactMap { rule(at: $0) }
        let names = rules.map(\.name)
        let chain = (names + names.prefix(1)).prefix(8).map { "“\($0.prefix(64))”" }.joined(separator: " → ")
        return GrammarError(
            .leftRecursion,
            at: rules.first?.place,
            names.isEmpty ? "a rule begins with itself" : "a rule begins with itself: \(chain)",
            remedy: "Let it begin with something else, as in “list ::= item list?” in place of “list ::= list? item”"
        )
    }

    /// For each node, the levels that the shortest way to its rule's end needs.
    ///
    /// - Throws: ``GrammarError/Code/unsatisfiable`` when there is no way from the start.
    func checkedHeights() throws(GrammarError) -> [Int32] {
        let none = depthLimit + 1
        var heights = [Int32](repeating: none, count: nodes.count)
        settle { index in
            let height = min(none, height(ofNodeAt: index, heights))
            guard height < heights[index] else { return false }
            heights[index] = height
            return true
        }
        guard heights[Int(start)] <= depthLimit else {
            let endless = starts.first { $0 >= 0 && heights[Int($0)] > depthLimit }
            let rule = endless.flatMap { self.rule(at: $0) }
            let name = rule.map { ": “\($0.name.prefix(64))” never ends" } ?? ""
            throw GrammarError(
                .unsatisfiable,
                at: rule?.place,
                "no finite text\(alphabet == .all ? "" : " of this model's tokens") has this form\(name)",
                remedy:
                    "Give whatever contains itself an alternative without itself, and leave out what nothing can fit"
            )
        }
        return heights
    }

    private func height(ofNodeAt index: Int, _ heights: [Int32]) -> Int32 {
        switch nodes[index] {
        case .end: return 0
        case .bytes(let set, let next): return sets[Int(set)].isEmpty ? depthLimit + 1 : heights[Int(next)]
        case .choice(let first, let count):
            return targets[Int(first)..<Int(first + count)].reduce(depthLimit + 1) { min($0, heights[Int($1)]) }
        case .call(let start, let next):
            let frame = next == Self.end ? 0 : Int32(weights[index])
            return max(heights[Int(start)] + frame, heights[Int(next)])
        case .repetition(let repetition, let next):
            guard repetitions[Int(repetition)].minimum > 0 else { return heights[Int(next)] }
            return max(heights[Int(repetitions[Int(repetition)].start)] + Int32(weights[index]), heights[Int(next)])
        }
    }
}
