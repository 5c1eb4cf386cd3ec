extension Setting {
    /// What can be set about answers from documents.
    static let knowledge: [Setting] = [
        knowledgeFile, knowledgeCollection, knowledgeEmbedder, knowledgeReranker, knowledgeFallback, knowledgeStyle,
        knowledgePassageCount, knowledgeTokenCount, knowledgeByDefault,
    ]

    static let knowledgeFile = Setting(
        key: "knowledge.file",
        environmentName: "MARTLET_KNOWLEDGE",
        option: "--knowledge",
        summary: "the documents that answers come from: a file of martlet index, or a folder"
    )
    static let knowledgeCollection = Setting(
        key: "knowledge.collection",
        environmentName: "MARTLET_KNOWLEDGE_COLLECTION",
        summary: "the collection in that file"
    )
    static let knowledgeEmbedder = Setting(
        key: "knowledge.embedder",
        environmentName: "MARTLET_KNOWLEDGE_EMBEDDER",
        summary: "the embedding model, where it isn't where it was when the documents were indexed"
    )
    static let knowledgeReranker = Setting(
        key: "knowledge.reranker",
        environmentName: "MARTLET_KNOWLEDGE_RERANKER",
        summary: "a model that reads question and passages together to put them in order"
    )
    static let knowledgeFallback = Setting(
        key: "knowledge.whenNothingFits",
        environmentName: "MARTLET_KNOWLEDGE_FALLBACK",
        summary: "what happens to a question that no document answers: refuse or answer"
    )
    static let knowledgeStyle = Setting(
        key: "knowledge.answers",
        environmentName: "MARTLET_KNOWLEDGE_ANSWERS",
        summary: "whether the model writes answers or the best passage is one: auto, model or quote"
    )
    static let knowledgePassageCount = Setting(
        key: "knowledge.passages",
        environmentName: "MARTLET_KNOWLEDGE_PASSAGES",
        summary: "the most passages that the model is shown, 1 to 20"
    )
    static let knowledgeTokenCount = Setting(
        key: "knowledge.maximumTokens",
        environmentName: "MARTLET_KNOWLEDGE_TOKENS",
        summary: "the most tokens that the passages have together"
    )
    static let knowledgeByDefault = Setting(
        key: "knowledge.byDefault",
        environmentName: "MARTLET_KNOWLEDGE_BY_DEFAULT",
        summary: "whether the API's own models answer from the documents, too, and not only those named +knowledge"
    )
}
