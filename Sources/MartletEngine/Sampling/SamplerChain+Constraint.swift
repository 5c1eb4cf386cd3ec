internal import MartletCore

extension SamplerChain {
    /// How many of the best tokens are asked about one by one, beyond those that are wanted, before the constraint has
    /// to look through the whole vocabulary.
    private static var spareCount: Int { 32 }

    /// Chooses among the tokens that a constraint allows; see ``sample(from:history:constraint:)``.
    ///
    /// - Parameter best: The best of all tokens, allowed or not.
    func chooseAllowed(
        _ scores: UnsafeBufferPointer<Float>,
        best: Int,
        _ constraint: inout ActiveConstraint
    ) throws(EngineError) -> TokenID {
        if isGreedy, constraint.allows(Int32(truncatingIfNeeded: best)) {
            return TokenID(Int32(truncatingIfNeeded: best))
        }
        let wanted = isGreedy ? 1 : topK
        if wanted > 0 {
            // Best first: the first allowed ones are the best allowed ones.
            let limit = min(scores.count, 2 * wanted + Self.spareCount)
            candidates.gather(best: limit, of: scores)
            let isWhole = candidates.count < limit || limit == scores.count
            var allowedCount = 0
            candidates.filter { candidate in
                guard allowedCount < wanted, constraint.allows(candidate.token) else { return false }
                allowedCount += 1
                return true
            }
            if allowedCount == wanted || (isWhole && allowedCount > 0) {
                return isGreedy ? TokenID(candidates.storage[0].token) : finish(firstStep: 0)
            }
        }
        masked.removeAll(keepingCapacity: true)
        masked.append(contentsOf: scores)
        return try masked.withUnsafeMutableBufferPointer { masked throws(EngineError) in
            constraint.mask(masked)
            let allowed = UnsafeBufferPointer(masked)
            guard let best = ScoreScan.best(allowed), best.score.isFinite else { throw .deadEnd }
            if isGreedy { return TokenID(Int32(truncatingIfNeeded: best.index)) }
            return pick(allowed, best: best.score)
        }
    }
}

extension EngineError {
    fileprivate static var deadEnd: EngineError {
        EngineError(
            .deadEnd,
            "no token that may be chosen goes on with the answer in the form that it must have",
            remedy: "Ban fewer tokens by logit_bias, or loosen the form",
            parameter: "response_format"
        )
    }
}
