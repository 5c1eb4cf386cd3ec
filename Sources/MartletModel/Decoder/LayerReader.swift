internal import MartletWeights

/// Collects one layer's weights by their names in GGUF files.
struct LayerReader {
    var resolver: TensorResolver
    let configuration: DecoderConfiguration
    let index: Int

    /// Reads the layer.
    ///
    /// - Parameter joined: Takes vectors made by joining several; the caller frees them.
    mutating func read(joining joined: inout [UnsafeMutablePointer<Float>]) throws(ModelError) -> LayerWeights {
        let family = configuration.architecture
        let width = configuration.width
        let queryRows = configuration.headCount * configuration.headWidth
        let kvRows = configuration.kvHeadCount * configuration.headWidth
        let (query, key, value, bias) = try qkv(queryRows: queryRows, kvRows: kvRows, joining: &joined)
        let (gate, up) = try gateAndUp()
        let normBias = family.usesLayerNorm
        return LayerWeights(
            attentionNorm: try vector("attn_norm.weight", width),
            attentionNormBias: normBias ? try vector("attn_norm.bias", width) : nil,
            query: query,
            key: key,
            value: value,
            qkvBias: bias,
            queryNorm: family.hasQKNorm ? try vector("attn_q_norm.weight", configuration.headWidth) : nil,
            keyNorm: family.hasQKNorm ? try vector("attn_k_norm.weight", configuration.headWidth) : nil,
            output: try matrix("attn_output.weight", queryRows, width),
            outputBias: try optional("attn_output.bias", width),
            postAttentionNorm: family.hasPostNorm ? try vector("post_attention_norm.weight", width) : nil,
            feedForwardNorm: try vector("ffn_norm.weight", width),
            feedForwardNormBias: normBias ? try vector("ffn_norm.bias", width) : nil,
            gate: gate,
            gateBias: gate == nil ? nil : try optional("ffn_gate.bias", configuration.feedForwardWidth),
            up: up,
            upBias: try optional("ffn_up.bias", configuration.feedForwardWidth),
            down: try matrix("ffn_down.weight", configuration.feedForwardWidth, width),
            downBias: try optional("ffn_down.bias", width),
            postFeedForwardNorm: family.hasPostNorm ? try vector("post_ffw_norm.weight", width) : nil,
            isWindowed: configuration.isWindowed[index]
        )
    }

    private mutating func qkv(
        queryRows: Int,
        kvRows: Int,
        joining joined: inout [UnsafeMutablePointer<Float>]
    ) throws(ModelError) -> (query: Matrix, key: Matrix, value: Matrix, bias: UnsafePointer<Float>?) {
        let width = configuration.width
        let total = queryRows + 2 * kvRows
        // Some converters fuse the three in other families too.
        if configuration.architecture.hasFusedQKV || resolver.file.tensor(named: name("attn_qkv.weight")) != nil {
            let fused = try matrix("attn_qkv.weight", width, total)
            return (
                fused.rows(0..<queryRows),
                fused.rows(queryRows..<queryRows + kvRows),
                fused.rows(queryRows + kvRows..<total),
                try optional("attn_qkv.bias", total)
            )
        }
        let names = [("attn_q.bias", queryRows), ("attn_k.bias", kvRows), ("attn_v.bias", kvRows)]
        var bias: UnsafePointer<Float>?
        if let values = try resolver.optionalVectors(names.map { (name($0.0), $0.1) }) {
            let copy = UnsafeMutablePointer<Float>.allocate(capacity: total)
            copy.initialize(from: values, count: total)
            joined.append(copy)
            bias = UnsafePointer(copy)
        }
        return (
            try matrix("attn_q.weight", width, queryRows),
            try matrix("attn_k.weight", width, kvRows),
            try matrix("attn_v.weight", width, kvRows),
            bias
        )
    }

    private mutating func gateAndUp() throws(ModelError) -> (gate: Matrix?, up: Matrix) {
        let (width, inner) = (configuration.width, configuration.feedForwardWidth)
        switch configuration.architecture.feedForward {
        case .fusedGatedSiLU:
            let fused = try matrix("ffn_up.weight", width, 2 * inner)
            return (fused.rows(0..<inner), fused.rows(inner..<2 * inner))
        case .gatedSiLU, .gatedGELU:
            return (try matrix("ffn_gate.weight", width, inner), try matrix("ffn_up.weight", width, inner))
        case .plainGELU:
            return (nil, try matrix("ffn_up.weight", width, inner))
        }
    }

    private func name(_ part: String) -> String { "blk.\(index).\(part)" }

    private mutating func matrix(_ part: String, _ columns: Int, _ rows: Int) throws(ModelError) -> Matrix {
        try resolver.matrix(name(part), columns: columns, rows: rows)
    }

    private mutating func vector(_ part: String, _ count: Int) throws(ModelError) -> UnsafePointer<Float> {
        try resolver.vector(name(part), count: count)
    }

    private mutating func optional(_ part: String, _ count: Int) throws(ModelError) -> UnsafePointer<Float>? {
        try resolver.optionalVector(name(part), count: count)
    }
}
