public import FoundationEssentials
public import MartletConversation
public import MartletCore

/// Reads updates leniently: whatever comes has a meaning, and nothing that comes is fatal.
///
/// A value without memory: the same update always means the same, in whatever order and however often it is read.
public struct UpdateReader: Sendable {
    let identity: BotIdentity
    let settings: ReadingSettings

    /// Makes a reader for a bot.
    public init(identity: BotIdentity, settings: ReadingSettings = ReadingSettings()) {
        self.identity = identity
        self.settings = settings
    }

    /// The meaning of an update, or nil where not even its number can be read.
    /// - Parameter date: When it came; the date of what has none of its own.
    public func read(_ update: JSONValue, receivedAt date: Date = Date()) -> ReceivedUpdate? {
        guard let number = update["update_id"]?.integer else { return nil }
        let id = EventID(bot: identity.id, update: number)
        return ReceivedUpdate(id: id, meaning: meaning(of: update, id, date) ?? .unreadable(update.serialized))
    }

    /// The meaning of one update's bytes, which may be anything.
    ///
    /// Where no number can be read, it is made of the bytes, below zero: the same bytes are the same update, and none of the
    /// platform's numbers is taken.
    public func read(bytes: some Collection<UInt8>, receivedAt date: Date = Date()) -> ReceivedUpdate {
        if let update = try? JSONValue(parsing: bytes), let received = read(update, receivedAt: date) {
            return received
        }
        let number = Self.updateNumber(in: bytes) ?? Self.substituteNumber(for: bytes)
        return ReceivedUpdate(id: EventID(bot: identity.id, update: number), meaning: .unreadable(bytes))
    }

    /// The meaning by kind, or nil where an update is not what its kind says.
    private func meaning(of update: JSONValue, _ id: EventID, _ date: Date) -> ReceivedUpdate.Meaning? {
        let members = (update.object ?? [:]).withoutNulls
        guard let kind = members.names.first(where: { UpdateKind.isKnown($0) }), let content = members[kind] else {
            return nil
        }
        guard let handled = UpdateKind(rawValue: kind) else { return .ignored(reason: kind) }
        let source = Source(id: id, receivedAt: date)
        switch handled {
        case .message, .editedMessage, .businessMessage, .editedBusinessMessage, .guestMessage:
            return message(content, as: handled, source)
        case .callbackQuery: return press(content, source)
        case .stoppedMessageGeneration: return stop(content, source)
        case .inlineQuery: return inlineQuery(content, source)
        case .myChatMember: return membership(content, source)
        case .deletedBusinessMessages: return deletion(content, source)
        case .businessConnection: return connection(content, source)
        }
    }

    /// What every event of an update shares.
    struct Source {
        let id: EventID
        let receivedAt: Date
    }

    /// The number of the first update in bytes that are not JSON, as far as it can be made out.
    static func updateNumber(in bytes: some Collection<UInt8>) -> Int64? {
        let text = String(decoding: bytes.prefix(UnreadableBytes.maximumCount), as: UTF8.self)
        guard let name = text.firstRange(of: "\"update_id\"") else { return nil }
        let digits = text[name.upperBound...].drop { $0 == ":" || $0.isWhitespace }.prefix { $0.isASCII && $0.isNumber }
        return Int64(digits).flatMap { $0 < .max ? $0 : nil }
    }

    /// A number below zero for bytes that have none: FNV-1a of 64 bits without its sign.
    private static func substituteNumber(for bytes: some Collection<UInt8>) -> Int64 {
        // Wrapping is what the hash is defined by; the shift keeps it below 2^63, so that the negation cannot overflow.
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return -Int64(hash >> 1) - 1
    }
}

/// How much of what was not understood is kept.
enum UnreadableBytes {
    /// The largest record in bytes; what is behind that is left out.
    static let maximumCount = 64 << 10
}

extension ReceivedUpdate.Meaning {
    /// Not understood; kept as it came, up to a bound.
    static func unreadable(_ bytes: some Collection<UInt8>) -> Self {
        .unreadable(bytes: Array(bytes.prefix(UnreadableBytes.maximumCount)))
    }
}
