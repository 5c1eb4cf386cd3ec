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
}
