/// Decides how many guessed tokens a step computes ahead: as many as give the most tokens in the time of a step.
///
/// The time is a model of its own, not a clock's: a step of one row is mostly the reading of the weights, and each
/// further row adds a quarter of it, as a few cores compute. Rows round differently in other company, so a clock's
/// decisions would make the same request give another text now and then. With many sequences in a step, their rows use
/// what is free, a further one costs more than a guess brings, and guessing stops by itself.
/// - SeeAlso: Leviathan, Kalman and Matias 2023, "Fast Inference from Transformers via Speculative Decoding",
///   arXiv:2211.17192, section 3 (expected tokens of a step against its cost).
package enum DraftBudget {
    /// What a row more adds to a step, as a part of a step of one row.
    private static let rowCost: Float = 0.25
    /// A step has to be worth this much more than one without guesses.
    private static let margin: Float = 1.03

    /// How long a step of so many rows takes, in steps of one row.
    static func cost(rowCount: Int) -> Float { 1 + rowCost * Float(rowCount - 1) }

    /// How many tokens of each offer are computed.
    ///
    /// - Parameters:
    ///   - chances: For each sequence that offers, the chances of its tokens, falling.
    ///   - rowCount: Rows of the step without guesses, at least one; each gives a token.
    ///   - limit: Guessed rows at most.
    package static func counts(chances: [ArraySlice<Float>], rowCount: Int, limit: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: chances.count)
        var best = counts
        var bestRate = Float(rowCount) / cost(rowCount: rowCount) * margin
        var tokenCount = Float(rowCount)
        for total in 1..<(max(limit, 0) + 1) {
            var next: (index: Int, chance: Float)?
            for (index, own) in chances.enumerated() where counts[index] < own.count {
                let chance = own[own.startIndex + counts[index]]
                if chance > next?.chance ?? 0 { next = (index, chance) }
            }
            guard let next else { break }
            counts[next.index] += 1
            tokenCount += next.chance
            let rate = tokenCount / cost(rowCount: rowCount + total)
            if rate > bestRate { (best, bestRate) = (counts, rate) }
        }
        return best
    }
}
