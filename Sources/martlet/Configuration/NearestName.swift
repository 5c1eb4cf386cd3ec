/// Finds the name that somebody probably meant.
package enum NearestName {
    /// The candidate with the fewest single-letter changes from `name`, when few enough to be a slip.
    package static func of(_ name: String, among candidates: [String]) -> String? {
        let lowered = name.lowercased()
        let last = lowered.split(separator: ".").last.map { String($0) } ?? lowered
        let ranked = candidates.map { candidate -> (name: String, distance: Int) in
            let whole = candidate.lowercased()
            let part = whole.split(separator: ".").last.map { String($0) } ?? whole
            // A key at the wrong level is as near as one with a slip in it.
            return (candidate, min(distance(lowered, whole), distance(last, part) + 1))
        }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, name.count / 3) ? best.name : nil
    }

    /// Levenshtein's distance.
    /// - Complexity: O(a * b) time, O(b) memory.
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (left == right ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
