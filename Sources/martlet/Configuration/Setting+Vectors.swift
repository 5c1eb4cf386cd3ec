extension Setting {
    /// Everything that can be set for the vectors that a server keeps for others.
    static let vectors: [Setting] = [serverVectors]

    static let serverVectors = Setting(
        key: "server.vectors",
        environmentName: "MARTLET_VECTORS",
        option: "--vectors",
        summary: "a file of vectors that is served as Chroma and Pinecone serve theirs"
    )
}
