/// The nearest known name to one that is not known, for errors that help.
public enum Suggestion {
    /// The candidate with the fewest edits, when there are few enough to be a slip; otherwise the first that begins nearly so.
    ///
    /// - Complexity: O(length of `name` x total length of `candidates`).
    public static func nearest(to name: String, among candidates: some Collection<String>) -> String? {
        let name = Array(name.lowercased().prefix(64))
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(name, Array(candidate.lowercased().prefix(64)))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(2, name.count / 3) else {
            return beginning(nearly: name, among: candidates)
        }
        return best.name
    }

    /// The first candidate whose beginning is one edit away at most, for names of which only the first part was said.
    private static func beginning(nearly name: [Character], among candidates: some Collection<String>) -> String? {
        guard name.count >= 4 else { return nil }
        return candidates.first { candidate in
            let candidate = Array(candidate.lowercased().prefix(64))
            return (name.count...name.count + 1).contains { distance(name, Array(candidate.prefix($0))) <= 1 }
        }
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
