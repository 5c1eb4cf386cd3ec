import MartletWeights

/// The encoder of T5: GTR, Instructor, sentence-t5.
enum T5Plan {
    private static let blockNames = [
        "layer.0.SelfAttention.q": "attn_q", "layer.0.SelfAttention.k": "attn_k", "layer.0.SelfAttention.v": "attn_v",
        "layer.0.SelfAttention.o": "attn_o", "layer.0.layer_norm": "attn_norm", "layer.1.layer_norm": "ffn_norm",
        "layer.1.DenseReluDense.wo": "ffn_down",
    ]
    private static let activations = ["relu": false, "gated-gelu": true]

    static func make(_ configuration: FolderConfiguration, _ checkpoint: Checkpoint) throws(ConversionError)
        -> ModelPlan
    {
        var plan = ModelPlan(architecture: "t5encoder", checkpoint: checkpoint)
        let layerCount = try configuration.required("num_layers", in: 1...1024)
        let headWidth = try configuration.required("d_kv", in: 1...4096)
        let activation = configuration.word("feed_forward_proj") ?? "relu"
        guard let isGated = activations[activation] else {
            throw .damaged(configuration.file, "the activation \(shown(activation)) is none that Martlet runs in T5")
        }
        // T5 has no end of positions; its texts were this long.
        plan.set("context_length", try configuration.integer("n_positions", in: 1...(1 << 20)) ?? 512)
        plan.set("embedding_length", try configuration.required("d_model"))
        plan.set("block_count", layerCount)
        plan.set("feed_forward_length", try configuration.required("d_ff"))
        plan.set("attention.head_count", try configuration.required("num_heads", in: 1...1024))
        plan.set("attention.key_length", headWidth)
        plan.set("attention.value_length", headWidth)
        plan.set("attention.layer_norm_rms_epsilon", try configuration.float("layer_norm_epsilon") ?? 1e-6)
        plan.set(
            "attention.relative_buckets_count",
            try configuration.integer("relative_attention_num_buckets", in: 4...4096) ?? 32
        )
        let distance = try configuration.integer("relative_attention_max_distance", in: 1...(1 << 20)) ?? 128
        guard distance == 128 else {
            throw .damaged(configuration.file, "a greatest distance of \(distance) is none that Martlet runs")
        }
        let embedding = plan.has("shared.weight") ? "shared.weight" : "encoder.embed_tokens.weight"
        try plan.add(embedding, as: "token_embd.weight")
        try plan.add(
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            as: "enc.blk.0.attn_rel_b.weight"
        )
        for index in 0..<layerCount {
            for (part, name) in blockNames.sorted(by: <) {
                try plan.add("encoder.block.\(index).\(part).weight", as: "enc.blk.\(index).\(name).weight")
            }
            let up = "encoder.block.\(index).layer.1.DenseReluDense"
            if isGated { try plan.add("\(up).wi_0.weight", as: "enc.blk.\(index).ffn_gate.weight") }
            try plan.add("\(up).wi\(isGated ? "_1" : "").weight", as: "enc.blk.\(index).ffn_up.weight")
        }
        try plan.add("encoder.final_layer_norm.weight", as: "enc.output_norm.weight")
        plan.leaveOut { $0.hasPrefix("decoder.") || $0 == "encoder.embed_tokens.weight" || $0 == "lm_head.weight" }
        try plan.checkAllUsed()
        return plan
    }
}
