package import MartletCore

/// Reports how likely the model found a token, and what else could have stood in its place.
package struct TokenScorer {
    /// What is reported of generated tokens and of the prompt's.
    package struct Wish: Sendable {
        /// How many alternatives come with each token, the best ones.
        package var alternativeCount: Int
        /// What a token stands for, in bytes.
        package var bytes: @Sendable (Int32) -> [UInt8]

        /// Makes a wish.
        package init(alternativeCount: Int, bytes: @escaping @Sendable (Int32) -> [UInt8]) {
            self.alternativeCount = alternativeCount
            self.bytes = bytes
        }
    }

    private let wish: Wish
    private var candidates = Candidates(capacity: 0)

    /// Makes a scorer.
    package init(_ wish: Wish) {
        self.wish = wish
    }

    /// A token that nothing predicts: a prompt's first one.
    package func unpredicted(_ token: Int32) -> TokenScore {
        TokenScore(token: TokenID(token), bytes: wish.bytes(token), logProbability: nil)
    }

    /// The score of `token` under the model's own scores, `[V]`, before any sampling option.
    ///
    /// - Throws: ``EngineError/Code/invalidScores`` when they aren't numbers.
    /// - Complexity: O(V): two passes, and one more for alternatives.
    package mutating func score(
        _ token: Int32,
        _ logits: UnsafeBufferPointer<Float>
    ) throws(EngineError) -> TokenScore {
        let best = logits[try SamplerChain.best(logits)]
        let sum = ScoreScan.logSumOfExponentials(logits, highest: best)
        var score = TokenScore(
            token: TokenID(token),
            bytes: wish.bytes(token),
            logProbability: logits[Int(token)] - sum
        )
        if wish.alternativeCount > 0 {
            candidates.gather(best: wish.alternativeCount, of: logits)
            candidates.truncate(to: wish.alternativeCount)
            score.alternatives = candidates.storage.map { candidate in
                TokenScore.Candidate(
                    token: TokenID(candidate.token),
                    bytes: wish.bytes(candidate.token),
                    logProbability: candidate.logit - sum
                )
            }
        }
        return score
    }
}
