/// The nearest known name to one that is not known, for errors that help.
public enum Suggestion {
    /// The candidate with the fewest edits, when there are few enough to be a slip.
    ///
    /// - Complexity: O(length of `name` x total length of `candidates`).
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let name = Array(name.lowercased().prefix(64))
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(name, Array(candidate.lowercased().prefix(64)))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(2, name.count / 3) else { return nil }
        return best.name
    }

    /// Edits between two words; swapping neighbours counts as one.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var previous: [Int] = []
        var current = Array(0...right.count)
        for (row, first) in left.enumerated() {
            var next = [row + 1]
            for (column, second) in right.enumerated() {
                var cost = min(current[column + 1] + 1, next[column] + 1, current[column] + (first == second ? 0 : 1))
                if row > 0, column > 0, first == right[column - 1], left[row - 1] == second {
                    cost = min(cost, previous[column - 1] + 1)
                }
                next.append(cost)
            }
            previous = current
            current = next
        }
        return current[right.count]
    }
}
