internal import MartletWeights

/// One layer's weights; plain data that points into the mapped file and into the encoder's vectors.
struct EncoderLayer {
    /// Projections to queries, keys and values, `[H d, D]` each.
    var query: Matrix
    var key: Matrix
    var value: Matrix
    /// Biases of the three, `[H d]` each.
    var queryBias: UnsafePointer<Float>?
    var keyBias: UnsafePointer<Float>?
    var valueBias: UnsafePointer<Float>?
    /// Projection of the heads' outputs, `[D, H d]`.
    var output: Matrix
    var outputBias: UnsafePointer<Float>?
    /// Norm around attention, `[D]`: before it or after the sum, as the family has it.
    var attentionNorm: UnsafePointer<Float>
    var attentionNormBias: UnsafePointer<Float>?
    /// Gate `[F, D]`; nil without one.
    var gate: Matrix?
    var up: Matrix
    var upBias: UnsafePointer<Float>?
    var down: Matrix
    var downBias: UnsafePointer<Float>?
    /// Norm around the feed-forward part, `[D]`.
    var feedForwardNorm: UnsafePointer<Float>
    var feedForwardNormBias: UnsafePointer<Float>?

    /// Reads layer `index` by the names that GGUF files use.
    init(
        _ resolver: inout TensorResolver,
        configuration: EncoderConfiguration,
        index: Int
    ) throws(ModelError) {
        let family = configuration.architecture
        let width = configuration.width
        let heads = configuration.headCount * configuration.headWidth
        let inner = configuration.feedForwardWidth
        let prefix = "\(family.layerPrefix)\(index)."
        if resolver.file.tensor(named: prefix + "attn_qkv.weight") != nil {
            let fused = try resolver.matrix(prefix + "attn_qkv.weight", columns: width, rows: 3 * heads)
            query = fused.rows(0..<heads)
            key = fused.rows(heads..<2 * heads)
            value = fused.rows(2 * heads..<3 * heads)
            let bias = try resolver.optionalVector(prefix + "attn_qkv.bias", count: 3 * heads)
            queryBias = bias
            keyBias = bias.map { $0 + heads }
            valueBias = bias.map { $0 + 2 * heads }
        } else {
            query = try resolver.matrix(prefix + "attn_q.weight", columns: width, rows: heads)
            key = try resolver.matrix(prefix + "attn_k.weight", columns: width, rows: heads)
            value = try resolver.matrix(prefix + "attn_v.weight", columns: width, rows: heads)
            queryBias = try resolver.optionalVector(prefix + "attn_q.bias", count: heads)
            keyBias = try resolver.optionalVector(prefix + "attn_k.bias", count: heads)
            valueBias = try resolver.optionalVector(prefix + "attn_v.bias", count: heads)
        }
        let outputName = family.hasRelativeBias ? "attn_o" : "attn_output"
        output = try resolver.matrix("\(prefix)\(outputName).weight", columns: heads, rows: width)
        outputBias = try resolver.optionalVector("\(prefix)\(outputName).bias", count: width)
        let attentionNormName = family.normsFirst ? "attn_norm" : "attn_output_norm"
        attentionNorm = try resolver.vector("\(prefix)\(attentionNormName).weight", count: width)
        attentionNormBias =
            family.usesLayerNorm ? try resolver.vector("\(prefix)\(attentionNormName).bias", count: width) : nil
        gate =
            configuration.feedForward.isGated
            ? try resolver.matrix(prefix + "ffn_gate.weight", columns: width, rows: inner) : nil
        up = try resolver.matrix(prefix + "ffn_up.weight", columns: width, rows: inner)
        upBias = try resolver.optionalVector(prefix + "ffn_up.bias", count: inner)
        down = try resolver.matrix(prefix + "ffn_down.weight", columns: inner, rows: width)
        downBias = try resolver.optionalVector(prefix + "ffn_down.bias", count: width)
        let lastNormName = family.normsFirst ? "ffn_norm" : "layer_output_norm"
        feedForwardNorm = try resolver.vector("\(prefix)\(lastNormName).weight", count: width)
        feedForwardNormBias =
            family.usesLayerNorm ? try resolver.vector("\(prefix)\(lastNormName).bias", count: width) : nil
    }

    /// Every matrix that takes part in a product.
    var matrices: [Matrix] { [query, key, value, output, up, down] + (gate.map { [$0] } ?? []) }

    /// Changes every matrix, in the order of ``matrices``.
    mutating func updateMatrices(_ update: (inout Matrix) -> Void) {
        update(&query)
        update(&key)
        update(&value)
        update(&output)
        update(&up)
        update(&down)
        if var changed = gate {
            update(&changed)
            gate = changed
        }
    }
}
