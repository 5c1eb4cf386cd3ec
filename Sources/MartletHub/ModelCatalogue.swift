/// A model that `martlet pull` knows by a short name.
public struct CatalogueEntry: Sendable, Hashable {
    /// The short name.
    public let name: String
    /// The repository on the hub, `owner/name`.
    public let repository: String
    /// The file in the repository.
    public let file: String
    /// The file's size in megabytes of 1,000,000 bytes, rounded; the hub states the exact one.
    public let megabytes: Int
    /// The licence of the weights, as its owner names it.
    public let licence: String
    /// What the model is good for, in a few words.
    public let summary: String

    init(_ name: String, _ repository: String, _ file: String, _ megabytes: Int, _ licence: String, _ summary: String) {
        self.name = name
        self.repository = repository
        self.file = file
        self.megabytes = megabytes
        self.licence = licence
        self.summary = summary
    }
}

/// The short list of good small models that chat, make vectors or rank.
///
/// No checksums are kept here, because the hub's repositories change; each download is checked against the SHA-256 that
/// the hub states for the file at that moment.
public enum ModelCatalogue {
    /// All entries, smallest first.
    public static let entries: [CatalogueEntry] = [
        CatalogueEntry(
            "all-minilm-l6",
            "leliuga/all-MiniLM-L6-v2-GGUF",
            "all-MiniLM-L6-v2.Q8_0.gguf",
            25,
            "Apache-2.0",
            "vectors for search, English; tiny and quick"
        ),
        CatalogueEntry(
            "bge-small",
            "CompendiumLabs/bge-small-en-v1.5-gguf",
            "bge-small-en-v1.5-q8_0.gguf",
            37,
            "MIT",
            "vectors for search, English; small"
        ),
        CatalogueEntry(
            "smollm2-135m",
            "bartowski/SmolLM2-135M-Instruct-GGUF",
            "SmolLM2-135M-Instruct-Q4_K_M.gguf",
            105,
            "Apache-2.0",
            "tiny; for trying things out"
        ),
        CatalogueEntry(
            "nomic-embed",
            "nomic-ai/nomic-embed-text-v1.5-GGUF",
            "nomic-embed-text-v1.5.Q8_0.gguf",
            146,
            "Apache-2.0",
            "vectors for search, English, long texts"
        ),
        CatalogueEntry(
            "smollm2-360m",
            "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF",
            "smollm2-360m-instruct-q8_0.gguf",
            386,
            "Apache-2.0",
            "small talk in English on any machine"
        ),
        CatalogueEntry(
            "qwen2.5-0.5b",
            "Qwen/Qwen2.5-0.5B-Instruct-GGUF",
            "qwen2.5-0.5b-instruct-q4_k_m.gguf",
            491,
            "Apache-2.0",
            "small, many languages"
        ),
        CatalogueEntry(
            "bge-reranker-m3",
            "gpustack/bge-reranker-v2-m3-GGUF",
            "bge-reranker-v2-m3-Q8_0.gguf",
            636,
            "Apache-2.0",
            "ranks what a search found, many languages"
        ),
        CatalogueEntry(
            "qwen3-0.6b",
            "Qwen/Qwen3-0.6B-GGUF",
            "Qwen3-0.6B-Q8_0.gguf",
            639,
            "Apache-2.0",
            "small, many languages, thinks before it answers"
        ),
        CatalogueEntry(
            "qwen3-embedding-0.6b",
            "Qwen/Qwen3-Embedding-0.6B-GGUF",
            "Qwen3-Embedding-0.6B-Q8_0.gguf",
            639,
            "Apache-2.0",
            "vectors for search, many languages, instructions"
        ),
        CatalogueEntry(
            "tinyllama-1.1b",
            "TheBloke/TinyLlama-1.1B-Chat-v1.0-GGUF",
            "tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf",
            669,
            "Apache-2.0",
            "the classic small model, English"
        ),
        CatalogueEntry(
            "gemma3-1b",
            "ggml-org/gemma-3-1b-it-GGUF",
            "gemma-3-1b-it-Q4_K_M.gguf",
            806,
            "Gemma Terms of Use",
            "good text in many languages for its size"
        ),
        CatalogueEntry(
            "llama3.2-1b",
            "bartowski/Llama-3.2-1B-Instruct-GGUF",
            "Llama-3.2-1B-Instruct-Q4_K_M.gguf",
            808,
            "Llama 3.2 Community License",
            "an all-round small model"
        ),
        CatalogueEntry(
            "smollm2-1.7b",
            "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF",
            "smollm2-1.7b-instruct-q4_k_m.gguf",
            1056,
            "Apache-2.0",
            "good English, writing and summaries"
        ),
        CatalogueEntry(
            "qwen2.5-1.5b",
            "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
            "qwen2.5-1.5b-instruct-q4_k_m.gguf",
            1117,
            "Apache-2.0",
            "a good balance of speed and sense, many languages"
        ),
        CatalogueEntry(
            "qwen3-1.7b",
            "Qwen/Qwen3-1.7B-GGUF",
            "Qwen3-1.7B-Q8_0.gguf",
            1834,
            "Apache-2.0",
            "many languages, thinks before it answers"
        ),
        CatalogueEntry(
            "llama3.2-3b",
            "bartowski/Llama-3.2-3B-Instruct-GGUF",
            "Llama-3.2-3B-Instruct-Q4_K_M.gguf",
            2019,
            "Llama 3.2 Community License",
            "the best talker of the list in English"
        ),
        CatalogueEntry(
            "phi3.5-mini",
            "bartowski/Phi-3.5-mini-instruct-GGUF",
            "Phi-3.5-mini-instruct-Q4_K_M.gguf",
            2393,
            "MIT",
            "reasoning and code"
        ),
        CatalogueEntry(
            "qwen3-4b",
            "Qwen/Qwen3-4B-GGUF",
            "Qwen3-4B-Q4_K_M.gguf",
            2497,
            "Apache-2.0",
            "the strongest of the list; thinks before it answers"
        ),
    ]

    /// The entry of that name, upper or lower case.
    public static func entry(named name: String) -> CatalogueEntry? {
        let wanted = name.lowercased()
        return entries.first { $0.name == wanted }
    }
}
