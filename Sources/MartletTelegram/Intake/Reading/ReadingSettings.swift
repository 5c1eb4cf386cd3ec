public import MartletConversation

/// How updates are read.
public struct ReadingSettings: Sendable {
    /// Names that the bot listens to at the start of a message in a group.
    public var names: [TriggerName] = []
    /// Whether what is said in a group without turning to the bot is an event as well, with `.none` as its addressing.
    public var keepsAmbientMessages = false
    /// Reads the data of a pressed button, given the number of the press; nil for data that the bot did not make.
    public var readButton: @Sendable (_ data: String, _ query: String) -> ButtonPress? = { _, _ in nil }

    /// Listens to no names, and knows no buttons.
    public init() {}
}
