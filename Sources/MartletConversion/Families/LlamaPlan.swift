import MartletWeights

/// Llama and what is built like it: Mistral, Qwen 2 and 3, Gemma 2 and 3, Phi 3.
enum LlamaPlan {
    private static let blockNames = [
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "self_attn.qkv_proj": "attn_qkv", "self_attn.q_norm": "attn_q_norm",
        "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down", "mlp.gate_up_proj": "ffn_up", "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    ]
    /// What every layer has.
    private static let essential: Set<String> = ["self_attn.o_proj", "mlp.down_proj", "input_layernorm"]
    /// Gemma norms each part before and after.
    private static let gemmaNames = [
        "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
        "post_feedforward_layernorm": "post_ffw_norm",
    ]

    static func make(
        _ configuration: FolderConfiguration,
        _ checkpoint: Checkpoint,
        architecture: String
    ) throws(ConversionError) -> ModelPlan {
        // Gemma 3's models that see as well have the language model one level down.
        let isNested = checkpoint.tensors.keys.contains { $0.hasPrefix("language_model.model.") }
        let prefix = isNested ? "language_model.model." : "model."
        var plan = ModelPlan(architecture: architecture, checkpoint: checkpoint, prefix: prefix)
        let isGemma = architecture.hasPrefix("gemma")
        let layerCount = try configuration.required("num_hidden_layers", in: 1...1024)
        let headCount = try configuration.required("num_attention_heads", in: 1...4096)
        let kvHeadCount = try configuration.integer("num_key_value_heads", in: 1...4096) ?? headCount
        try describe(&plan, configuration, architecture: architecture, layerCount: layerCount, headCount: headCount)

        let norm: TensorChange = isGemma ? .plusOne : .none
        try plan.add("embed_tokens.weight", as: "token_embd.weight")
        let names = blockNames.merging(isGemma ? gemmaNames : [:], uniquingKeysWith: { $1 }).sorted(by: <)
        // The first layer says which parts a family's layers have; all others have the same.
        let parts = names.flatMap { part, name in ["weight", "bias"].map { (part: part, name: name, kind: $0) } }
            .filter {
                plan.has("layers.0.\($0.part).\($0.kind)") || (essential.contains($0.part) && $0.kind == "weight")
            }
        for index in 0..<layerCount {
            for part in parts {
                let change: TensorChange =
                    switch part.name {
                    case "attn_q" where architecture == "llama": .paired(headCount: headCount)
                    case "attn_k" where architecture == "llama": .paired(headCount: kvHeadCount)
                    case let name where name.hasSuffix("norm"): norm
                    default: .none
                    }
                try plan.add(
                    "layers.\(index).\(part.part).\(part.kind)",
                    as: "blk.\(index).\(part.name).\(part.kind)",
                    change
                )
            }
        }
        try plan.add("norm.weight", as: "output_norm.weight", norm)
        let isTied = configuration.flag("tie_word_embeddings") ?? isGemma
        if !isTied {
            try plan.addIfThere(isNested ? "language_model.lm_head.weight" : "lm_head.weight", as: "output.weight")
        }
        plan.leaveOut { name in
            name.hasSuffix("rotary_emb.inv_freq") || (isTied && name.hasSuffix("lm_head.weight"))
                || (isNested && !name.hasPrefix("language_model."))
        }
        try plan.checkAllUsed()
        return plan
    }

    private static func describe(
        _ plan: inout ModelPlan,
        _ configuration: FolderConfiguration,
        architecture: String,
        layerCount: Int,
        headCount: Int
    ) throws(ConversionError) {
        let width = try configuration.required("hidden_size")
        let headWidth = try configuration.integer("head_dim", in: 1...4096) ?? width / headCount
        let context = try configuration.integer("max_position_embeddings", in: 1...(1 << 26)) ?? 8192
        plan.set("context_length", context)
        plan.set("embedding_length", width)
        plan.set("block_count", layerCount)
        plan.set("feed_forward_length", try configuration.required("intermediate_size"))
        plan.set("attention.head_count", headCount)
        plan.set(
            "attention.head_count_kv",
            try configuration.integer("num_key_value_heads", in: 1...4096) ?? headCount
        )
        plan.set("attention.layer_norm_rms_epsilon", try configuration.float("rms_norm_eps") ?? 1e-6)
        plan.set("attention.key_length", headWidth)
        plan.set("attention.value_length", headWidth)
        let usesWindow = configuration.flag("use_sliding_window") ?? true
        if usesWindow, let window = try configuration.integer("sliding_window", in: 1...Int(Int32.max)) {
            plan.set("attention.sliding_window", window)
        }
        if let cap = try configuration.float("attn_logit_softcapping"), architecture == "gemma2" {
            plan.set("attn_logit_softcapping", cap)
        }
        if let cap = try configuration.float("final_logit_softcapping"), architecture == "gemma2" {
            plan.set("final_logit_softcapping", cap)
        }
        if let scalar = try configuration.float("query_pre_attn_scalar"), architecture.hasPrefix("gemma"), scalar > 0 {
            plan.set("attention.scale", 1 / scalar.squareRoot())
        }
        try RotaryPlan.describe(
            &plan,
            configuration,
            architecture: architecture,
            headWidth: headWidth,
            context: context
        )
    }
}
