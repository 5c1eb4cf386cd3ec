/// One layer's weights; plain data that points into the mapped file and into the decoder's vectors.
struct LayerWeights {
    /// Norm before attention, `[D]`, and its bias.
    var attentionNorm: UnsafePointer<Float>
    var attentionNormBias: UnsafePointer<Float>?
    /// Projections to queries `[H d, D]`, keys and values `[K d, D]`.
    var query: Matrix
    var key: Matrix
    var value: Matrix
    /// Biases of queries, keys and values side by side, `[(H + 2 K) d]`.
    var qkvBias: UnsafePointer<Float>?
    /// Norms of each query and key head, `[d]`.
    var queryNorm: UnsafePointer<Float>?
    var keyNorm: UnsafePointer<Float>?
    /// Projection of the heads' outputs, `[D, H d]`.
    var output: Matrix
    var outputBias: UnsafePointer<Float>?
    /// Norm of attention's result before it is added, `[D]`.
    var postAttentionNorm: UnsafePointer<Float>?

    /// Norm before the feed-forward part, `[D]`, and its bias.
    var feedForwardNorm: UnsafePointer<Float>
    var feedForwardNormBias: UnsafePointer<Float>?
    /// Gate `[F, D]`; nil without one.
    var gate: Matrix?
    var gateBias: UnsafePointer<Float>?
    /// Up `[F, D]` and down `[D, F]`.
    var up: Matrix
    var upBias: UnsafePointer<Float>?
    var down: Matrix
    var downBias: UnsafePointer<Float>?
    /// Norm of the feed-forward part's result before it is added, `[D]`.
    var postFeedForwardNorm: UnsafePointer<Float>?

    /// Whether the layer sees a window only.
    var isWindowed: Bool
}
