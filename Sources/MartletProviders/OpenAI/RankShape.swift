/// How a server ranks texts.
public enum RankShape: Sendable, Hashable {
    /// As Cohere does: `/rerank`, with scores from 0 to 1.
    case probabilities
    /// The same with scores as the model gives them, as llama.cpp does.
    case rawScores
    /// The same with either, as Martlet does.
    case rawScoresWhenAsked
    /// As Text Embeddings Inference does: `texts` instead of `documents`, and either scores.
    case inference
}
