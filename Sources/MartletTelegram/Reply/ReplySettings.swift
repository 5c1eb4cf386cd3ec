public import MartletConversation

/// How replies are shown.
public struct ReplySettings: Sendable {
    /// How often growing replies are shown.
    public var pacing = StreamPacing()
    /// Whether the platform's own drafts are used where it has them.
    public var usesDrafts = true
    /// What shows while a model thinks, by language; the bot's own phrases where a language has none.
    public var thinkingPhrases: [Language: [String]] = [:]
    /// Whether what concerns only one person in a group is shown to that person alone, where the platform lets the bot.
    public var whispers = true
    /// Whether the conversation that an event belongs to wants rich messages, which old apps cannot show.
    public var wantsRichMessages: @Sendable (InboundEvent) async -> Bool = { _ in false }

    /// Makes settings that suit most bots.
    public init() {}
}
