import MartletWeights

/// GPT-2, DialoGPT and ruDialoGPT.
enum GPT2Plan {
    private static let blockNames = [
        "ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output",
        "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
    ]

    static func make(_ configuration: FolderConfiguration, _ checkpoint: Checkpoint) throws(ConversionError)
        -> ModelPlan
    {
        var plan = ModelPlan(architecture: "gpt2", checkpoint: checkpoint, prefix: "transformer.")
        let layerCount = try configuration.required("n_layer", in: 1...1024)
        let width = try configuration.required("n_embd")
        plan.set("context_length", try configuration.integer("n_positions", in: 1...(1 << 20)) ?? 1024)
        plan.set("embedding_length", width)
        plan.set("block_count", layerCount)
        plan.set("feed_forward_length", try configuration.integer("n_inner", in: 1...(1 << 24)) ?? 4 * width)
        plan.set("attention.head_count", try configuration.required("n_head", in: 1...4096))
        plan.set("attention.layer_norm_epsilon", try configuration.float("layer_norm_epsilon") ?? 1e-5)
        let activation = configuration.word("activation_function") ?? "gelu_new"
        guard ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"].contains(activation) else {
            throw .damaged(configuration.file, "the activation \(shown(activation)) is none that GPT-2 has")
        }
        try plan.add("wte.weight", as: "token_embd.weight")
        try plan.add("wpe.weight", as: "position_embd.weight")
        for index in 0..<layerCount {
            for (part, name) in blockNames.sorted(by: <) {
                // Linear layers are kept as `[inputs, outputs]`.
                let change: TensorChange = part.contains("c_") ? .transposed : .none
                try plan.add("h.\(index).\(part).weight", as: "blk.\(index).\(name).weight", change)
                try plan.add("h.\(index).\(part).bias", as: "blk.\(index).\(name).bias")
            }
        }
        try plan.add("ln_f.weight", as: "output_norm.weight")
        try plan.add("ln_f.bias", as: "output_norm.bias")
        plan.leaveOut { name in
            name.hasSuffix("attn.bias") || name.hasSuffix("attn.masked_bias") || name.hasSuffix("lm_head.weight")
        }
        try plan.checkAllUsed()
        return plan
    }
}
