import FoundationEssentials
import MartletAWS
import MartletConversation

/// Where things of the secretary are, and what its attributes are called.
enum SecretaryPlace {
    /// Every account of every bot.
    static let accounts = "accounts"
    /// The number that the last lane got.
    static let laneCount = DynamoDBKey("counters", "lanes")

    static func account(_ owner: UserID, _ bot: BotID) -> DynamoDBKey { DynamoDBKey(accounts, "\(bot):\(owner)") }
    static func connections(_ bot: BotID) -> String { "\(bot)#s" }
    static func connection(_ connection: ConnectionID, _ bot: BotID) -> DynamoDBKey {
        DynamoDBKey(connections(bot), Place.bounded(connection.rawValue))
    }
    static func lanes(_ bot: BotID) -> String { "\(bot)#l" }
    static func lane(_ address: LaneAddress) -> DynamoDBKey {
        DynamoDBKey(lanes(address.bot), "\(address.owner):\(address.chat)")
    }
    /// What belongs to one lane: the way to it, and what was said there.
    static func lane(_ id: LaneID) -> String { "l#\(id)" }
    static func pointer(_ id: LaneID) -> DynamoDBKey { DynamoDBKey(lane(id), "lane") }
    static func said(_ number: Int64, _ id: LaneID) -> DynamoDBKey {
        DynamoDBKey(lane(id), "s#" + PositionClock.text(number))
    }
    static func sent(_ owner: UserID, _ bot: BotID) -> String { "\(bot)#o#\(owner)" }
    static func sent(_ draft: Int, _ id: LaneID, _ address: LaneAddress) -> DynamoDBKey {
        DynamoDBKey(
            sent(address.owner, address.bot),
            sentPrefix(id) + PositionClock.text(Int64(draft))
        )
    }
    static func sentPrefix(_ id: LaneID) -> String { PositionClock.text(id.rawValue) + ":" }
    static func shown(_ chat: ChatID, _ bot: BotID) -> String { "\(bot)#d#\(chat)" }

    static let state = "state"
    static let isChosen = "chosen"
    static let lastDate = "last"
    static let lane = "lane"
    static let said = "said"
    static let saidNext = "saidNext"
    static let litter = "litter"
    static let claims = "claims"
    static let text = "text"
    static let author = "author"
    static let message = "message"
    static let contact = "contact"
    static let draft = "draft"
    static let isAutomatic = "automatic"
    static let outcome = "outcome"

    /// A moment as text that sorts as moments do, from above.
    static func wake(_ date: Date) -> String {
        PositionClock.text(Int64(min(max((date.timeIntervalSince1970 * 1e6).rounded(.up), 0), 9e15)))
    }

    /// A moment as text that sorts as moments do.
    static func moment(_ date: Date) -> String { PositionClock.text(PositionClock.position(at: date)) }

    /// All ranks before a moment.
    static func before(_ date: Date) -> DynamoDBQuery.Range {
        .between("0", PositionClock.text(max(0, PositionClock.position(at: date) - 1)) + "#~")
    }
}

/// A lane as it is kept.
struct StoredLane: Sendable {
    /// The lane with its place; its number is 0 until it is stored.
    var contact: SecretaryContact
    /// Grows with each change; 0 until it is stored.
    var version: Int64 = 0
    /// What was said that is remembered: its numbers with their authors and messages, in order.
    var said: [Said] = []
    /// The number that the next message gets.
    var saidNext: Int64 = 1
    /// Numbers of what is forgotten and may still be there.
    var litter: [Int64] = []

    /// A message that is remembered.
    struct Said: Sendable, Hashable {
        var number: Int64
        var author: String
        var message: Int64

        init(number: Int64, author: String, message: Int64) {
            (self.number, self.author, self.message) = (number, author, message)
        }

        init?(_ text: String) {
            let parts = text.split(separator: ":")
            guard parts.count == 3, let number = Int64(parts[0]), let message = Int64(parts[2]) else { return nil }
            self.init(number: number, author: String(parts[1]), message: message)
        }

        var text: String { "\(number):\(author):\(message)" }
    }

    init(_ contact: SecretaryContact) { self.contact = contact }

    init?(_ item: DynamoDBItem, bot: BotID) throws {
        guard let id = item[SecretaryPlace.lane]?.integer, let state = item[SecretaryPlace.state]?.bytes,
            let address = DynamoDBKey(of: item).flatMap({ LaneAddress($0.sort, bot: bot) })
        else { return nil }
        contact = SecretaryContact(
            id: LaneID(id),
            address: address,
            lane: try JSONDecoder().decode(SecretaryLane.self, from: Data(state))
        )
        version = item[Name.version]?.integer ?? 0
        said = (item[SecretaryPlace.said]?.list ?? []).compactMap { $0.string.flatMap { Said($0) } }
        saidNext = item[SecretaryPlace.saidNext]?.integer ?? 1
        litter = (item[SecretaryPlace.litter]?.list ?? []).compactMap(\.integer)
    }

    /// The lane's next version, in place of the one that was read.
    func write() throws -> DynamoDBWrite {
        let lane = contact.lane
        let isWriting = if case .write = lane.action { true } else { false }
        let rank = lane.wake.map { wake in
            "\(isWriting ? 1 : 0)#\(SecretaryPlace.wake(wake))#\(PositionClock.text(contact.id.rawValue))"
        }
        let item = DynamoDBItem(
            SecretaryPlace.lane(contact.address),
            [
                SecretaryPlace.lane: .integer(contact.id.rawValue),
                SecretaryPlace.state: .bytes(Array(try JSONEncoder().encode(lane))),
                SecretaryPlace.isChosen: .bool(lane.mode != nil || lane.isPaused),
                SecretaryPlace.lastDate: .double(lane.lastActivityDate?.timeIntervalSince1970 ?? 0),
                Name.chat: .integer(contact.address.chat.rawValue), Name.version: .integer(version + 1),
                Name.rank: .text(rank), SecretaryPlace.said: .list(said.map { .string($0.text) }),
                SecretaryPlace.saidNext: .integer(saidNext),
                SecretaryPlace.litter: litter.isEmpty ? nil : .list(litter.map { .integer($0) }),
            ]
        )
        return .put(item, if: isUnchanged)
    }

    /// The lane is as it was read.
    var isUnchanged: DynamoDBCondition { .equals(Name.version, version == 0 ? nil : .integer(version)) }
}

extension LaneAddress {
    /// Reads `owner:chat`.
    init?(_ text: String, bot: BotID) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let owner = Int64(parts[0]), let chat = Int64(parts[1]) else { return nil }
        self.init(bot: bot, owner: UserID(owner), chat: ChatID(chat))
    }
}

extension SecretaryAccount {
    /// Reads an item.
    init?(_ item: DynamoDBItem) {
        guard let parts = DynamoDBKey(of: item)?.sort.split(separator: ":"), parts.count == 2,
            let bot = Int64(parts[0]), let owner = Int64(parts[1]), let connection = item["connection"]?.string,
            let date = item.date(Name.date)
        else { return nil }
        self.init(
            bot: BotID(bot),
            connection: Connection(
                id: ConnectionID(connection),
                owner: UserID(owner),
                ownerChat: ChatID(item[Name.chat]?.integer ?? owner),
                canReply: item["canReply"]?.bool ?? false,
                isEnabled: item["enabled"]?.bool ?? false
            ),
            date: date,
            name: item[Name.name]?.string ?? "",
            languageCode: item["language"]?.string,
            defaultMode: item["mode"]?.string.flatMap(SecretaryMode.init(rawValue:)) ?? .off
        )
    }

    /// The item, with how many automatic answers were claimed.
    func item(claims: Int64) -> DynamoDBItem {
        DynamoDBItem(
            SecretaryPlace.account(owner, bot),
            [
                "connection": .string(connection.id.rawValue), Name.chat: .integer(connection.ownerChat.rawValue),
                "canReply": .bool(connection.canReply), "enabled": .bool(connection.isEnabled), Name.date: .date(date),
                Name.name: .string(name), "language": .text(languageCode), "mode": .string(defaultMode.rawValue),
                SecretaryPlace.claims: .integer(claims),
            ]
        )
    }
}
