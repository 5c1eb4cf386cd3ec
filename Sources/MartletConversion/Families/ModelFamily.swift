import MartletWeights

/// How a family of models is kept by Hugging Face, and how GGUF files keep it.
enum ModelFamily: String, CaseIterable {
    case llama, mistral, qwen2, qwen3, gemma2, gemma3, phi3, gpt2, bert, roberta, t5
    case gemma3Text = "gemma3_text"
    case xlmRoberta = "xlm-roberta"
    case nomicBERT = "nomic_bert"

    /// The family that a configuration names.
    init(_ configuration: FolderConfiguration) throws(ConversionError) {
        let word = configuration.word("model_type") ?? ""
        guard let family = ModelFamily(rawValue: word) else {
            throw ConversionError(
                word.isEmpty
                    ? "it doesn't say what family the model is of" : "the family \(shown(word)) is none that is known",
                remedy: "Choose a model of one of these: \(Self.allCases.map(\.rawValue).joined(separator: ", "))",
                file: configuration.file
            )
        }
        self = family
    }

    /// Whether the model reads whole texts rather than continues them.
    var isEncoder: Bool {
        switch self {
        case .bert, .roberta, .xlmRoberta, .nomicBERT, .t5: true
        case .llama, .mistral, .qwen2, .qwen3, .gemma2, .gemma3, .gemma3Text, .phi3, .gpt2: false
        }
    }

    /// The file that a folder's model becomes.
    func plan(_ folder: ModelFolder, _ checkpoint: Checkpoint) throws(ConversionError) -> ModelPlan {
        switch self {
        case .gpt2: try GPT2Plan.make(folder.configuration, checkpoint)
        case .bert, .roberta, .xlmRoberta: try BERTPlan.make(folder.configuration, checkpoint)
        case .nomicBERT: try NomicBERTPlan.make(folder.configuration, checkpoint)
        case .t5: try T5Plan.make(folder.configuration, checkpoint)
        case .llama, .mistral: try LlamaPlan.make(folder.configuration, checkpoint, architecture: "llama")
        case .qwen2, .qwen3, .gemma2, .phi3:
            try LlamaPlan.make(folder.configuration, checkpoint, architecture: rawValue)
        case .gemma3, .gemma3Text:
            try LlamaPlan.make(
                folder.configuration.inner("text_config") ?? folder.configuration,
                checkpoint,
                architecture: "gemma3"
            )
        }
    }
}
