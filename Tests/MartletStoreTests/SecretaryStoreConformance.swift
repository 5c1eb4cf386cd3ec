import FoundationEssentials
import MartletConversation
import MartletStore
import Testing

/// What every store must do for the secretary.
@Suite("Every store of the secretary")
struct SecretaryStoreConformance {
    typealias Kind = StoreKind

    private let bot = BotID(7)
    private let start = Date(timeIntervalSince1970: 1_700_000_000)

    private func withStore(_ kind: Kind, _ body: (any SecretaryStore) async throws -> Void) async throws {
        try await kind.withStore { try await body($0) }
    }

    private func account(_ owner: Int64 = 42, connection: String = "c1", canReply: Bool = true, at seconds: Double = 0)
        -> SecretaryAccount
    {
        SecretaryAccount(
            bot: bot,
            connection: Connection(
                id: ConnectionID(connection),
                owner: UserID(owner),
                ownerChat: ChatID(owner),
                canReply: canReply,
                isEnabled: true
            ),
            date: start + seconds,
            name: "Olga",
            languageCode: "ru"
        )
    }

    private func address(_ chat: Int64, owner: Int64 = 42) -> LaneAddress {
        LaneAddress(bot: bot, owner: UserID(owner), chat: ChatID(chat))
    }

    @discardableResult
    private func feed(
        _ store: any SecretaryStore,
        _ lane: LaneReference,
        _ input: LaneInput,
        at seconds: Double = 0
    ) async throws -> LaneUpdate? {
        let now = start + seconds
        return try await store.advance(lane, countingSince: now - 86_400) { lane, surroundings in
            lane.advance(
                input,
                at: now,
                under: LaneRules(
                    defaultMode: surroundings.account.defaultMode,
                    canReply: surroundings.account.canReply,
                    automaticCount: surroundings.automaticCount,
                    ownerAutomaticCount: surroundings.ownerAutomaticCount,
                    settings: SecretarySettings(),
                    chance: 0.5
                )
            )
        }
    }

    private func hello(_ update: Int64, _ text: String = "hello \u{0} 🦜", at seconds: Double = 0) -> LaneInput {
        .contactSaid(
            SaidMessage(message: MessageID(update), author: .contact, text: text, date: start + seconds),
            from: LaneContact(name: "Ada"),
            event: EventID(bot: bot, update: update),
            isReadable: true
        )
    }

    @Test("keeps accounts, their choices and their newest connection", arguments: Kind.allCases)
    func accounts(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            #expect(try await store.saveSecretaryAccount(account()) == nil)
            #expect(try await store.secretaryAccount(of: UserID(42), bot: bot) == account())
            #expect(try await store.secretaryAccount(of: UserID(42), bot: BotID(8)) == nil)
            try await store.setSecretaryDefault(.automatic, of: UserID(42), bot: bot)
            _ = try await store.saveSecretaryAccount(account(connection: "c2", at: 10))
            #expect(
                try await store.saveSecretaryAccount(account(canReply: false, at: 5))?.connection.id.rawValue == "c2"
            )
            let found = try #require(try await store.secretaryAccount(behind: ConnectionID("c2"), bot: bot))
            #expect(found.defaultMode == .automatic && found.canReply)
            #expect(try await store.secretaryAccount(behind: ConnectionID("c1"), bot: bot) == nil)
        }
    }

    @Test("makes a lane once, and only for an owner who has an account", arguments: Kind.allCases)
    func lanes(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            #expect(try await feed(store, .address(address(5)), hello(1)) == nil)
            _ = try await store.saveSecretaryAccount(account())
            let first = try #require(try await feed(store, .address(address(5)), hello(1)))
            let again = try #require(try await feed(store, .address(address(5)), hello(2, at: 1)))
            #expect(first.contact.id == again.contact.id)
            #expect(try await store.secretaryContact(first.contact.id) == again.contact)
            let other = try #require(try await feed(store, .address(address(6)), hello(3, at: 2)))
            let contacts = try await store.secretaryContacts(of: UserID(42), bot: bot, limit: 9, offset: 0)
            #expect(contacts.map(\.id) == [other.contact.id, first.contact.id])
            #expect(
                try await store.secretaryContacts(of: UserID(42), bot: bot, limit: 1, offset: 1).map(\.id)
                    == [first.contact.id]
            )
            #expect(try await feed(store, .id(LaneID(99)), .tick) == nil)
            #expect(try await store.secretaryContact(LaneID(99)) == nil)
        }
    }

    @Test("keeps the newest messages of each author, and forgets them when told", arguments: Kind.allCases)
    func messages(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            _ = try await store.saveSecretaryAccount(account())
            try await store.setSecretaryDefault(.suggest, of: UserID(42), bot: bot)
            let lane = try #require(try await feed(store, .address(address(5)), hello(1))).contact.id
            let owner = SaidMessage(message: MessageID(2), author: .owner, text: "mine", date: start)
            try await feed(store, .id(lane), .ownerSpoke(owner, event: EventID(bot: bot, update: 2)))
            for update in Int64(3)..<60 { try await feed(store, .id(lane), hello(update, "n\(update)")) }
            try await feed(
                store,
                .id(lane),
                .contactEdited(
                    SaidMessage(message: MessageID(59), author: .contact, text: "changed", date: start),
                    event: EventID(bot: bot, update: 60)
                )
            )
            let said = try await store.messages(in: lane)
            #expect(said.count == SaidMessage.maximumCount + 1)
            #expect(said.first?.text == "mine")
            #expect(said.last?.text == "changed")
            let deleted = LaneInput.unsaid([MessageID(59), MessageID(2)], event: EventID(bot: bot, update: 61))
            #expect(try await feed(store, .known(address(5)), deleted) != nil)
            #expect(try await store.messages(in: lane).map(\.text).last == "n58")
            #expect(try await store.messages(in: lane).contains { $0.author == .owner } == false)
            #expect(try await feed(store, .known(address(6)), deleted) == nil, "nobody is made known by a deletion")
            #expect(try await store.secretaryContacts(of: UserID(42), bot: bot, limit: 9, offset: 0).count == 1)
            try await feed(store, .id(lane), .chosen(.off))
            #expect(try await store.messages(in: lane).isEmpty)
        }
    }

    @Test("finds lanes that have something to do, by what it is and when", arguments: Kind.allCases)
    func due(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            _ = try await store.saveSecretaryAccount(account())
            try await store.setSecretaryDefault(.suggest, of: UserID(42), bot: bot)
            let first = try #require(try await feed(store, .address(address(5)), hello(1))).contact.id
            let second = try #require(try await feed(store, .address(address(6)), hello(2, at: 4), at: 4)).contact.id
            #expect(try await store.nextWake(of: bot, after: start) == start + 8)
            #expect(try await store.dueLanes(of: bot, at: start + 7, isWriting: false, limit: 9).isEmpty)
            #expect(try await store.dueLanes(of: bot, at: start + 20, isWriting: false, limit: 9) == [first, second])
            #expect(try await store.dueLanes(of: bot, at: start + 20, isWriting: false, limit: 1) == [first])
            #expect(try await store.dueLanes(of: BotID(8), at: start + 20, isWriting: false, limit: 9).isEmpty)
            try await feed(store, .id(first), .tick, at: 8)
            #expect(try await store.dueLanes(of: bot, at: start + 8, isWriting: true, limit: 9) == [first])
            #expect(try await store.nextWake(of: bot, after: start + 8) == start + 12)
        }
    }

    @Test("claims, settles and lists what is sent, and counts what went out by itself", arguments: Kind.allCases)
    func sent(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            _ = try await store.saveSecretaryAccount(account())
            try await store.setSecretaryDefault(.automatic, of: UserID(42), bot: bot)
            let lane = try #require(try await feed(store, .address(address(5)), hello(1))).contact.id
            try await feed(store, .id(lane), .tick, at: 8)
            try await feed(store, .id(lane), .written("fine", round: 1), at: 8)
            try await feed(store, .id(lane), .tick, at: 100)
            try await feed(store, .id(lane), .sendBegins(draft: 1), at: 100)
            var log = try await store.sentMessages(of: UserID(42), bot: bot, limit: 9)
            #expect(log.map(\.outcome) == [.sending] && log[0].isAutomatic && log[0].contact == "Ada")
            try await feed(store, .id(lane), .sent(MessageID(50), draft: 1), at: 101)
            log = try await store.sentMessages(of: UserID(42), bot: bot, limit: 9)
            #expect(log.map(\.outcome) == [.sent] && log[0].text == "fine" && log[0].date == start + 100)
            for (since, count) in [(start + 100, 1), (start + 101, 0)] {
                _ = try await store.advance(.id(lane), countingSince: since) { _, surroundings in
                    #expect(surroundings.automaticCount == count && surroundings.ownerAutomaticCount == count)
                    return LaneStep()
                }
            }
            _ = try await store.advance(.address(address(6)), countingSince: start) { _, surroundings in
                #expect(surroundings.automaticCount == 0 && surroundings.ownerAutomaticCount == 1)
                return LaneStep()
            }
        }
    }

    @Test(
        "finds a draft's lane by its message, and forgets what is old and whom it is told to",
        arguments: Kind.allCases
    )
    func forgets(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            _ = try await store.saveSecretaryAccount(account())
            try await store.setSecretaryDefault(.suggest, of: UserID(42), bot: bot)
            let lane = try #require(try await feed(store, .address(address(5)), hello(1))).contact.id
            try await feed(store, .id(lane), .shown(MessageID(900), draft: 1))
            try await feed(store, .id(lane), .choreEnded(1))
            #expect(try await store.lane(shownBy: MessageID(900), in: ChatID(42), bot: bot) == lane)
            #expect(try await store.lane(shownBy: MessageID(900), in: ChatID(43), bot: bot) == nil)
            try await feed(store, .id(lane), .paused(true), at: 1)
            try await store.pruneSecretary(before: start + 1)
            #expect(try await store.lane(shownBy: MessageID(900), in: ChatID(42), bot: bot) == nil)
            #expect(try await store.secretaryContact(lane) != nil, "what the owner chose stays")
            try await feed(store, .id(lane), .paused(false), at: 2)
            try await store.pruneSecretary(before: start + 1)
            #expect(try await store.secretaryContact(lane) == nil)
            let next = try #require(try await feed(store, .address(address(5)), hello(1))).contact.id
            #expect(next != lane, "buttons with the number of a lane that is gone mean nothing")
            try await store.eraseSecretary(of: UserID(5), bot: bot)
            #expect(try await store.secretaryContact(next) == nil)
            #expect(try await store.secretaryAccount(of: UserID(42), bot: bot) != nil)
            try await store.eraseSecretary(of: UserID(42), bot: bot)
            #expect(try await store.secretaryAccount(of: UserID(42), bot: bot) == nil)
        }
    }
}
