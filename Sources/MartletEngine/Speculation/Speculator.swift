/// Guesses one answer's next tokens, and learns from the tokens that come how good its guesses are.
package struct Speculator: Sendable {
    /// Guessed tokens of a step at most.
    package static let lengthLimit = 16
    /// Tokens less likely than this to be reached aren't offered.
    private static let leastChance: Float = 0.1

    private var drafter = NGramDrafter()
    private var estimate = AcceptanceEstimate()
    private var match: NGramDrafter.Match?

    /// Starts with no text.
    package init() {}

    /// Takes tokens that nobody guesses, such as a prompt.
    package mutating func read(_ tokens: [Int32]) {
        for token in tokens { drafter.append(token) }
        match = drafter.match
    }

    /// Takes the answer's next token, and compares it with the guess.
    package mutating func append(_ token: Int32) {
        if let match {
            let guess = drafter.continuation(of: match, count: 1)[0]
            estimate.record(matchLength: match.length, cameTrue: guess == token)
        }
        drafter.append(token)
        match = drafter.match
    }

    /// The next tokens as far as they are worth computing ahead, each with the chance that it and all before it come.
    ///
    /// - Parameter limit: How many may follow.
    package func offer(limit: Int) -> DraftOffer {
        var offer = DraftOffer()
        guard let match, limit > 0 else { return offer }
        var chance: Float = 1
        for length in match.length..<(match.length + min(limit, Self.lengthLimit)) {
            chance *= estimate.chance(afterMatchOf: length)
            if chance < Self.leastChance { break }
            offer.chances.append(chance)
        }
        offer.tokens = drafter.continuation(of: match, count: offer.chances.count)
        return offer
    }
}

/// Tokens that may come next in a sequence, for the scheduler to compute ahead as many of as pay.
package struct DraftOffer: Sendable, Hashable {
    /// The tokens.
    package var tokens: [Int32] = []
    /// For each, the chance that it and all before it come; falling.
    package var chances: [Float] = []

    /// Nothing.
    package init() {}

    /// Takes tokens with their chances, as many of one as of the other.
    package init(tokens: [Int32], chances: [Float]) {
        precondition(tokens.count == chances.count)
        self.tokens = tokens
        self.chances = chances
    }

    /// Keeps the first `count` tokens.
    mutating func truncate(to count: Int) {
        guard count < tokens.count else { return }
        tokens.removeLast(tokens.count - count)
        chances.removeLast(chances.count - count)
    }
}
