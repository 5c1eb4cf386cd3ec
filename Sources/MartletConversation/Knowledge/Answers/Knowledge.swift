public import MartletCore
import Synchronization

/// Documents that answers come from: where they are, how they are used, and what the latest answers rest on.
public final class Knowledge: Sendable {
    /// Finds passages.
    public let retriever: Retriever
    /// How they are used.
    public let settings: KnowledgeSettings

    private let latest = Mutex<(sources: [ConversationKey: [AnswerSource]], order: [ConversationKey])>(([:], []))
    /// Conversations whose latest sources are remembered; of others they are looked up again.
    private static let rememberedCount = 1000

    /// Takes documents into use.
    public init(_ retriever: Retriever, settings: KnowledgeSettings = KnowledgeSettings()) {
        self.retriever = retriever
        self.settings = settings
    }

    /// A model that answers from the documents, and shows its tokens where the one behind it does.
    /// - Parameters:
    ///   - language: The language of what it says itself; nil takes the question's.
    ///   - listsSources: Whether a list of sources ends the answer's text, for callers that know nothing of them.
    public func grounding(
        _ model: any LanguageModel,
        language: Language? = nil,
        listsSources: Bool = false
    ) -> any LanguageModel {
        func made(_ base: some LanguageModel) -> any LanguageModel {
            GroundedModel(base, knowledge: self, language: language, listsSources: listsSources)
        }
        return made(model)
    }

    /// Remembers what the latest answer of a conversation rests on.
    func note(_ sources: [AnswerSource], for key: ConversationKey) {
        latest.withLock { latest in
            if latest.sources.updateValue(sources, forKey: key) == nil { latest.order.append(key) }
            if latest.order.count > Self.rememberedCount { latest.sources[latest.order.removeFirst()] = nil }
        }
    }

    /// Forgets what the latest answer of a conversation rests on.
    func forget(_ key: ConversationKey) {
        latest.withLock { latest in
            latest.sources[key] = nil
            latest.order.removeAll { $0 == key }
        }
    }

    /// What an answer rests on: as remembered, or else as found out from what was asked and answered.
    func sources(of key: ConversationKey, in conversation: [ChatMessage]) async throws -> [AnswerSource] {
        if let known = latest.withLock({ $0.sources[key] }) { return known }
        guard let index = conversation.lastIndex(where: { $0.role == .assistant }),
            let question = KnowledgeQuestion(Array(conversation[..<index])), question.isAboutSomething
        else { return [] }
        let finding = try await retriever.passages(for: question, count: settings.passageCount)
        guard finding.fits else { return [] }
        var filter = CitationFilter(known: Set(1...max(1, finding.matches.count)))
        let text = filter.append(conversation[index].content) + filter.finish()
        return await Attribution.sources(of: text, citing: filter.marks, among: finding, retriever)
    }
}
