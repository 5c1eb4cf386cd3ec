import MartletWeights

/// BERT, RoBERTa and XLM-R, with their classifier where it gives one score.
enum BERTPlan {
    private static let blockNames = [
        "attention.self.query": "attn_q", "attention.self.key": "attn_k", "attention.self.value": "attn_v",
        "attention.output.dense": "attn_output", "attention.output.LayerNorm": "attn_output_norm",
        "intermediate.dense": "ffn_up", "output.dense": "ffn_down", "output.LayerNorm": "layer_output_norm",
    ]

    static func make(_ configuration: FolderConfiguration, _ checkpoint: Checkpoint) throws(ConversionError)
        -> ModelPlan
    {
        let isRoberta = configuration.word("model_type") != "bert"
        var plan = ModelPlan(architecture: "bert", checkpoint: checkpoint, prefix: isRoberta ? "roberta." : "bert.")
        let layerCount = try configuration.required("num_hidden_layers", in: 1...1024)
        // RoBERTa's positions begin behind the padding's.
        let firstPosition = isRoberta ? (try configuration.integer("pad_token_id", in: 0...1024) ?? 1) + 1 : 0
        let positionCount = try configuration.required("max_position_embeddings") - firstPosition
        guard positionCount > 0 else { throw .damaged(configuration.file, "there are no positions") }
        let activation = configuration.word("hidden_act") ?? "gelu"
        guard activation == "gelu" else {
            throw .damaged(configuration.file, "the activation \(shown(activation)) is none that Martlet runs in BERT")
        }
        let kind = configuration.word("position_embedding_type") ?? "absolute"
        guard kind == "absolute" else {
            throw .damaged(configuration.file, "\(shown(kind)) positions are none that Martlet runs in BERT")
        }
        plan.set("context_length", positionCount)
        plan.set("embedding_length", try configuration.required("hidden_size"))
        plan.set("block_count", layerCount)
        plan.set("feed_forward_length", try configuration.required("intermediate_size"))
        plan.set("attention.head_count", try configuration.required("num_attention_heads", in: 1...1024))
        plan.set("attention.layer_norm_epsilon", try configuration.float("layer_norm_eps") ?? 1e-12)
        plan.set("attention.causal", false)
        try plan.add("embeddings.word_embeddings.weight", as: "token_embd.weight")
        try plan.add(
            "embeddings.position_embeddings.weight",
            as: "position_embd.weight",
            firstPosition > 0 ? .droppingRows(firstPosition) : .none
        )
        try plan.addIfThere("embeddings.token_type_embeddings.weight", as: "token_types.weight")
        try norm(&plan, "embeddings.LayerNorm", as: "token_embd_norm")
        for index in 0..<layerCount {
            for (part, name) in blockNames.sorted(by: <) {
                let source = "encoder.layer.\(index).\(part)"
                if name.hasSuffix("norm") {
                    try norm(&plan, source, as: "blk.\(index).\(name)")
                } else {
                    try plan.add("\(source).weight", as: "blk.\(index).\(name).weight")
                    try plan.add("\(source).bias", as: "blk.\(index).\(name).bias")
                }
            }
        }
        try classifier(&plan, configuration)
        plan.leaveOut { name in
            name.hasSuffix("position_ids") || name.hasSuffix("token_type_ids") || name.contains("pooler.")
                || name.hasPrefix("cls.") || name.hasPrefix("lm_head.")
        }
        try plan.checkAllUsed()
        return plan
    }

    /// A norm under its name of today or the one of old checkpoints.
    private static func norm(_ plan: inout ModelPlan, _ source: String, as name: String) throws(ConversionError) {
        let isOld = plan.has("\(source).gamma")
        try plan.add("\(source).\(isOld ? "gamma" : "weight")", as: "\(name).weight")
        try plan.add("\(source).\(isOld ? "beta" : "bias")", as: "\(name).bias")
    }

    /// A cross-encoder's last steps, in the names that rerankers have in GGUF files.
    private static func classifier(
        _ plan: inout ModelPlan,
        _ configuration: FolderConfiguration
    ) throws(ConversionError) {
        let isTwoSteps = plan.has("classifier.dense.weight")
        let output = isTwoSteps ? "classifier.out_proj" : "classifier"
        guard plan.has("\(output).weight") else { return }
        let labels = try plan.shape("\(output).weight").first ?? 0
        guard labels == 1 else {
            throw ConversionError(
                "its classifier has \(labels) labels",
                remedy: "Choose a reranking model, which has one",
                tensor: "\(output).weight"
            )
        }
        let dense = isTwoSteps ? "classifier.dense" : "pooler.dense"
        if plan.has("\(dense).weight") {
            try plan.add("\(dense).weight", as: "cls.weight")
            try plan.add("\(dense).bias", as: "cls.bias")
            try plan.add("\(output).weight", as: "cls.output.weight")
            try plan.addIfThere("\(output).bias", as: "cls.output.bias")
        } else {
            try plan.add("\(output).weight", as: "cls.weight")
            try plan.addIfThere("\(output).bias", as: "cls.bias")
        }
        plan.set("pooling_type", 4)
    }
}
