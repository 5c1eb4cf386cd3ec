/// The name out of a list that was probably meant.
enum NearestName {
    /// The known name that takes the fewest changes to make of `name`; nil when none is near.
    static func of(_ name: String, in known: some Sequence<String>) -> String? {
        known.map { (distance(name.lowercased(), $0.lowercased()), $0) }.min { $0.0 < $1.0 }
            .flatMap { $0.0 <= max(2, name.count / 3) ? $0.1 : nil }
    }

    /// `unknown` and, where there is one, the name that was probably meant.
    static func suggestion(_ name: String, in known: some Sequence<String>) -> String {
        of(name, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// Levenshtein's distance.
    /// - Complexity: O(n m).
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let changed = min(diagonal + (a == b ? 0 : 1), row[j] + 1, row[j + 1] + 1)
                diagonal = row[j + 1]
                row[j + 1] = changed
            }
        }
        return row[right.count]
    }
}
