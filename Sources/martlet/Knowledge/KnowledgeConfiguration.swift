package import MartletConversation

/// Which documents answers come from, and how, as the settings say.
package struct KnowledgeConfiguration: Sendable, Hashable {
    /// The file of the index.
    package var file: String
    /// The collection in it.
    package var collection: String
    /// The embedding model, where it isn't the one that the collection names.
    package var embedder: String?
    /// The reranker.
    package var reranker: String?
    /// How answers are made.
    package var settings = KnowledgeSettings()
    /// Whether the API's models answer from the documents under their own names.
    package var isDefault: Bool
    /// The configuration file, whose models the embedder may be; nil looks for one.
    package var configurationFile: String?
    /// Whether questions may be sent to no model elsewhere.
    package var isLocalOnly = false

    /// Reads the settings; nil where there are no documents.
    /// - Throws: ``ConfigurationError``, whose description names the setting and its places.
    package init?(_ values: SettingValues) throws {
        guard let file = values.text(.knowledgeFile), !file.isEmpty else { return nil }
        self.file = file
        collection = values.text(.knowledgeCollection) ?? KnowledgeCollection.standardName
        embedder = values.text(.knowledgeEmbedder)
        reranker = values.text(.knowledgeReranker)
        isDefault = try values.flag(.knowledgeByDefault, default: false)
        if let text = values.text(.knowledgeFallback) {
            guard let fallback = KnowledgeSettings.Fallback(rawValue: text.lowercased()) else {
                throw values.invalid(.knowledgeFallback, text, needs: "refuse or answer")
            }
            settings.whenNothingFits = fallback
        }
        if let text = values.text(.knowledgeStyle) {
            guard let style = KnowledgeSettings.Style(rawValue: text.lowercased()) else {
                throw values.invalid(.knowledgeStyle, text, needs: "auto, model or quote")
            }
            settings.style = style
        }
        settings.passageCount = try values.number(.knowledgePassageCount, in: 1...20, default: settings.passageCount)
        settings.maximumTokenCount = try values.number(
            .knowledgeTokenCount,
            in: 50...1_000_000,
            default: settings.maximumTokenCount
        )
    }

    /// Opens the documents.
    func open() async throws -> Knowledge {
        try await KnowledgeOpening.knowledge(
            at: file,
            collection: collection,
            embedder: embedder,
            reranker: reranker,
            models: try KnowledgeEmbedders(file: configurationFile, isLocalOnly: isLocalOnly),
            settings: settings
        )
    }
}
