import FoundationEssentials
import MartletConversation
import MartletStore
import Testing

/// What every store must do about access, run over each of them.
@Suite("Every access store")
struct AccessStoreConformance {
    private let bot = BotID(7)
    private let date = Date(timeIntervalSince1970: 1_800_000_000)

    private func withStore(
        _ kind: StoreKind,
        _ body: (any AccessStore) async throws -> Void
    ) async throws {
        try await kind.withStore { try await body($0) }
    }

    @Test("keeps people whole, by bot, and owners first", arguments: StoreKind.allCases)
    func people(kind: StoreKind) async throws {
        try await withStore(kind) { store async throws in
            let attempts = AccessAttempts(refusedUpdate: 9, refusal: date, wrongCodeCount: 2, wrongCodesSince: date)
            try await store.noteAttempts(attempts, of: UserID(5), bot: bot, at: date)
            #expect(try await store.knownPeople(of: bot).isEmpty, "a stranger is not known")
            let stranger = try await store.accessFacts(about: UserID(5), in: ChatID(5), bot: bot)
            #expect(
                stranger
                    == AccessFacts(
                        person: AccessPerson(id: UserID(5), standing: .stranger, since: date, attempts: attempts)
                    )
            )
            try await store.setAccess(.allowed, role: .member, name: "Ada 🦜", for: UserID(5), bot: bot, at: date)
            try await store.setAccess(.blocked, role: .member, name: nil, for: UserID(5), bot: bot, at: date)
            try await store.setAccess(.allowed, role: .owner, name: "B", for: UserID(6), bot: bot, at: date + 1)
            try await store.noteLanguage("tr", of: UserID(6), bot: bot, at: date)
            let known = try await store.knownPeople(of: bot)
            #expect(known.map(\.id) == [UserID(6), UserID(5)])
            #expect(known.map(\.name) == ["B", "Ada 🦜"])
            #expect(known.map(\.standing) == [.allowed, .blocked])
            #expect(known.map(\.languageCode) == ["tr", nil])
            #expect(known.last?.attempts == attempts)
            let facts = try await store.accessFacts(about: UserID(6), in: ChatID(6), bot: bot)
            #expect(facts.hasOwner)
            #expect(try await store.accessFacts(about: UserID(6), in: ChatID(6), bot: BotID(8)) == AccessFacts())
        }
    }

    @Test("forgets strangers of before, and nobody else", arguments: StoreKind.allCases)
    func strangers(kind: StoreKind) async throws {
        try await withStore(kind) { store async throws in
            for user in 1...4 {
                let attempts = AccessAttempts(refusal: user == 2 ? date + 100 : date)
                try await store.noteAttempts(attempts, of: UserID(Int64(user)), bot: bot, at: date)
            }
            try await store.setAccess(.blocked, role: .member, name: nil, for: UserID(3), bot: bot, at: date)
            try await store.noteLanguage("tr", of: UserID(4), bot: bot, at: date)
            try await store.forgetStrangers(of: bot, triedBefore: date + 50)
            for (user, isKept) in [(1, false), (2, true), (3, true), (4, true)] {
                let person = try await store.accessFacts(about: UserID(Int64(user)), in: ChatID(1), bot: bot).person
                #expect((person != nil) == isKept, "\(user)")
            }
        }
    }

    @Test("uses a code up once, however many try at once", arguments: StoreKind.allCases)
    func codes(kind: StoreKind) async throws {
        try await withStore(kind) { store async throws in
            let codes = (0..<3).map { index in
                PairingCodeRecord(.random(), role: index == 0 ? .owner : .member, expiry: Double(index) * 100)
            }
            for code in codes { try await store.addPairingCode(code, bot: bot) }
            #expect(try await store.pairingCodes(of: bot) == codes.reversed())
            try await store.removePairingCodes(of: bot, expiredBefore: Date(timeIntervalSince1970: 150), for: nil)
            #expect(try await store.pairingCodes(of: bot) == [codes[2]])
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for user in 1...20 {
                    let person = AccessPerson(
                        id: UserID(Int64(user)),
                        standing: .allowed,
                        since: date,
                        pairingUpdate: 3
                    )
                    group.addTask { try await store.redeem(codes[2], for: person, bot: bot) }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(winners == 1)
            #expect(try await store.knownPeople(of: bot).count == 1)
            try await store.addPairingCode(codes[0], bot: bot)
            try await store.removePairingCodes(of: bot, expiredBefore: .distantPast, for: .owner)
            #expect(try await store.pairingCodes(of: bot).isEmpty)
        }
    }

    @Test("keeps groups whole and moves them", arguments: StoreKind.allCases)
    func groups(kind: StoreKind) async throws {
        try await withStore(kind) { store async throws in
            var group = AccessGroup(
                chat: ChatID(-1),
                standing: .approved,
                title: "Bäcker 🥐",
                addedBy: UserID(5),
                since: date,
                isAsked: true,
                isPresent: false,
                settingsBy: .everybody
            )
            try await store.saveGroup(group, bot: bot)
            #expect(try await store.groups(of: bot) == [group])
            try await store.saveGroup(AccessGroup(chat: ChatID(-2), standing: .pending, since: date), bot: bot)
            for _ in 0..<2 { try await store.moveGroup(ChatID(-1), to: ChatID(-2), bot: bot) }
            group.chat = ChatID(-2)
            #expect(try await store.groups(of: bot) == [group], "a mere question gives way")
            try await store.saveGroup(AccessGroup(chat: ChatID(-3), standing: .refused, since: date), bot: bot)
            try await store.moveGroup(ChatID(-2), to: ChatID(-3), bot: bot)
            #expect(try await store.groups(of: bot).map(\.standing) == [.refused], "a decision stands")
            try await store.removeGroup(ChatID(-3), bot: bot)
            #expect(try await store.groups(of: bot).isEmpty)
        }
    }

    @Test("keeps connections and the bot's name", arguments: StoreKind.allCases)
    func names(kind: StoreKind) async throws {
        try await withStore(kind) { store async throws in
            let connection = ConnectionID("a\u{0}🦜")
            #expect(try await store.connectionOwner(connection, bot: bot) == nil)
            for user in [5, 6] { try await store.recordConnection(connection, owner: UserID(Int64(user)), bot: bot) }
            #expect(try await store.connectionOwner(connection, bot: bot) == UserID(6))
            for name in ["a_bot", "b_bot"] { try await store.recordUsername(name, of: bot) }
            #expect(try await store.username(of: bot) == "b_bot")
            #expect(try await store.username(of: BotID(8)) == nil)
        }
    }
}
