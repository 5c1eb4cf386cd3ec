import FoundationEssentials
import MartletAWS
import MartletConversation

/// What is set aside for the answers of a bot that are being written, with the usage that was read along.
struct Ledger: Sendable {
    /// Whose it is.
    var bot: BotID
    /// What is set aside, by update.
    var held: [Int64: LedgerEntry] = [:]
    /// The latest moment of a reservation.
    var latest: Date?
    /// The reservation that was asked for, and whether it is held.
    var reservation: (entry: LedgerEntry, isHeld: Bool)?
    /// The accounts that were asked for and have usage.
    var usage: [BudgetAccount: Usage] = [:]
    private var version: Int64

    static let latestName = "latest"
    private static let heldName = "held"
    private static let isNotedName = "noted"

    /// What an account has used.
    struct Usage: Sendable {
        var amount = BudgetAmount()
        var isNoted = false

        init() {}

        init(_ item: DynamoDBItem) {
            amount = BudgetAmount(item)
            isNoted = item[Ledger.isNotedName]?.bool ?? false
        }
    }

    init(_ item: DynamoDBItem, bot: BotID) {
        self.bot = bot
        version = item[Name.version]?.integer ?? 0
        latest = item.date(Self.latestName)
        for (name, value) in item[Self.heldName]?.map ?? [:] {
            if let update = Int64(name), let entry = value.map.flatMap({ LedgerEntry($0) }) { held[update] = entry }
        }
    }

    /// The ledger's next version, in place of the one that was read.
    func write() -> DynamoDBWrite {
        var update = DynamoDBUpdate()
        update.set(Name.version, .integer(version + 1))
        update.set(
            Self.heldName,
            .map(Dictionary(uniqueKeysWithValues: held.map { ("\($0.key)", .map($0.value.attributes)) }))
        )
        update.set(Self.latestName, orRemove: latest.map { .date($0) })
        return .update(Self.key(of: bot), update, if: .equals(Name.version, version == 0 ? nil : .integer(version)))
    }

    /// How accounts stand.
    func balances(of accounts: [BudgetAccount]) -> [BudgetBalance] {
        accounts.map { account in
            let usage = usage[account] ?? Usage()
            return BudgetBalance(
                account: account,
                booked: usage.amount,
                held: held.reduce(BudgetAmount()) { sum, entry in
                    let event = EventID(bot: bot, update: entry.key)
                    return entry.value.request(event).accounts.contains(account) ? sum + entry.value.amount : sum
                },
                isNoted: usage.isNoted
            )
        }
    }

    /// The item of an account.
    func item(of account: BudgetAccount) -> DynamoDBItem {
        let usage = usage[account] ?? Usage()
        var item = Self.key(of: account, bot).attributes.merging(usage.amount.attributes) { $1 }
        if usage.isNoted { item[Self.isNotedName] = .bool(true) }
        return item
    }

    static func key(of bot: BotID) -> DynamoDBKey { DynamoDBKey("\(bot)#b", "ledger") }
    static func reservations(_ bot: BotID) -> String { "\(bot)#r" }
    /// Where everybody's usage is, one item for each period: the list of them, too.
    static func periods(_ bot: BotID) -> String { "\(bot)#y" }

    static func partition(of period: BudgetPeriod, _ bot: BotID) -> String {
        "\(periods(bot))#\(period.kind.rawValue)#\(period.name)"
    }

    static func key(of account: BudgetAccount, _ bot: BotID) -> DynamoDBKey {
        let period = "\(account.period.kind.rawValue)#\(account.period.name)"
        return switch account.scope {
        case .all: DynamoDBKey(periods(bot), period)
        case .user(let user): DynamoDBKey(partition(of: account.period, bot), "user#\(user)")
        case .chat(let chat): DynamoDBKey(partition(of: account.period, bot), "chat#\(chat)")
        case .guest(let user): DynamoDBKey(partition(of: account.period, bot), "guest#\(user)")
        case .guestChat(let chat): DynamoDBKey(partition(of: account.period, bot), "guest_chat#\(chat)")
        }
    }

    /// The period that everybody's item names.
    static func period(_ sort: String) -> BudgetPeriod? {
        let parts = sort.split(separator: "#", maxSplits: 1)
        guard parts.count == 2, let kind = BudgetPeriod.Kind(rawValue: String(parts[0])) else { return nil }
        return BudgetPeriod(kind: kind, name: String(parts[1]))
    }
}

/// What is set aside for an event.
struct LedgerEntry: Sendable {
    var user: UserID
    var chat: ChatID
    var day: String
    var month: String
    var amount: BudgetAmount
    var made: Date
    var isGuest: Bool

    static let madeName = "made"
    static let isHeldName = "held"
    private static let isGuestName = "guest"

    init(_ request: BudgetRequest) {
        (user, chat, amount, made) = (request.user, request.chat, request.amount, request.date)
        (day, month, isGuest) = (request.day.name, request.month.name, request.isGuest)
    }

    init?(_ item: DynamoDBItem) {
        guard let user = item[Name.user]?.integer, let chat = item[Name.chat]?.integer,
            let day = item["day"]?.string, let month = item["month"]?.string, let made = item.date(Self.madeName)
        else { return nil }
        (self.user, self.chat, self.day, self.month, self.made) = (UserID(user), ChatID(chat), day, month, made)
        amount = BudgetAmount(item)
        isGuest = item[Self.isGuestName]?.bool ?? false
    }

    /// What stands in the ledger.
    var attributes: DynamoDBItem {
        let guest: DynamoDBItem = isGuest ? [Self.isGuestName: .bool(true)] : [:]
        return guest.merging([
            Name.user: .integer(user.rawValue), Name.chat: .integer(chat.rawValue), "day": .string(day),
            "month": .string(month), Self.madeName: .date(made),
        ]) { $1 }.merging(amount.attributes) { $1 }
    }

    /// The reservation's own item.
    func item(_ key: DynamoDBKey, isHeld: Bool) -> DynamoDBItem {
        var item = key.attributes.merging(attributes) { $1 }
        item[Self.isHeldName] = .bool(isHeld)
        return item
    }

    /// What was asked for.
    func request(_ event: EventID) -> BudgetRequest {
        BudgetRequest(
            event: event,
            user: user,
            chat: chat,
            day: BudgetPeriod(kind: .day, name: day),
            month: BudgetPeriod(kind: .month, name: month),
            amount: amount,
            date: made,
            isGuest: isGuest
        )
    }
}

extension BudgetAmount {
    /// Reads the amount of an item.
    init(_ item: DynamoDBItem) {
        self.init(
            messages: Int(item["messages"]?.integer ?? 0),
            tokens: Int(item["tokens"]?.integer ?? 0),
            nanodollars: item["nanodollars"]?.integer ?? 0
        )
    }

    /// The amount as attributes.
    var attributes: DynamoDBItem {
        ["messages": .integer(messages), "tokens": .integer(tokens), "nanodollars": .integer(nanodollars)]
    }

    mutating func add(_ other: BudgetAmount) { self = self + other }
}
