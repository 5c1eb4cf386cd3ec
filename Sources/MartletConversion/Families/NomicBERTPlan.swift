import MartletWeights

/// nomic-embed-text: BERT with rotary positions and a gated feed-forward part.
enum NomicBERTPlan {
    private static let blockNames = [
        "attn.Wqkv": "attn_qkv", "attn.out_proj": "attn_output", "mlp.fc11": "ffn_up", "mlp.fc12": "ffn_gate",
        "mlp.fc2": "ffn_down", "norm1": "attn_output_norm", "norm2": "layer_output_norm",
    ]

    static func make(_ configuration: FolderConfiguration, _ checkpoint: Checkpoint) throws(ConversionError)
        -> ModelPlan
    {
        var plan = ModelPlan(architecture: "nomic-bert", checkpoint: checkpoint, prefix: "bert.")
        let layerCount = try configuration.required("n_layer", in: 1...1024)
        let isExpected =
            configuration.word("activation_function") == "swiglu" && configuration.flag("prenorm") != true
            && configuration.flag("rotary_emb_interleaved") != true && configuration.flag("causal") != true
        guard isExpected, try configuration.integer("num_experts", in: 0...4096) ?? 0 == 0 else {
            throw ConversionError(
                "it is a NomicBERT of another build than nomic-embed-text's",
                remedy: "Choose nomic-embed-text v1 or v1.5",
                file: configuration.file
            )
        }
        plan.set("context_length", try configuration.integer("n_positions", in: 1...(1 << 20)) ?? 2048)
        plan.set("embedding_length", try configuration.required("n_embd"))
        plan.set("block_count", layerCount)
        plan.set("feed_forward_length", try plan.shape("encoder.layers.0.mlp.fc11.weight").first ?? 0)
        plan.set("attention.head_count", try configuration.required("n_head", in: 1...1024))
        plan.set("attention.layer_norm_epsilon", try configuration.float("layer_norm_epsilon") ?? 1e-12)
        plan.set("attention.causal", false)
        plan.set("rope.freq_base", try configuration.float("rotary_emb_base") ?? 10_000)
        if let factor = try configuration.float("rotary_scaling_factor"), factor > 0, factor != 1 {
            plan.set("rope.scaling.type", "linear")
            plan.set("rope.scaling.factor", factor)
        }
        try plan.add("embeddings.word_embeddings.weight", as: "token_embd.weight")
        try plan.addIfThere("embeddings.token_type_embeddings.weight", as: "token_types.weight")
        try plan.add("emb_ln.weight", as: "token_embd_norm.weight")
        try plan.add("emb_ln.bias", as: "token_embd_norm.bias")
        for index in 0..<layerCount {
            for (part, name) in blockNames.sorted(by: <) {
                try plan.add("encoder.layers.\(index).\(part).weight", as: "blk.\(index).\(name).weight")
                try plan.addIfThere("encoder.layers.\(index).\(part).bias", as: "blk.\(index).\(name).bias")
            }
        }
        plan.leaveOut { $0.contains("pooler.") || $0.hasPrefix("cls.") }
        try plan.checkAllUsed()
        return plan
    }
}
