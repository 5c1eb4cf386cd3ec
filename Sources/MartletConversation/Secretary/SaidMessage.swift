public import FoundationEssentials

/// A message in an owner's chat with a contact, as the secretary remembers it.
public struct SaidMessage: Sendable, Hashable {
    /// Its number in that chat.
    public var message: MessageID
    /// Who wrote it.
    public var author: Author
    /// What it says, at most ``maximumLength`` characters.
    public var text: String
    /// When it was written.
    public var date: Date

    /// Who wrote a message.
    public enum Author: String, Sendable, Hashable, Codable, CaseIterable {
        /// The contact.
        case contact
        /// The owner with their own hands.
        case owner
        /// The secretary in the owner's name.
        case secretary
    }

    /// The longest text that is remembered of a message, in characters.
    public static let maximumLength = 2000
    /// How many messages of an author are remembered of a chat.
    public static let maximumCount = 40

    /// Makes a message; a longer text is cut.
    public init(message: MessageID, author: Author, text: String, date: Date) {
        self.message = message
        self.author = author
        self.text = String(text.prefix(Self.maximumLength))
        self.date = date
    }
}
