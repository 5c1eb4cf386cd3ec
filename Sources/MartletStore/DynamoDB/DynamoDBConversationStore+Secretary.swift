public import FoundationEssentials
import MartletAWS
public import MartletConversation

extension DynamoDBConversationStore: SecretaryStore {
    /// Records a connection.
    public func saveSecretaryAccount(_ account: SecretaryAccount) async throws -> SecretaryAccount? {
        let key = SecretaryPlace.account(account.owner, account.bot)
        while true {
            let item = try await item(key)
            let before = item.flatMap { SecretaryAccount($0) }
            if let before, before.date > account.date { return before }
            var account = account
            account.defaultMode = before?.defaultMode ?? account.defaultMode
            account.languageCode = account.languageCode ?? before?.languageCode
            let isSame = DynamoDBCondition.all([
                .equals(Name.date, item?[Name.date]), .equals("mode", item?["mode"]),
                .equals(SecretaryPlace.claims, item?[SecretaryPlace.claims]),
            ])
            let connection = SecretaryPlace.connection(account.connection.id, account.bot)
            do {
                try await table.transact([
                    .put(account.item(claims: item?[SecretaryPlace.claims]?.integer ?? 0), if: isSame),
                    .put(DynamoDBItem(connection, [Name.user: .integer(account.owner.rawValue)])),
                ])
            } catch is DynamoDBRefusal {
                continue
            }
            if let old = before?.connection.id, old != account.connection.id {
                try await delete([SecretaryPlace.connection(old, account.bot)])
            }
            return before
        }
    }

    /// An owner's account.
    public func secretaryAccount(of owner: UserID, bot: BotID) async throws -> SecretaryAccount? {
        try await item(SecretaryPlace.account(owner, bot)).flatMap { SecretaryAccount($0) }
    }

    /// The account behind a connection.
    public func secretaryAccount(behind connection: ConnectionID, bot: BotID) async throws -> SecretaryAccount? {
        guard let owner = try await item(SecretaryPlace.connection(connection, bot))?[Name.user]?.integer,
            let account = try await secretaryAccount(of: UserID(owner), bot: bot),
            account.connection.id == connection
        else { return nil }
        return account
    }

    /// Chooses the default.
    public func setSecretaryDefault(_ mode: SecretaryMode, of owner: UserID, bot: BotID) async throws {
        var update = DynamoDBUpdate()
        update.set("mode", .string(mode.rawValue))
        try await table.write(.update(SecretaryPlace.account(owner, bot), update, if: .isThere), orElse: [:])
    }

    /// The contacts of an owner.
    ///
    /// - Complexity: Looks at all of them for their order, and reads those that are wanted.
    public func secretaryContacts(
        of owner: UserID,
        bot: BotID,
        limit: Int,
        offset: Int
    ) async throws -> [SecretaryContact] {
        let query = DynamoDBQuery(
            SecretaryPlace.lanes(bot),
            .prefix("\(owner):"),
            names: [SecretaryPlace.lastDate, SecretaryPlace.lane]
        )
        let keys = try await table.all(query).sorted {
            ($0[SecretaryPlace.lastDate]?.double ?? 0, $0[SecretaryPlace.lane]?.integer ?? 0)
                > ($1[SecretaryPlace.lastDate]?.double ?? 0, $1[SecretaryPlace.lane]?.integer ?? 0)
        }
        .dropFirst(max(0, offset)).prefix(max(0, limit)).compactMap(DynamoDBKey.init(of:))
        let found = try await items(keys)
        return try keys.compactMap { key in try found[key].flatMap { try StoredLane($0, bot: bot)?.contact } }
    }

    /// A lane.
    public func secretaryContact(_ lane: LaneID) async throws -> SecretaryContact? {
        try await storedLane(lane)?.contact
    }

    private func storedLane(_ lane: LaneID) async throws -> StoredLane? {
        guard let pointer = try await item(SecretaryPlace.pointer(lane)), let bot = pointer["bot"]?.integer,
            let address = pointer["address"]?.string.flatMap({ LaneAddress($0, bot: BotID(bot)) })
        else { return nil }
        return try await item(SecretaryPlace.lane(address)).flatMap { try StoredLane($0, bot: address.bot) }
    }

    /// The latest messages of a lane.
    public func messages(in lane: LaneID) async throws -> [SaidMessage] {
        guard let stored = try await storedLane(lane) else { return [] }
        let keys = stored.said.map { SecretaryPlace.said($0.number, lane) }
        let found = try await items(keys)
        return keys.compactMap { found[$0].flatMap { SaidMessage($0) } }
    }

    /// What was sent in an owner's name.
    public func sentMessages(of owner: UserID, bot: BotID, limit: Int) async throws -> [SentMessage] {
        guard limit > 0 else { return [] }
        let query = DynamoDBQuery(
            SecretaryPlace.sent(owner, bot),
            isRanked: true,
            isDescending: true,
            limit: limit
        )
        let keys = try await table.all(query).compactMap(DynamoDBKey.init(of:))
        let found = try await items(keys)
        return keys.compactMap { found[$0].flatMap { SentMessage($0) } }
    }

    /// The lane that a message shows.
    public func lane(shownBy message: MessageID, in chat: ChatID, bot: BotID) async throws -> LaneID? {
        try await item(DynamoDBKey(SecretaryPlace.shown(chat, bot), "\(message)"))?[SecretaryPlace.lane]?.integer
            .map { LaneID($0) }
    }

    /// Lanes with something to do.
    public func dueLanes(of bot: BotID, at date: Date, isWriting: Bool, limit: Int) async throws -> [LaneID] {
        guard limit > 0 else { return [] }
        let kind = isWriting ? 1 : 0
        let query = DynamoDBQuery(
            SecretaryPlace.lanes(bot),
            .between("\(kind)#", "\(kind)#\(SecretaryPlace.wake(date))#~"),
            isRanked: true,
            limit: limit
        )
        return try await table.all(query).compactMap { item in
            item[Name.rank]?.string?.split(separator: "#").last.flatMap { Int64($0) }.map { LaneID($0) }
        }
    }

    /// When the next lane is due.
    public func nextWake(of bot: BotID, after date: Date) async throws -> Date? {
        let query = DynamoDBQuery(
            SecretaryPlace.lanes(bot),
            .between("0#\(SecretaryPlace.wake(date))#~", "0#~"),
            isRanked: true,
            limit: 1
        )
        guard let rank = try await table.all(query).first?[Name.rank]?.string else { return nil }
        let microseconds = rank.split(separator: "#").dropFirst().first.flatMap { Double($0) }
        return microseconds.map { Date(timeIntervalSince1970: $0 / 1e6) }
    }

    /// Forgets what is old.
    public func pruneSecretary(before date: Date) async throws {
        for item in try await table.all(DynamoDBQuery(SecretaryPlace.accounts)) {
            guard let account = SecretaryAccount(item) else { continue }
            let bot = account.bot
            for partition in [
                SecretaryPlace.sent(account.owner, bot), SecretaryPlace.shown(account.connection.ownerChat, bot),
            ] {
                let query = DynamoDBQuery(partition, SecretaryPlace.before(date), isRanked: true)
                try await table.forEachPage(of: query) { items in
                    try await delete(items.compactMap(DynamoDBKey.init(of:)))
                    return true
                }
            }
            let isOld = DynamoDBCondition.all([
                .compares(SecretaryPlace.lastDate, .less, .date(date)), .missing(Name.rank),
                .equals(SecretaryPlace.isChosen, .bool(false)),
            ])
            let lanes = DynamoDBQuery(SecretaryPlace.lanes(bot), .prefix("\(account.owner):"), filter: isOld)
            for lane in try await table.all(lanes) {
                if let stored = try StoredLane(lane, bot: bot) { try await forget(stored, account) }
            }
        }
    }

    /// Forgets a lane with all that belongs to it; the lane itself goes last, so that a rest is found again.
    private func forget(_ lane: StoredLane, _ account: SecretaryAccount?) async throws {
        let (id, address) = (lane.contact.id, lane.contact.address)
        try await deletePartition(SecretaryPlace.lane(id), .prefix("s#"))
        try await deletePartition(
            SecretaryPlace.sent(address.owner, address.bot),
            .prefix(SecretaryPlace.sentPrefix(id))
        )
        let chat = account?.connection.ownerChat ?? ChatID(address.owner.rawValue)
        let isShown = DynamoDBCondition.equals(SecretaryPlace.lane, .integer(id.rawValue))
        let query = DynamoDBQuery(SecretaryPlace.shown(chat, address.bot), filter: isShown, names: [])
        try await table.forEachPage(of: query) { items in
            try await delete(items.compactMap(DynamoDBKey.init(of:)))
            return true
        }
        do {
            try await table.transact([
                .delete(SecretaryPlace.lane(address), if: lane.isUnchanged), .delete(SecretaryPlace.pointer(id)),
            ])
        } catch is DynamoDBRefusal {
            // Somebody wrote there just now; it is not old any more.
        }
    }

    /// Forgets a person.
    public func eraseSecretary(of user: UserID, bot: BotID) async throws {
        let account = try await secretaryAccount(of: user, bot: bot)
        for lane in try await lanes(about: user, bot: bot) {
            let owner = lane.contact.address.owner
            let theirs = owner == user ? account : try await secretaryAccount(of: owner, bot: bot)
            var current: StoredLane? = lane
            while let stored = current {
                try await forget(stored, theirs)
                current = try await item(SecretaryPlace.lane(stored.contact.address)).flatMap {
                    try StoredLane($0, bot: bot)
                }
            }
        }
        try await deletePartition(SecretaryPlace.sent(user, bot))
        let chat = account?.connection.ownerChat ?? ChatID(user.rawValue)
        try await deletePartition(SecretaryPlace.shown(chat, bot))
        let isTheirs = DynamoDBCondition.equals(Name.user, .integer(user.rawValue))
        let connections = DynamoDBQuery(SecretaryPlace.connections(bot), filter: isTheirs, names: [])
        try await delete(try await table.all(connections).compactMap(DynamoDBKey.init(of:)))
        try await delete([SecretaryPlace.account(user, bot)])
    }

    /// The lanes of an owner, and those in which they are the contact.
    func lanes(about user: UserID, bot: BotID) async throws -> [StoredLane] {
        let isContact = DynamoDBCondition.equals(Name.chat, .integer(user.rawValue))
        let partition = SecretaryPlace.lanes(bot)
        let found =
            try await table.all(DynamoDBQuery(partition, .prefix("\(user):")))
            + table.all(DynamoDBQuery(partition, filter: isContact))
        var lanes: [LaneID: StoredLane] = [:]
        for item in found {
            if let lane = try StoredLane(item, bot: bot) { lanes[lane.contact.id] = lane }
        }
        return lanes.values.sorted { $0.contact.id.rawValue < $1.contact.id.rawValue }
    }
}

extension SaidMessage {
    /// Reads an item.
    init?(_ item: DynamoDBItem) {
        guard let author = item[SecretaryPlace.author]?.string.flatMap(Author.init(rawValue:)),
            let message = item[SecretaryPlace.message]?.integer, let text = item[SecretaryPlace.text]?.string,
            let date = item.date(Name.date)
        else { return nil }
        self.init(message: MessageID(message), author: author, text: text, date: date)
    }
}

extension SentMessage {
    /// Reads an item.
    init?(_ item: DynamoDBItem) {
        guard let lane = item[SecretaryPlace.lane]?.integer, let draft = item[SecretaryPlace.draft]?.integer,
            let text = item[SecretaryPlace.text]?.string, let date = item.date(Name.date)
        else { return nil }
        self.init(
            lane: LaneID(lane),
            draft: Int(draft),
            contact: item[SecretaryPlace.contact]?.string ?? "",
            text: text,
            date: date,
            isAutomatic: item[SecretaryPlace.isAutomatic]?.bool ?? false,
            outcome: item[SecretaryPlace.outcome]?.string.flatMap(Outcome.init(rawValue:)) ?? .doubtful
        )
    }
}
