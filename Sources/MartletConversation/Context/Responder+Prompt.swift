import FoundationEssentials
import MartletCore

extension Responder {
    /// What the model is asked when an answer goes on.
    static let continuation = "Continue your last message exactly where it stopped. Do not repeat any of it."

    /// The most turns of a chain of replies that are shown.
    private static let chainLimit = 5

    /// What the model is shown to answer a subject.
    func prompt(
        about subject: Subject,
        _ matter: Matter,
        _ conversation: Conversation,
        _ model: any LanguageModel
    ) async -> Prompt {
        var history = conversation.turns
        var ending: [ChatMessage] = []
        switch subject.memory {
        case .none: ending = [.user("")]
        case .exchange(let question): ending = [question.message]
        case .again(let exchange):
            history = turns(before: exchange, in: history)
            ending = [exchange.question.message]
        case .further(let exchange):
            history = turns(before: exchange, in: history)
            ending = [exchange.question.message]
            if let answer = exchange.answer { ending.append(answer.message) }
            ending.append(.user(Self.continuation))
        }
        let contextLength = min(matter.chat.contextLength ?? settings.contextLength, settings.maximumContextLength)
        let answer = settings.maximumTokenCount ?? model.information.contextLength / 4
        let room = model.information.contextLength - answer - passageTokenCount(model)
        return Prompt(
            persona: await persona(matter),
            summary: conversation.summary,
            history: history,
            count: contextLength,
            ending: ending,
            tokenLimit: min(settings.maximumContextTokens ?? .max, max(room, 0)),
            estimate: TokenEstimate(model)
        )
    }

    private func turns(before exchange: Exchange, in history: [Turn]) -> [Turn] {
        guard let position = exchange.question.position else { return history }
        return history.filter { ($0.position ?? 0) < position }
    }

    private func persona(_ matter: Matter) async -> String {
        var persona = settings.persona
        if let preset = settings.personas.first(where: { $0.name == matter.chat.persona }) {
            persona.template = preset.template
        }
        let contextText = persona.usesContext ? await context?.current() ?? "" : ""
        let text = persona.render(at: Date(), context: contextText)
        guard namesSpeakers(in: matter.event) else { return text }
        return text.isEmpty ? Speaker.explanation : text + "\n\n" + Speaker.explanation
    }

    /// Whether several people share the conversation.
    private func namesSpeakers(in event: InboundEvent) -> Bool {
        !event.isPrivate && conversationKey(of: event).user == nil
    }

    /// A question as it is asked and remembered: its words, after what it quotes.
    func questionTurn(_ event: InboundEvent) async throws -> Turn {
        var text = ""
        if case .text(let said) = event.content { text = said.trimmingWhitespace() }
        var blocks = try await quotation(for: event)
        if let attachment = event.attachment { blocks.append("(\(attachment): attached, but you cannot see it.)") }
        return Turn(
            ChatMessage(
                role: .user,
                content: (blocks + [text]).joined(separator: "\n\n"),
                name: namesSpeakers(in: event) ? event.sender.name : nil
            ),
            date: event.date,
            event: event.id,
            source: event.message,
            speaker: event.sender.id,
            parent: event.quoted?.message
        )
    }

    /// What an event's reply refers to, unless the model sees it anyway as the latest answer.
    private func quotation(for event: InboundEvent) async throws -> [String] {
        guard let quoted = event.quoted else { return [] }
        let key = conversationKey(of: event)
        var chain: [Turn] = []
        if let message = quoted.message {
            chain = try await store.replyChain(to: message, in: event.key.place, limit: Self.chainLimit)
        }
        let visible = try await store.conversation(for: key, turnLimit: settings.contextLength).turns
        if let direct = chain.last, direct.position == visible.last?.position {
            // A marked part says which part is meant; the whole is at hand already.
            let isPart = quoted.text.count * 2 < direct.message.content.count
            guard isPart, !quoted.text.isEmpty else { return [] }
        }
        let positions = Set(visible.compactMap(\.position))
        let earlier = chain.dropLast().filter { !positions.contains($0.position ?? 0) }
            .map { turn in
                let name = turn.message.role == .assistant ? settings.persona.botName : turn.message.name ?? "?"
                return "\(Speaker.label(name)): \(turn.message.content.prefix(Quotation.maximumLength / 4))"
            }
        var blocks: [String] = []
        if !earlier.isEmpty {
            blocks.append(Quotation.block("Earlier messages that this refers to", earlier.joined(separator: "\n")))
        }
        let text = quoted.text.trimmingWhitespace()
        if !text.isEmpty {
            let name = quoted.isOurs ? settings.persona.botName : quoted.senderName ?? ""
            let title = name.isEmpty ? "In reply to" : "In reply to \(Speaker.label(name))"
            blocks.append(Quotation.block(title, text))
        }
        return blocks
    }
}
