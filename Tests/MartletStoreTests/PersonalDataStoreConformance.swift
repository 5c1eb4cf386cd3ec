import FoundationEssentials
import GRDB
import MartletConversation
import MartletCore
import MartletStore
import Testing

/// What every store must do about what it knows of people, run over each of them.
@Suite("Every store of personal data")
struct PersonalDataStoreConformance {
    typealias Kind = StoreKind
    typealias Store = PersonalDataStore & ConversationStore & AccessStore & BudgetStore
    private let bot = BotID(7)
    private let date = Date(timeIntervalSince1970: 1_800_000_000)

    private func withStore(_ kind: Kind, _ body: (any Store) async throws -> Void) async throws {
        try await kind.withStore { try await body($0) }
    }

    /// Has somebody say something in their private chat, answers the first `answered` of it and leaves the rest.
    private func fill(_ store: any Store, user: Int64, words: String, answered: Int = 3, waiting: Int = 1) async throws
    {
        for index in 0..<(answered + waiting) {
            let event = InboundEvent(
                id: EventID(bot: bot, update: user * 1000 + Int64(index)),
                key: ConversationKey(bot: bot, chat: ChatID(user)),
                isPrivate: true,
                message: MessageID(Int64(index)),
                sender: .init(id: UserID(user), name: "name of " + words),
                date: date,
                content: .text("question of \(words)")
            )
            _ = try await store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
            let day = BudgetPeriod(kind: .day, name: index == 0 ? "2026-10-31" : "2026-11-21")
            let month = BudgetPeriod(kind: .month, name: index == 0 ? "2026-10" : "2026-11")
            let request = BudgetRequest(
                event: event.id,
                user: UserID(user),
                chat: ChatID(user),
                day: day,
                month: month,
                amount: BudgetAmount(messages: 1, tokens: 10),
                date: date
            )
            _ = try await store.reserve(request) { _, _ in .granted }
            guard index < answered else { continue }
            _ = try await store.settle(event.id, as: request.amount) { _ in [] }
            let turns = [
                Turn(.user("question of \(words)"), date: date + Double(index)),
                Turn(.assistant("answer to \(words)"), date: date + Double(index)),
            ]
            try await store.finish(event.id, as: .answered, remembering: turns, in: event.key)
        }
        try await store.setAccess(.allowed, role: .member, name: words, for: UserID(user), bot: bot, at: date)
    }

    @Test("gives a person what is about them, and nobody else's", arguments: Kind.allCases)
    func exports(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            try await fill(store, user: 5, words: "parrot \"🦜\"")
            try await fill(store, user: 55, words: "heron")
            let data = PersonalData(store: store, timeZone: .gmt)
            let bytes = try await data.export(of: UserID(5), bot: bot)
            let json = try JSONValue(parsing: bytes)
            #expect(json["messages"]?.array?.count == 6)
            #expect(json["messages"]?.array?.first?["content"]?.string == "question of parrot \"🦜\"")
            #expect(json["unanswered"]?.array?.count == 1)
            #expect(json["access"]?.array?.count == 1)
            #expect((json["usage"]?.array?.count ?? 0) >= 4)
            #expect(json["user"]?.integer == 5)
            #expect(!String(decoding: bytes, as: UTF8.self).contains("heron"))
            let nobody = try JSONValue(parsing: try await data.export(of: UserID(6), bot: bot))
            #expect(nobody.object?.names == ["user", "bot", "exported"])
        }
    }

    @Test("forgets a person, what waits for an answer too, and nobody else", arguments: Kind.allCases)
    func erases(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            try await fill(store, user: 5, words: "parrot")
            try await fill(store, user: 55, words: "heron")
            #expect(try await store.personalConversations(of: UserID(5), bot: bot) == ["7:5:-:-"])
            for _ in 0..<2 {
                try await store.erasePersonalData(of: UserID(5), bot: bot, keepingUsageSince: "2026-11")
                let left = try await store.personalRecords(of: UserID(5), bot: bot)
                #expect(left.map(\.section) == ["usage"])
                #expect(left.flatMap(\.records).allSatisfy { $0["name"]?.string?.hasPrefix("2026-11") == true })
            }
            #expect(try await store.unfinishedEvents(of: bot).map(\.sender.id) == [UserID(55)])
            #expect(try await store.beginAnswer(to: EventID(bot: bot, update: 5003)) == nil)
            let key = ConversationKey(bot: bot, chat: ChatID(55))
            #expect(try await store.conversation(for: key, turnLimit: 99).turns.count == 6)
            #expect(try await store.knownPeople(of: bot).map(\.id) == [UserID(55)])
            // An update that comes again is still recognised.
            let again = ReceivedUpdate(id: EventID(bot: bot, update: 5000), meaning: .ignored(reason: ""))
            #expect(try await store.accept([again]) == [])
        }
    }

    @Test(
        "takes a person's words out of a group with what was made of them, and leaves others' theirs",
        arguments: Kind.allCases
    )
    func groups(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let key = ConversationKey(bot: bot, chat: ChatID(-1))
            for (update, user) in [(1, 5), (2, 6)] as [(Int64, Int64)] {
                let event = InboundEvent(
                    id: EventID(bot: bot, update: update),
                    key: key,
                    isPrivate: false,
                    message: MessageID(update),
                    sender: .init(id: UserID(user), name: "Ada"),
                    date: date,
                    content: .text("question of \(user)")
                )
                _ = try await store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
                let turns = [
                    Turn(.user("question of \(user)"), date: date, event: event.id, speaker: UserID(user)),
                    Turn(.assistant("answer to \(user)"), date: date, event: event.id),
                ]
                try await store.finish(event.id, as: .answered, remembering: turns, in: key)
            }
            let second = try #require(
                try await store.conversation(for: key, turnLimit: 9).turns.dropFirst().first?.position
            )
            try await store.setSummary(.init(text: "what both said", through: second), for: key)
            #expect(try await store.conversation(for: key, turnLimit: 9).summary != nil)
            #expect(try await store.personalConversations(of: UserID(5), bot: bot) == ["7:-1:-:-"])
            try await store.erasePersonalData(of: UserID(5), bot: bot, keepingUsageSince: "2026-11")
            let left = try await store.conversation(for: key, turnLimit: 9)
            #expect(left.turns.map(\.message.content) == ["question of 6", "answer to 6"])
            #expect(left.summary == nil)
            #expect(try await store.personalConversations(of: UserID(5), bot: bot) == [])
        }
    }

    @Test("takes what was overheard of a person out of a group, and leaves others' there", arguments: Kind.allCases)
    func overheard(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let key = ConversationKey(bot: bot, chat: ChatID(-1))
            for (update, user) in [(1, 5), (2, 6)] as [(Int64, Int64)] {
                let event = InboundEvent(
                    id: EventID(bot: bot, update: update),
                    key: key,
                    isPrivate: false,
                    message: MessageID(update),
                    sender: .init(id: UserID(user), name: "Ada"),
                    date: date,
                    content: .text("word of \(user)")
                )
                _ = try await store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
                let turn = Turn(
                    .user("word of \(user)"),
                    date: date,
                    source: MessageID(update),
                    speaker: UserID(user)
                )
                try await store.finish([event.id], as: .ignored, remembering: .overheard(turn), in: key)
            }
            try await store.erasePersonalData(of: UserID(5), bot: bot, keepingUsageSince: "2026-11")
            let left = try await store.conversation(for: key, turnLimit: 9).turns
            #expect(left.map(\.message.content) == ["word of 6"])
            #expect(try await store.personalConversations(of: UserID(5), bot: bot) == [])
        }
    }

    @Test("leaves a blocked person blocked and an owner an owner, by number alone", arguments: Kind.allCases)
    func keepsStandings(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            try await store.setAccess(.blocked, role: .member, name: "Ada", for: UserID(5), bot: bot, at: date)
            try await store.setAccess(.allowed, role: .owner, name: "Ben", for: UserID(6), bot: bot, at: date)
            for user in [5, 6] {
                try await store.erasePersonalData(of: UserID(Int64(user)), bot: bot, keepingUsageSince: "2026-11")
            }
            let known = try await store.knownPeople(of: bot)
            #expect(known.map(\.standing) == [.allowed, .blocked])
            #expect(known.map(\.role) == [.owner, .member])
            #expect(known.allSatisfy { $0.name == nil })
        }
    }

    @Test("forgets old turns and says in which conversations", arguments: Kind.allCases)
    func retention(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            try await fill(store, user: 5, words: "parrot")
            #expect(try await store.eraseTurns(of: bot, saidBefore: date) == [])
            #expect(try await store.eraseTurns(of: BotID(8), saidBefore: .distantFuture) == [])
            #expect(try await store.eraseTurns(of: bot, saidBefore: date + 2) == ["7:5:-:-"])
            let key = ConversationKey(bot: bot, chat: ChatID(5))
            #expect(try await store.conversation(for: key, turnLimit: 99).turns.count == 2)
        }
    }

    @Test("leaves no byte of a person's words or name in the files")
    func raw() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let store = try SQLiteConversationStore(path: path)
            // Enough that pages split, merge and move.
            for round in 0..<40 {
                for (user, words) in [(5, "PARROTWORDS"), (55, "heronwords")] as [(Int64, String)] {
                    let event = InboundEvent(
                        id: EventID(bot: bot, update: user * 1000 + Int64(round)),
                        key: ConversationKey(bot: bot, chat: ChatID(user)),
                        isPrivate: true,
                        message: MessageID(1),
                        sender: .init(id: UserID(user), name: "NAMEOF" + words),
                        date: date,
                        content: .text(String(repeating: words, count: 1 + round * 20))
                    )
                    _ = try await store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
                    try await store.recordFinal(FinalReply(text: "re " + words, isRemembered: true), of: event.id)
                    if round % 10 == 9 { continue }
                    let turns = [
                        Turn(.user(String(repeating: words, count: 1 + round * 20)), date: date),
                        Turn(.assistant("re " + words), date: date),
                    ]
                    try await store.finish(event.id, as: .answered, remembering: turns, in: event.key)
                    if round == 20 { try await store.eraseTurns(of: event.key) }
                }
            }
            let poison = Array("{\"id\":5,\"text\":\"PARROTWORDS\"".utf8)
            _ = try await store.accept([
                ReceivedUpdate(id: EventID(bot: bot, update: 1), meaning: .unreadable(bytes: poison))
            ])
            try await store.setAccess(
                .allowed,
                role: .member,
                name: "NAMEOFPARROTWORDS",
                for: UserID(5),
                bot: bot,
                at: date
            )
            func count(_ words: String) -> Int {
                [path, path + "-wal"].reduce(0) { count, file in
                    let data = (try? Data(contentsOf: URL(filePath: file))) ?? Data()
                    return count + data.ranges(of: Data(words.utf8)).count
                }
            }
            #expect(count("PARROTWORDS") > 0)
            try await store.erasePersonalData(of: UserID(5), bot: bot, keepingUsageSince: "2026-11")
            #expect(count("PARROTWORDS") == 0)
            #expect(count("heronwords") > 0)
            #expect(
                try await store.conversation(for: ConversationKey(bot: bot, chat: ChatID(55)), turnLimit: 999).turns
                    .count == 34
            )
        }
    }

    @Test("has a rule for every table, or names it as being about nobody")
    func everyTable() async throws {
        try await withTemporaryFolder { folder in
            let store = try SQLiteConversationStore(path: folder + "/store.sqlite")
            let queue = try DatabaseQueue(path: store.path)
            let tables = try await queue.read {
                try String.fetchAll($0, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            let ruled = SQLiteConversationStore.tablesWithPersonalRules
            for table in tables {
                #expect(
                    ruled.contains(table) || SQLiteConversationStore.tablesAboutNobody.contains(table),
                    "\(table) needs a rule in PersonalTable, or a place in PersonalTable.impersonal"
                )
            }
        }
    }
}
