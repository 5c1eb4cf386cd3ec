/// A hosted embedder whose sizes are known.
public struct KnownEmbedder: Sendable, Hashable {
    /// The model's name.
    public var name: String
    /// Values of a vector.
    public var width: Int
    /// Tokens that a text may have.
    public var contextLength: Int

    /// What is assumed of models about which nothing is known.
    public static let usualContextLength = 512

    private static let all = [
        KnownEmbedder(name: "text-embedding-3-small", width: 1536, contextLength: 8191),
        KnownEmbedder(name: "text-embedding-3-large", width: 3072, contextLength: 8191),
        KnownEmbedder(name: "text-embedding-ada-002", width: 1536, contextLength: 8191),
        KnownEmbedder(name: "mistral-embed", width: 1024, contextLength: 8192),
        KnownEmbedder(name: "jina-embeddings-v3", width: 1024, contextLength: 8192),
        KnownEmbedder(name: "BAAI/bge-m3", width: 1024, contextLength: 8192),
        KnownEmbedder(name: "nomic-embed-text", width: 768, contextLength: 8192),
    ]

    /// The model of a name; a tag of Ollama's, such as `:latest`, doesn't count.
    public static func find(_ name: String) -> KnownEmbedder? {
        let plain = name.prefix { $0 != ":" }
        return all.first { $0.name == plain }
    }
}
