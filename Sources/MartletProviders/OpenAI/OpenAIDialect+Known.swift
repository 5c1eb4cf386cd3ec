extension OpenAIDialect {
    /// Every dialect that has a name in configurations.
    public static let known: [OpenAIDialect] = [
        openAI, together, groq, mistral, vllm, sglang, llamaServer, ollama, lmStudio, martlet, generic,
    ]

    /// The dialect of a name, such as `openai` or `llama-server`.
    public static func named(_ name: String) -> OpenAIDialect? { (known + encoders).first { $0.name == name } }

    /// Those that make vectors or rank texts and do not chat.
    public static let encoders: [OpenAIDialect] = [cohere, jina, textEmbeddingsInference]

    /// Cohere, whose ranks everybody's are modelled on.
    public static let cohere = OpenAIDialect("cohere", key: "COHERE_API_KEY", at: "https://api.cohere.com/v1") {
        $0.needsKey = true
        $0.chats = false
    }

    /// Jina.
    public static let jina = OpenAIDialect("jina", key: "JINA_API_KEY", at: "https://api.jina.ai/v1") {
        $0.needsKey = true
        $0.listsModels = false
        $0.chats = false
    }

    /// Hugging Face's Text Embeddings Inference.
    public static let textEmbeddingsInference = OpenAIDialect("tei", key: "TEI_API_KEY", at: "http://127.0.0.1:8080") {
        $0.maximumEncodedTextCount = 32
        $0.takesTruncation = true
        $0.rankShape = .inference
        $0.chats = false
    }

    /// OpenAI itself.
    public static let openAI = OpenAIDialect("openai", key: "OPENAI_API_KEY", at: "https://api.openai.com/v1") {
        $0.needsKey = true
        $0.tokenLimitField = "max_completion_tokens"
        // Its reasoning models refuse to be told their own defaults' names with other values, and take no offence at silence.
        $0.saysNeutralSampling = false
    }

    /// Together.
    public static let together = OpenAIDialect("together", key: "TOGETHER_API_KEY", at: "https://api.together.xyz/v1") {
        $0.needsKey = true
        $0.samplingFields = [.topK: "top_k", .minP: "min_p", .repetitionPenalty: "repetition_penalty"]
    }

    /// Groq.
    public static let groq = OpenAIDialect("groq", key: "GROQ_API_KEY", at: "https://api.groq.com/openai/v1") {
        $0.needsKey = true
        $0.tokenLimitField = "max_completion_tokens"
        $0.takesLogitBias = false
        $0.takesLogProbabilities = false
        $0.takesText = false
    }

    /// Mistral, which refuses fields that it doesn't know and counts tokens unasked.
    public static let mistral = OpenAIDialect("mistral", key: "MISTRAL_API_KEY", at: "https://api.mistral.ai/v1") {
        $0.needsKey = true
        $0.asksForUsage = false
        $0.seedField = "random_seed"
        $0.requiredToolChoice = "any"
        $0.takesLogitBias = false
        $0.takesLogProbabilities = false
        $0.takesText = false
    }

    /// vLLM.
    public static let vllm = OpenAIDialect("vllm", key: "VLLM_API_KEY", at: "http://127.0.0.1:8000/v1") {
        $0.samplingFields = [.topK: "top_k", .minP: "min_p", .repetitionPenalty: "repetition_penalty"]
        $0.templateVariablesField = "chat_template_kwargs"
        $0.maximumStopCount = 64
        $0.takesTokens = true
    }

    /// SGLang.
    public static let sglang = OpenAIDialect("sglang", key: "SGLANG_API_KEY", at: "http://127.0.0.1:30000/v1") {
        $0.samplingFields = [.topK: "top_k", .minP: "min_p", .repetitionPenalty: "repetition_penalty"]
        $0.templateVariablesField = "chat_template_kwargs"
        $0.maximumStopCount = 64
        $0.takesTokens = true
    }

    /// llama.cpp's server.
    public static let llamaServer = OpenAIDialect(
        "llama-server",
        key: "LLAMA_API_KEY",
        at: "http://127.0.0.1:8080/v1"
    ) {
        $0.samplingFields = [
            .topK: "top_k", .minP: "min_p", .typicalP: "typical_p", .repetitionPenalty: "repeat_penalty",
            .penaltyWindow: "repeat_last_n", .xtcProbability: "xtc_probability", .xtcThreshold: "xtc_threshold",
            .dryMultiplier: "dry_multiplier", .dryBase: "dry_base", .dryAllowedLength: "dry_allowed_length",
        ]
        $0.grammarField = "grammar"
        $0.templateVariablesField = "chat_template_kwargs"
        $0.maximumStopCount = 64
        $0.takesTokens = true
        $0.rankShape = .rawScores
    }

    /// Ollama.
    public static let ollama = OpenAIDialect("ollama", key: "OLLAMA_API_KEY", at: "http://127.0.0.1:11434/v1") {
        $0.takesLogitBias = false
        $0.takesLogProbabilities = false
        $0.maximumStopCount = 64
    }

    /// LM Studio.
    public static let lmStudio = OpenAIDialect("lm-studio", key: "LM_STUDIO_API_KEY", at: "http://127.0.0.1:1234/v1") {
        $0.samplingFields = [.topK: "top_k", .repetitionPenalty: "repeat_penalty"]
        $0.maximumStopCount = 64
    }

    /// Another Martlet.
    public static let martlet = OpenAIDialect("martlet", key: "MARTLET_API_KEY", at: "http://127.0.0.1:8080/v1") {
        $0.samplingFields = [
            .topK: "top_k", .minP: "min_p", .typicalP: "typical_p", .repetitionPenalty: "repetition_penalty",
        ]
        $0.templateVariablesField = "chat_template_kwargs"
        $0.takesTokens = true
        $0.maximumEncodedTextCount = 1024
        $0.takesInstructions = true
        $0.takesTruncation = true
        $0.rankShape = .rawScoresWhenAsked
    }

    /// Any other server: only what all of them take.
    public static let generic = OpenAIDialect("openai-compatible", key: "OPENAI_API_KEY", at: nil) { _ in }

    private init(
        _ name: String,
        key: String,
        at address: String?,
        _ change: (inout OpenAIDialect) -> Void
    ) {
        self.init(name: name, keyVariable: key)
        standardBaseURL = address
        change(&self)
    }
}
