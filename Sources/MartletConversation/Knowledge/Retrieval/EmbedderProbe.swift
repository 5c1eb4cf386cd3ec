import MartletCore

/// The first values of the vector of a text that never changes, by which an embedding model is known whatever it is called.
struct EmbedderProbe: Sendable, Hashable {
    /// The text.
    static let text = "A martlet never lands."
    /// Values that are kept: enough to tell any two models apart.
    private static let count = 32
    /// The least cosine of two that are one model's: 8-bit weights beside whole ones have more than 0.99.
    private static let likeness = 0.95

    let values: [Float]

    /// Asks a model for its values.
    /// - Throws: What the model throws.
    static func of(_ embedder: any Embedder) async throws -> EmbedderProbe {
        let answer = try await embedder.embed(EmbeddingRequest([EmbeddingInput(text)], cutsLongTexts: true))
        return EmbedderProbe(values: Array((answer.vectors.first ?? []).prefix(count)))
    }

    /// Whether the values are those of a model that was asked before.
    func isLike(_ other: [Float]) -> Bool {
        values == other || values.count == other.count && Similarity.cosine(values, other) >= Self.likeness
    }
}
