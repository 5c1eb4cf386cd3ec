import MartletEngine

/// What a model is for, by its name in configurations and in the API's list of models.
package enum ModelPurpose: String, Sendable, Hashable, CaseIterable {
    /// It chats.
    case chat
    /// It makes vectors.
    case embedding
    /// It ranks texts.
    case rerank

    /// The purpose of a file.
    init(_ kind: ModelKind) {
        self =
            switch kind {
            case .decoder: .chat
            case .embedder: .embedding
            case .reranker: .rerank
            }
    }

    /// What it does, and what else can be done with such a file, for messages.
    var explanation: String {
        switch self {
        case .chat: "it chats; name it with --model"
        case .embedding: "it makes vectors of texts; name it with martlet serve --embedder, or use martlet embed"
        case .rerank: "it ranks texts; name it with martlet serve --reranker"
        }
    }
}
