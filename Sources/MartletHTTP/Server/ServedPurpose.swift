import HTTPTypes

/// What a served model is for.
enum ServedPurpose: String, Sendable, Hashable, CaseIterable {
    /// It generates text.
    case chat
    /// It makes vectors.
    case embedding
    /// It ranks texts.
    case rerank

    /// What it does and where, for messages.
    private var description: String {
        switch self {
        case .chat: "generates text, at POST /v1/chat/completions"
        case .embedding: "makes vectors of texts, at POST /v1/embeddings"
        case .rerank: "ranks texts, at POST /v1/rerank"
        }
    }

    /// How a server comes to have such a model.
    private var option: String {
        switch self {
        case .chat: "--model"
        case .embedding: "--embedder"
        case .rerank: "--reranker"
        }
    }

    /// The error for a name, or none, that is no model for this.
    ///
    /// - Parameter name: As the caller wrote it.
    func refusal(of name: String?, among models: any ModelServing) -> APIError {
        guard let name else {
            return APIError(
                status: .notFound,
                message: "Nothing that \(description) is served here. The server's operator can add it with \(option).",
                type: "invalid_request_error",
                parameter: "model",
                code: "model_not_found"
            )
        }
        let others = Self.allCases.filter { $0 != self && $0.hasModel(named: name, among: models) }
        guard let other = others.first else { return .unknownModel(name) }
        return .invalidRequest(
            "The model '\(name.prefix(128))' \(other.description). It is no model that \(description). "
                + "GET /v1/models lists the models with their types.",
            parameter: "model",
            code: "unsupported_model"
        )
    }

    private func hasModel(named name: String, among models: any ModelServing) -> Bool {
        switch self {
        case .chat: models.model(named: name) != nil
        case .embedding: models.embedder(named: name) != nil
        case .rerank: models.reranker(named: name) != nil
        }
    }
}
