/// Bans every token that would complete a sequence of `size` tokens that the text holds already.
///
/// - SeeAlso: Paulus et al. 2017, "A Deep Reinforced Model for Abstractive Summarization", arXiv:1705.04304, section
///   2.5; `no_repeat_ngram_size` of Hugging Face transformers.
package struct NoRepeatNGram: ScoreStep {
    private let size: Int

    /// Takes the length of the sequences, at least 1.
    package init(size: Int) {
        self.size = size
    }

    /// - Complexity: O(T * size) in the worst case, O(T) in ordinary text.
    package func apply(to scores: UnsafeMutableBufferPointer<Float>, history: ArraySlice<Int32>) {
        history.withUnsafeBufferPointer { tokens in
            guard tokens.count >= size else { return }
            let tail = tokens.count - (size - 1)
            for start in 0...(tokens.count - size) {
                var length = 0
                while length < size - 1, tokens[start + length] == tokens[tail + length] { length += 1 }
                if length == size - 1 {
                    let banned = Int(tokens[start + size - 1])
                    if banned >= 0, banned < scores.count { scores[banned] = -.infinity }
                }
            }
        }
    }
}
