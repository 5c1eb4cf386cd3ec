/// Ends a text before the first of some strings, also where one comes in pieces.
///
/// Providers stop by themselves where they can; some take only a few strings, or none.
struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private let longest: Int
    private var held: [UInt8] = []

    /// Makes a matcher; empty strings match nothing.
    init(_ stops: [String]) {
        self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
        longest = self.stops.map(\.count).max() ?? 0
    }

    /// Takes the next piece.
    ///
    /// - Returns: What can be said, and whether a string was found; nothing may follow then.
    /// - Complexity: O(piece * stops * longest stop).
    mutating func take(_ piece: String) -> (text: String, isStopped: Bool) {
        guard !stops.isEmpty else { return (piece, false) }
        held += piece.utf8
        for start in held.indices {
            let rest = held[start...]
            if stops.contains(where: { rest.starts(with: $0) }) {
                let said = String(decoding: held[..<start], as: UTF8.self)
                held = []
                return (said, true)
            }
        }
        // What could still become the beginning of a string waits for the next piece.
        let first = max(0, held.count - longest + 1)
        let waiting = held[first...].indices.first { start in
            stops.contains { $0.starts(with: held[start...]) }
        }
        let end = waiting ?? held.endIndex
        let said = String(decoding: held[..<end], as: UTF8.self)
        held.removeSubrange(..<end)
        return (said, false)
    }

    /// What was held back, when nothing more comes.
    mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }
}
