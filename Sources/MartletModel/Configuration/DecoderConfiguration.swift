/// A decoder's shape and constants, read from a file's metadata and checked.
///
/// Shape letters: D model width, H heads, K kv heads, d head width, F feed-forward width, V vocabulary, L layers.
public struct DecoderConfiguration: Sendable, Hashable {
    /// The family.
    public var architecture: DecoderArchitecture
    /// Layers, L (GGUF `block_count`).
    public var layerCount: Int
    /// Model width, D (GGUF `embedding_length`).
    public var width: Int
    /// Query heads, H (GGUF `attention.head_count`).
    public var headCount: Int
    /// Key/value heads, K (GGUF `attention.head_count_kv`); H is a multiple of it.
    public var kvHeadCount: Int
    /// Head width, d (GGUF `attention.key_length`).
    public var headWidth: Int
    /// Feed-forward width, F (GGUF `feed_forward_length`).
    public var feedForwardWidth: Int
    /// Tokens, V (rows of `token_embd.weight`).
    public var vocabularyCount: Int
    /// The longest context that the file promises (GGUF `context_length`).
    public var trainedContextLength: Int
    /// Added to the variance in norms.
    public var normEpsilon: Float
    /// Multiplies query-key products.
    public var attentionScale: Float
    /// Multiplies token embeddings; 1 in most families.
    public var embeddingScale: Float
    /// Scores become `cap * tanh(score / cap)`; nil is off.
    public var attentionSoftCap: Float?
    /// The same for logits.
    public var logitSoftCap: Float?
    /// Positions that a windowed layer sees, the token's own included; nil is all.
    public var slidingWindow: Int?
    /// Which layers are windowed, `[L]`; all false when `slidingWindow` is nil.
    public var isWindowed: [Bool]
    /// Rotary positions of full layers; nil with learned positions.
    public var rotary: RotaryEmbedding?
    /// Rotary positions of windowed layers, where they differ.
    public var windowedRotary: RotaryEmbedding?
    /// The context that the model was first trained on, where longer ones change its factors.
    public var originalContextLength: Int?
    /// Whether the head is the embedding matrix.
    public var hasTiedHead: Bool

    /// Query heads that share a kv head, H / K.
    public var groupSize: Int { headCount / kvHeadCount }
}
