internal import MartletCore

/// Scores of tokens whose text is still held back.
struct PendingScores: Sendable {
    private struct Entry: Sendable {
        /// Where the token's text begins, in bytes of the decoded answer.
        var start: Int
        var score: TokenScore
    }

    private var entries: [Entry] = []

    /// Adds the latest token's score.
    mutating func append(_ score: TokenScore, start: Int) {
        entries.append(Entry(start: start, score: score))
    }

    /// Takes the scores of the tokens that begin before `end`.
    mutating func take(before end: Int) -> [TokenScore] {
        let count = entries.firstIndex { $0.start >= end } ?? entries.count
        defer { entries.removeFirst(count) }
        return entries[..<count].map(\.score)
    }
}
