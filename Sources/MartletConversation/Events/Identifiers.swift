/// A bot, by the number in front of its token's colon.
public struct BotID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The number that the platform gave.
    public var rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A chat: a person's private chat with the bot, or a group (negative numbers).
public struct ChatID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The number that the platform gave.
    public var rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A topic inside a chat.
public struct ThreadID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The number that the platform gave.
    public var rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A person or another bot.
public struct UserID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The number that the platform gave.
    public var rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A message, unique within its chat.
public struct MessageID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The number that the platform gave.
    public var rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}

/// What came in once, however often it is delivered: a bot's update.
public struct EventID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Whose update it is.
    public var bot: BotID
    /// The platform's number for it, unique for the bot.
    public var update: Int64

    /// Makes an id.
    public init(bot: BotID, update: Int64) {
        self.bot = bot
        self.update = update
    }

    /// `bot/update`.
    public var description: String { "\(bot)/\(update)" }
}
