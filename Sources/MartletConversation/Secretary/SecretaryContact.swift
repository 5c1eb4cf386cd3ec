/// The number of a lane in its store: one chat of one owner with somebody.
public struct LaneID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The number that the store gave.
    public var rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}

/// Where a lane belongs: it survives a connection that is ended and begun anew.
public struct LaneAddress: Hashable, Sendable {
    /// The bot.
    public var bot: BotID
    /// Whose contact it is.
    public var owner: UserID
    /// The chat of owner and contact.
    public var chat: ChatID

    /// Makes an address.
    public init(bot: BotID, owner: UserID, chat: ChatID) {
        self.bot = bot
        self.owner = owner
        self.chat = chat
    }
}

/// A lane as it is kept, with its place.
public struct SecretaryContact: Sendable, Hashable {
    /// Its number.
    public var id: LaneID
    /// Where it belongs.
    public var address: LaneAddress
    /// How things stand there.
    public var lane: SecretaryLane

    /// Makes a contact.
    public init(id: LaneID, address: LaneAddress, lane: SecretaryLane) {
        self.id = id
        self.address = address
        self.lane = lane
    }
}
