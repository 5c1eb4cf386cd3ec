import FoundationEssentials
import MartletAWS
public import MartletConversation
import MartletCore

extension DynamoDBConversationStore {
    /// Everything that is stored about a person.
    public func personalRecords(of user: UserID, bot: BotID) async throws -> [PersonalRecords] {
        let (own, shared) =
            try await personalRecords(of: user, bot: bot)
            as (
                own: [ConversationRecord], shared: [ConversationRecord]
            )
        var sections: [(String, [JSONObject])] = []
        sections.append(("messages", try await own.flatMapAsync { try await self.words(in: $0) }))
        sections.append(
            ("messages_in_groups", try await shared.flatMapAsync { try await self.words(in: $0, of: user) })
        )
        sections.append(("conversations", try await own.flatMapAsync { [try await self.description(of: $0)] }))
        sections.append(("unanswered", try await waiting(of: user, bot: bot)))
        sections += try await accessSections(of: user, bot: bot)
        sections.append(("usage", try await usage(of: user, bot: bot)))
        sections += try await secretarySections(of: user, bot: bot)
        return sections.filter { !$0.1.isEmpty }.map { PersonalRecords(section: $0.0, records: $0.1) }
    }

    /// The turns of a conversation; of a shared one a person's own words and what was answered to them.
    private func words(in record: ConversationRecord, of user: UserID? = nil) async throws -> [JSONObject] {
        let bot = record.key.bot
        let query = DynamoDBQuery(Place.turns(bot, record.partition), .prefix("t#"))
        var theirs: Set<EventID> = []
        var words: [JSONObject] = []
        try await table.forEachPage(of: query) { items in
            for item in items {
                guard let turn = try await storedTurn(item, bot: bot)?.turn else { continue }
                if let user {
                    if turn.speaker == user, let event = turn.event { theirs.insert(event) }
                    guard turn.speaker == user || turn.event.map({ theirs.contains($0) }) ?? false else { continue }
                }
                words.append(
                    Self.object([
                        ("role", .string(turn.message.role.rawValue)), ("content", .string(turn.message.content)),
                        ("date", .moment(turn.date)),
                    ])
                )
            }
            return true
        }
        return words
    }

    private func description(of record: ConversationRecord) async throws -> JSONObject {
        let place = Place.turns(record.key.bot, record.partition)
        let summary = try await unpack(record.item[Name.summary], in: place)
        let unanswered = try await unpack(record.item[Name.unanswered], in: place)
        return Self.object([
            ("key", .string(record.key.description)),
            ("settings", record.item[Name.settings]?.string.flatMap { try? JSONValue(parsing: Array($0.utf8)) }),
            ("summary", summary.map { .string(String(decoding: $0, as: UTF8.self)) }),
            ("unanswered", unanswered.flatMap { try? JSONValue(parsing: $0) }),
        ])
    }

    private func waiting(of user: UserID, bot: BotID) async throws -> [JSONObject] {
        var waiting: [JSONObject] = []
        for record in try await openRecords(of: bot) {
            guard let bytes = try await unpack(record[Name.event], in: Place.updates(bot)),
                let event = try? JSONDecoder().decode(InboundEvent.self, from: Data(bytes)), event.sender.id == user
            else { continue }
            waiting.append(
                Self.object([
                    ("received", record.date(Name.received).map { .moment($0) }),
                    ("state", record[Name.state]?.string.map { .string($0) }),
                    ("event", try? JSONValue(parsing: bytes)),
                ])
            )
        }
        return waiting
    }

    private func accessSections(of user: UserID, bot: BotID) async throws -> [(String, [JSONObject])] {
        let person = try await item(Self.place(of: user, bot: bot))
        let isAdder = DynamoDBCondition.equals(AccessName.addedBy, .integer(user.rawValue))
        let groups = try await table.all(DynamoDBQuery(Place.access(bot), .prefix("g#"), filter: isAdder))
        return [
            ("access", person.map { [Self.object(of: $0, ["user": .integer(user.rawValue)])] } ?? []),
            (
                "groups_where_you_added_the_bot",
                groups.compactMap { AccessGroup($0) }.map { group in
                    Self.object([
                        ("chat", .integer(group.chat.rawValue)), ("title", group.title.map { .string($0) }),
                        ("since", .moment(group.since)),
                    ])
                }
            ),
            (
                "connections",
                try await connections(of: user, bot: bot).map {
                    Self.object([("connection", .string($0.connection.rawValue))])
                }
            ),
        ]
    }

    private func usage(of user: UserID, bot: BotID) async throws -> [JSONObject] {
        let keys = try await periods(of: bot).flatMap { period in
            Self.usageKeys(of: user, in: period, bot: bot).map { (period, $0) }
        }
        let found = try await items(keys.map(\.1))
        return keys.compactMap { period, key in
            guard let item = found[key] else { return nil }
            let amount = BudgetAmount(item)
            return Self.object([
                ("scope", .string(String(key.sort.prefix { $0 != "#" }))), ("period", .string(period.kind.rawValue)),
                ("name", .string(period.name)), ("messages", .integer(Int64(amount.messages))),
                ("tokens", .integer(Int64(amount.tokens))), ("nanodollars", .integer(amount.nanodollars)),
            ])
        }
    }

    /// What was said and sent in somebody's name: the account's owner gets all of it, a contact their own words.
    private func secretarySections(of user: UserID, bot: BotID) async throws -> [(String, [JSONObject])] {
        var said: [JSONObject] = []
        var contacts: [JSONObject] = []
        for lane in try await lanes(about: user, bot: bot) {
            let isOwner = lane.contact.address.owner == user
            for message in try await messages(in: lane.contact.id) where isOwner || message.author == .contact {
                said.append(
                    Self.object([
                        ("author", .string(message.author.rawValue)), ("text", .string(message.text)),
                        ("date", .moment(message.date)),
                    ])
                )
            }
            if isOwner {
                contacts.append(
                    Self.object([
                        ("chat", .integer(lane.contact.address.chat.rawValue)),
                        ("state", try JSONValue(parsing: Array(try JSONEncoder().encode(lane.contact.lane)))),
                    ])
                )
            }
        }
        let sent = try await sentMessages(of: user, bot: bot, limit: .max).map { message in
            Self.object([
                ("contact", .string(message.contact)), ("text", .string(message.text)),
                ("date", .moment(message.date)), ("is_automatic", .bool(message.isAutomatic)),
                ("outcome", .string(message.outcome.rawValue)),
            ])
        }
        let account = try await item(SecretaryPlace.account(user, bot))
        return [
            ("said_over_connections", said), ("sent_in_your_name", sent), ("contacts", contacts),
            ("account", account.map { [Self.object(of: $0, ["owner": .integer(user.rawValue)])] } ?? []),
        ]
    }

    private static func object(_ members: [(String, JSONValue?)]) -> JSONObject {
        JSONObject(members.compactMap { name, value in value.map { (name, $0) } })
    }

    /// An item without its key; moments are shown as dates.
    private static func object(of item: DynamoDBItem, _ first: JSONObject) -> JSONObject {
        let moments: Set<String> = [
            Name.date, AccessName.since, AccessName.refusal, AccessName.wrongCodesSince,
        ]
        var object = first
        for (name, value) in item.sorted(by: { $0.key < $1.key })
        where name != DynamoDBKey.partitionName && name != DynamoDBKey.sortName {
            switch value {
            case .string(let text): object[name] = .string(text)
            case .bool(let flag): object[name] = .bool(flag)
            case .number where moments.contains(name): object[name] = item.date(name).map { .moment($0) }
            case .number: object[name] = value.integer.map { .integer($0) } ?? value.double.map { .number($0) }
            default: break
            }
        }
        return object
    }
}

extension JSONValue {
    fileprivate static func moment(_ date: Date) -> JSONValue { .string(date.formatted(.iso8601)) }
}

extension Array {
    /// The elements that `body` makes of each, one after the other.
    fileprivate func flatMapAsync<Value>(_ body: (Element) async throws -> [Value]) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values += try await body(element) }
        return values
    }
}
