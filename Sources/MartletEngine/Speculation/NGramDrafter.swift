/// Guesses how a text goes on from how it went on before: the tokens after the longest earlier copy of its end.
///
/// Places are chained by the last two tokens before them, as in LZ77 compressors; only the latest few of a chain are
/// compared. Memory is bounded: of long texts the older half is forgotten.
/// - SeeAlso: Saxena 2023, "Prompt Lookup Decoding", https://github.com/apoorvumang/prompt-lookup-decoding; Ziv and
///   Lempel 1977, "A Universal Algorithm for Sequential Data Compression", doi:10.1109/TIT.1977.1055714.
package struct NGramDrafter: Sendable {
    /// An earlier copy of the text's end.
    package struct Match: Sendable, Hashable {
        /// How many tokens are equal, at most ``NGramDrafter/longestMatch``.
        package var length: Int
        /// How many tokens ago the copy ended, at least 1.
        package var distance: Int

        /// Makes a match.
        package init(length: Int, distance: Int) {
            self.length = length
            self.distance = distance
        }
    }

    /// Copies are as long as this at least.
    static let shortestMatch = 2
    /// Tokens compared at most.
    package static let longestMatch = 32
    /// Earlier places compared at most.
    private static let comparisonLimit = 16
    private static let tableSize = 1 << 12

    private let capacity: Int
    private var tokens: [Int32] = []
    /// For each place, the latest earlier one of the same chain; -1 at a chain's end.
    private var earlier: [Int32] = []
    /// The latest place of each chain; -1 for none.
    private var latest: [Int32]

    /// Starts with no text.
    ///
    /// - Parameter capacity: Tokens remembered at least; twice as many at most.
    package init(capacity: Int = 8192) {
        precondition(capacity >= 2 * Self.longestMatch)
        self.capacity = capacity
        latest = Array(repeating: -1, count: Self.tableSize)
    }

    /// Takes the next token.
    ///
    /// - Complexity: O(1) amortised.
    package mutating func append(_ token: Int32) {
        if tokens.count == 2 * capacity { forgetOlderHalf() }
        tokens.append(token)
        link(tokens.count - 1)
    }

    private mutating func link(_ place: Int) {
        guard place > 0 else {
            earlier.append(-1)
            return
        }
        let chain = chain(tokens[place - 1], tokens[place])
        earlier.append(latest[chain])
        latest[chain] = Int32(truncatingIfNeeded: place)
    }

    private func chain(_ first: Int32, _ second: Int32) -> Int {
        // Wrapping: a multiplicative hash modulo 2^64 (Knuth, volume 3, section 6.4).
        let key = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
        return Int((key &* 0x9E37_79B9_7F4A_7C15) >> 52)
    }

    private mutating func forgetOlderHalf() {
        tokens.removeFirst(capacity)
        earlier.removeAll(keepingCapacity: true)
        for chain in latest.indices { latest[chain] = -1 }
        for place in tokens.indices { link(place) }
    }

    /// The longest earlier copy of the text's end; of equally long ones the latest.
    ///
    /// - Complexity: O(1): a bounded number of comparisons.
    package var match: Match? {
        let last = tokens.count - 1
        guard last > 0 else { return nil }
        var best: Match?
        var place = Int(earlier[last])
        var comparisonCount = 0
        while place > 0, comparisonCount < Self.comparisonLimit {
            var length = 0
            while length < Self.longestMatch, length <= place, tokens[place - length] == tokens[last - length] {
                length += 1
            }
            if length >= Self.shortestMatch, length > best?.length ?? 0 {
                best = Match(length: length, distance: last - place)
                if length == Self.longestMatch { break }
            }
            place = Int(earlier[place])
            comparisonCount += 1
        }
        return best
    }

    /// The tokens after a copy; where they reach the text's end, they go on with themselves.
    ///
    /// - Parameter match: What ``match`` says now.
    package func continuation(of match: Match, count: Int) -> [Int32] {
        var draft: [Int32] = []
        for index in 0..<count {
            draft.append(
                index < match.distance
                    ? tokens[tokens.count - match.distance + index] : draft[index - match.distance]
            )
        }
        return draft
    }
}
