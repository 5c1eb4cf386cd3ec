internal import MartletCore

/// Scores of a prompt's tokens, gathered while the prompt is computed with all its logits.
struct PromptScores {
    private let tokens: [Int32]
    private var scorer: TokenScorer
    private var scores: [TokenScore]

    /// Starts with the first token, which nothing predicts.
    init(_ tokens: [Int32], _ wish: TokenScorer.Wish) {
        self.tokens = tokens
        scorer = TokenScorer(wish)
        scores = [scorer.unpredicted(tokens[0])]
    }

    /// Takes a step's rows; those for tokens that have their scores already are left out.
    mutating func append(_ output: StepOutput, vocabularyCount: Int) throws(EngineError) {
        for (row, position) in output.positions.enumerated() where position + 1 == scores.count {
            guard position + 1 < tokens.count else { return }
            scores.append(
                try scorer.score(tokens[position + 1], output.row(row, vocabularyCount: vocabularyCount))
            )
        }
    }

    /// The scores of all tokens; nil as long as some are missing.
    var whole: [TokenScore]? { scores.count == tokens.count ? scores : nil }
}
