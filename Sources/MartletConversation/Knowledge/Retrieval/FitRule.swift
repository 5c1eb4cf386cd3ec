/// Decides whether passages fit a question.
///
/// Neither number alone can: a question about something else shares common words with any text, and how near vectors of strangers are is
/// different for each model. So what counts is the share of the question's words, weighted by how rare they are, together with how much
/// nearer the passage is than anything is to questions about something else. `docs/knowledge.md` has the measurements behind the numbers.
public struct FitRule: Sendable, Hashable {
    /// The evidence that is enough where there are vectors.
    public var thresholdWithVectors: Double
    /// The share of words that is enough where there are none.
    public var thresholdOfWords: Double

    /// Makes a rule; smaller numbers refuse less.
    public init(thresholdWithVectors: Double = 0.4, thresholdOfWords: Double = 0.4) {
        self.thresholdWithVectors = thresholdWithVectors
        self.thresholdOfWords = thresholdOfWords
    }

    /// Probabilities below and above which a reranker's word is final.
    private static let doubtful = 0.05..<0.5

    func threshold(isEmbedding: Bool) -> Double { isEmbedding ? thresholdWithVectors : thresholdOfWords }

    /// How much speaks for a passage.
    /// - Parameter noise: The similarity that strange questions have to their best passage.
    func evidence(of match: Retriever.Match, noise: Double?) -> Double {
        if let probability = match.probability {
            if probability >= Self.doubtful.upperBound { return 1 }
            if probability < Self.doubtful.lowerBound { return 0 }
        }
        guard let similarity = match.similarity, let noise, noise < 1 else { return match.coverage }
        return 0.5 * match.coverage + (similarity - noise) / (1 - noise)
    }

    /// Questions of many fields, few of which any collection of documents is about.
    static let strangeQuestions = [
        "What is the capital of Australia?", "How do I bake a chocolate cake?", "Who won the football world cup?",
        "What is the best treatment for a headache?", "How do I change the oil of my car?", "Who wrote War and Peace?",
        "How do I grow tomatoes on a balcony?", "What is the speed of light?", "When was the Ottoman Empire founded?",
        "Which vaccines do I need for Thailand?", "How do I play the guitar?", "How much protein does an egg have?",
        "What does it cost to rent a flat in Paris?", "How do I teach my dog to sit?", "Which planet is the largest?",
    ]
}
