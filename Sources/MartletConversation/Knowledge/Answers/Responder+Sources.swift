import MartletCore

extension Responder {
    /// The tokens of a model's context that passages may take.
    func passageTokenCount(_ model: any LanguageModel) -> Int {
        companions.knowledge?.settings.tokenCount(within: model.information.contextLength) ?? 0
    }

    /// The model that answers in a conversation: one that looks things up where there are documents.
    func grounded(_ model: any LanguageModel, _ matter: Matter) -> any LanguageModel {
        guard let knowledge = companions.knowledge else { return model }
        // An answer that is cut short leaves none.
        knowledge.forget(matter.key)
        return knowledge.grounding(model, language: matter.language)
    }

    /// The reply with a line that says what it rests on, which the history doesn't keep.
    func naming(_ sources: [AnswerSource]?, in reply: FinalReply, _ matter: Matter) -> FinalReply {
        guard let knowledge = companions.knowledge, let sources else { return reply }
        knowledge.note(sources, for: matter.key)
        guard !sources.isEmpty else { return reply }
        var reply = reply
        reply.remembered = reply.text
        reply.text += "\n\n" + SourceList(sources, language: matter.language).line
        return reply
    }

    /// Says what the latest answer rests on.
    func showSources(_ matter: Matter, _ conversation: Conversation) async throws -> Aftermath {
        guard let knowledge = companions.knowledge else { return try await refuse(matter) }
        let messages = conversation.turns.map(\.message)
        let isAnswered = messages.contains { $0.role == .assistant }
        let sources = isAnswered ? try await knowledge.sources(of: matter.key, in: messages) : []
        let text =
            sources.isEmpty
            ? matter.language.text(KnowledgePhrase.noSources) : SourceList(sources, language: matter.language).text
        try await say(text, matter)
        return Aftermath()
    }
}
