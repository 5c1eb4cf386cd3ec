internal import MartletWeights

extension [GGUFTensor] {
    /// The token embeddings, `[V, D]`, whose rows say how many tokens there are.
    func tokenEmbedding(width: Int) throws(ModelError) -> GGUFTensor {
        guard let embedding = first(where: { $0.name == "token_embd.weight" }) else {
            throw ModelError(
                .missingTensor,
                "the file has no token embeddings",
                remedy: "Choose a model file rather than a vocabulary, an adapter or one part of a split file.",
                tensor: "token_embd.weight"
            )
        }
        guard embedding.shape.count == 2, embedding.columns == width, embedding.rows <= 1 << 24 else {
            throw ModelError(
                .wrongShape,
                "expected [\(width), vocabulary], found \(embedding.shape)",
                remedy: "The file is damaged or badly converted: fetch or convert it again.",
                tensor: embedding.name
            )
        }
        return embedding
    }
}
