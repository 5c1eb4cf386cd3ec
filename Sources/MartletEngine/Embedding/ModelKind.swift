internal import MartletModel
public import MartletWeights

/// What a model file is for.
public enum ModelKind: String, Sendable, Hashable, CaseIterable {
    /// Continues texts: chats and answers.
    case decoder
    /// Turns texts into vectors.
    case embedder
    /// Says how well a text answers a question.
    case reranker

    /// Reads what a file is for from its header.
    ///
    /// - Throws: `GGUFError` for what is no GGUF file.
    public init(file path: String) throws {
        self.init(try GGUFFile.open(path: path))
    }

    /// What an open file is for.
    ///
    /// A decoder that says how its rows become one vector is an embedder. A family that Martlet doesn't run counts as a
    /// decoder: loading it says which families there are.
    public init(_ file: GGUFFile) {
        let architecture = (try? file.metadata.string("general.architecture")) ?? nil
        let number = architecture.flatMap { (try? file.metadata.integer("\($0).pooling_type")) ?? nil }
        let pooling = number.flatMap(PoolingKind.init(number:))
        if pooling == .rank {
            self = .reranker
        } else if pooling != nil || EncoderConfiguration.describes(file.metadata) {
            self = .embedder
        } else {
            self = .decoder
        }
    }

    /// What the vectors of an embedder's file are made of and where that is written, a line for each part; nothing for
    /// other files.
    ///
    /// - Throws: What keeps the file from being used as an embedder.
    public static func sources(of file: GGUFFile) throws -> [String] {
        guard ModelKind(file) == .embedder else { return [] }
        let metadata = file.metadata
        let name = try metadata.string("general.name") ?? file.path.lastComponent
        let (width, architecture) =
            EncoderConfiguration.describes(metadata)
            ? try { ($0.width, $0.architecture.rawValue) }(
                EncoderConfiguration(metadata: metadata, tensors: file.tensors)
            )
            : try { ($0.width, $0.architecture.rawValue) }(
                DecoderConfiguration(metadata: metadata, tensors: file.tensors)
            )
        let head = try EmbeddingHead(file: file, width: width, prefix: architecture)
        let (_, instructions) = try InstructionHandling.of(file, name: name, asked: nil)
        return head.sources + [instructions] + (try EmbeddingPrompts(metadata)).sources
    }
}
