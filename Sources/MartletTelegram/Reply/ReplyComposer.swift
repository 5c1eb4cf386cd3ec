package import MartletConversation
import MartletCore

/// Turns the steps of a reply into what its messages show, without doing anything itself.
package struct ReplyComposer: Sendable {
    /// The reply's language.
    package var language: Language
    /// What is replied to.
    package var question: EventID
    /// Who may press the buttons; nil for everybody.
    package var owner: UserID?
    /// Signs the buttons; nil for replies without any.
    package var buttons: ButtonCodec?
    /// What shows while the model thinks, one after the other; not empty.
    package var phrases: [String]

    /// The longest text that goes into one rich message; the platform takes 32,768 characters.
    private static let maximumRichLength = 30_000
    /// How much of the thoughts is shown above an answer; what came last.
    private static let maximumThinkingLength = 2_000

    /// Makes a composer.
    package init(
        language: Language,
        question: EventID,
        owner: UserID?,
        buttons: ButtonCodec?,
        phrases: [String]? = nil
    ) {
        self.language = language
        self.question = question
        self.owner = owner
        self.buttons = buttons
        self.phrases = phrases.flatMap { $0.isEmpty ? nil : $0 } ?? language.thinkingPhrases
    }

    /// The phrase after so many changes; it begins anywhere, so that replies differ.
    package func phrase(_ number: Int) -> FormattedText {
        let start = Int(question.update.magnitude % UInt64(phrases.count))
        return FormattedText(plain: phrases[(start + number) % phrases.count]).trimmed()
    }

    /// The messages of a reply that is being written; empty where there is nothing to see yet.
    package func growing(_ text: String) -> [FormattedText] {
        MessageSplitter.split(MarkdownRenderer.render(text, isGrowing: true)).filter { !$0.isBlank }
    }

    /// The button that ends the growing reply.
    package var stopKeyboard: ReplyKeyboard? { keyboard(actions: [.stop], choices: []) }

    /// What a group hears of an answer that only the asker may see and that cannot be shown so there.
    /// - Parameter isAnswered: Whether the answer has gone to the asker's private chat.
    package func hint(to name: String, isAnswered: Bool) -> FormattedText {
        FormattedText(plain: language.text(isAnswered ? ReplyPhrase.answeredAside(name) : .onlyAside(name)))
    }

    /// The messages of a settled reply, with the buttons under the last one; never empty.
    /// - Parameter isRich: Whether one rich message is wanted, where the reply fits into it.
    package func settled(_ reply: FinalReply, isRich: Bool) -> [MessageContent] {
        var text =
            reply.format == .markdown ? MarkdownRenderer.render(reply.text) : FormattedText(plain: reply.text).trimmed()
        for passage in reply.passages ?? [] { text = text.appending(Self.shown(passage)) }
        if let thinking = thoughts(of: reply) { text = thinking.appending(text) }
        var parts = MessageSplitter.split(text).filter { !$0.isBlank }.map { MessageContent($0) }
        // The platform refuses a message that shows nothing.
        if parts.isEmpty { parts = [MessageContent(FormattedText("…"))] }
        if isRich, reply.format == .markdown, reply.text.utf16.count <= Self.maximumRichLength {
            parts = [MessageContent(parts[0].text, rich: .markdown(richSource(of: reply)))]
        }
        parts[parts.count - 1].keyboard = keyboard(actions: reply.actions, choices: reply.choices)
        return parts
    }

    /// A passage with the gap above it.
    private static func shown(_ passage: FinalReply.Passage) -> FormattedText {
        let words = FormattedText(passage.words).beginning(passage.limit)
        return FormattedText("\n\n" + (passage.heading.map { $0 + "\n" } ?? "")).appending(words)
    }

    private func keyboard(actions: [ReplyAction], choices: [[ReplyChoice]]) -> ReplyKeyboard? {
        buttons.flatMap {
            ReplyKeyboard(
                choices: choices,
                actions: actions,
                question: question,
                owner: owner,
                language: language,
                codec: $0
            )
        }
    }

    /// The thoughts as a folded quote and the gap after it.
    private func thoughts(of reply: FinalReply) -> FormattedText? {
        guard let text = thinkingText(of: reply) else { return nil }
        let quoted = FormattedText(plain: text).trimmed()
        guard !quoted.isBlank else { return nil }
        return FormattedText(
            quoted.text + "\n\n",
            entities: [TextEntity(.expandableQuote, offset: 0, length: quoted.text.utf16.count)]
        )
    }

    private func thinkingText(of reply: FinalReply) -> String? {
        guard let thinking = reply.thinking?.trimmingWhitespace(), !thinking.isEmpty else { return nil }
        return thinking.count <= Self.maximumThinkingLength
            ? thinking : "…" + thinking.suffix(Self.maximumThinkingLength)
    }

    private func richSource(of reply: FinalReply) -> String {
        guard let thinking = thinkingText(of: reply) else { return reply.text }
        let quoted = thinking.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }
        return quoted.joined(separator: "\n") + "\n\n" + reply.text
    }
}
