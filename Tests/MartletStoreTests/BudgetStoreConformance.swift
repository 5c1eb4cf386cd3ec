import FoundationEssentials
import MartletConversation
import MartletStore
import Testing

/// What every store must do about budgets, run over each of them.
@Suite("Every budget store")
struct BudgetStoreConformance {
    typealias Kind = StoreKind
    private let bot = BotID(7)
    private let date = Date(timeIntervalSince1970: 1_800_000_000)
    private let day = BudgetPeriod(kind: .day, name: "2026-11-21")
    private let month = BudgetPeriod(kind: .month, name: "2026-11")

    private func withStore(
        _ kind: Kind,
        _ body: (any BudgetStore & ConversationStore) async throws -> Void
    ) async throws {
        try await kind.withStore { try await body($0) }
    }

    private func request(
        _ update: Int64,
        user: Int64 = 5,
        chat: Int64 = 5,
        tokens: Int = 10,
        isGuest: Bool = false
    ) -> BudgetRequest {
        BudgetRequest(
            event: EventID(bot: bot, update: update),
            user: UserID(user),
            chat: ChatID(chat),
            day: day,
            month: month,
            amount: BudgetAmount(messages: 1, tokens: tokens, nanodollars: Int64(tokens)),
            date: date,
            isGuest: isGuest
        )
    }

    /// Agrees while everybody together stays within so many tokens a day.
    private static func within(_ most: Int) -> @Sendable ([BudgetBalance], BudgetAmount) -> BudgetVerdict {
        { balances, amount in
            for balance in balances where balance.account.scope == .all && balance.account.period.kind == .day {
                if (balance.booked + balance.held + amount).tokens > most {
                    return .refused(BudgetRefusal(account: balance.account, kind: .tokens, reason: .busy))
                }
            }
            return .granted
        }
    }

    private func total(_ store: any BudgetStore) async throws -> BudgetBalance {
        try #require(try await store.balances(of: [BudgetAccount(.all, day)], bot: bot).first)
    }

    @Test("never lets a hundred reservations at once pass a limit together", arguments: Kind.allCases)
    func concurrent(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let requests = (0..<100).map { request(Int64($0), user: Int64($0 % 7), chat: Int64($0 % 11)) }
            let granted = try await withThrowingTaskGroup(of: EventID?.self) { group in
                for request in requests {
                    group.addTask {
                        let verdict = try await store.reserve(request, deciding: Self.within(370))
                        return verdict == .granted ? request.event : nil
                    }
                }
                return try await group.reduce(into: [EventID]()) { if let event = $1 { $0.append(event) } }
            }
            #expect(granted.count == 37)
            #expect(try await total(store).held == BudgetAmount(messages: 37, tokens: 370, nanodollars: 370))
            // All settle at once, each twice, for less than was set aside.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for event in granted + granted {
                    group.addTask {
                        _ = try await store.settle(event, as: BudgetAmount(messages: 1, tokens: 3)) { _ in [] }
                    }
                }
                try await group.waitForAll()
            }
            let balance = try await total(store)
            #expect(balance.booked == BudgetAmount(messages: 37, tokens: 111))
            #expect(balance.held == BudgetAmount())
        }
    }

    @Test("counts for a person, a chat and everybody, for a day and a month", arguments: Kind.allCases)
    func accounts(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            for (update, user, chat) in [(1, 5, 5), (2, 5, -1), (3, 6, -1)] as [(Int64, Int64, Int64)] {
                let request = request(update, user: user, chat: chat)
                #expect(try await store.reserve(request) { _, _ in .granted } == .granted)
                _ = try await store.settle(request.event, as: request.amount) { _ in [] }
            }
            let scopes: [(BudgetAccount.Scope, Int)] = [
                (.user(UserID(5)), 2), (.user(UserID(6)), 1), (.chat(ChatID(5)), 1), (.chat(ChatID(-1)), 2), (.all, 3),
                (.user(UserID(-1)), 0),
            ]
            for (scope, count) in scopes {
                for period in [day, month] {
                    let balance = try await store.balances(of: [BudgetAccount(scope, period)], bot: bot).first
                    #expect(balance?.booked.messages == count, "\(scope) \(period)")
                }
            }
            let shares = try await store.largestShares(in: month, bot: bot, limit: 5)
            #expect(shares.map(\.user) == [UserID(5), UserID(6)])
            #expect(try await store.balances(of: [BudgetAccount(.all, day)], bot: BotID(8)).first?.booked.messages == 0)
        }
    }

    @Test("counts what is asked elsewhere apart, and for everybody", arguments: Kind.allCases)
    func guests(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let asked = [
                request(1, user: 5, chat: -9, isGuest: true), request(2, user: 6, chat: -9, isGuest: true),
                request(3, user: 5, chat: 5, isGuest: true), request(4, user: 5, chat: 5),
            ]
            for request in asked {
                #expect(try await store.reserve(request) { _, _ in .granted } == .granted)
            }
            func balance(_ scope: BudgetAccount.Scope) async throws -> BudgetBalance? {
                try await store.balances(of: [BudgetAccount(scope, day)], bot: bot).first
            }
            #expect(try await balance(.guest(UserID(5)))?.held.messages == 2)
            #expect(try await balance(.guestChat(ChatID(-9)))?.held.messages == 2)
            #expect(try await balance(.guestChat(ChatID(5)))?.held.messages == 0, "the writing line is in no chat")
            #expect(try await balance(.user(UserID(5)))?.held.messages == 1)
            #expect(try await balance(.chat(ChatID(-9)))?.held.messages == 0)
            #expect(try await balance(.all)?.held.messages == 4)
            for request in asked { _ = try await store.settle(request.event, as: request.amount) { _ in [] } }
            #expect(try await balance(.guest(UserID(5)))?.booked.messages == 2)
            #expect(try await balance(.user(UserID(5)))?.booked.messages == 1)
            #expect(try await balance(.all)?.booked.messages == 4)
        }
    }

    @Test("holds for an event until it ends, and books a late settlement still", arguments: Kind.allCases)
    func ends(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let event = InboundEvent(
                id: EventID(bot: bot, update: 1),
                key: ConversationKey(bot: bot, chat: ChatID(5)),
                isPrivate: true,
                message: MessageID(1),
                sender: .init(id: UserID(5), name: "Ada"),
                date: date,
                content: .text("x")
            )
            _ = try await store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
            _ = try await store.reserve(request(1)) { _, _ in .granted }
            // The process dies here; the next one takes the event up again.
            #expect(try await store.reserve(request(1), deciding: Self.within(0)) == .granted)
            #expect(try await total(store).held.tokens == 10)
            try await store.finish(event.id, as: .undeliverable, remembering: [], in: event.key)
            #expect(try await total(store).held.tokens == 0, "released when the event ends")
            _ = try await store.settle(event.id, as: BudgetAmount(messages: 1, tokens: 4)) { _ in [] }
            #expect(try await total(store).booked.tokens == 4)
        }
    }

    @Test("takes a reservation up again after the process was killed, and books it once")
    func killed() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let first = try SQLiteConversationStore(path: path)
            _ = try await first.reserve(request(1)) { _, _ in .granted }
            // Not closed: a killed process does not close either.
            let second = try SQLiteConversationStore(path: path)
            #expect(try await total(second).held.tokens == 10)
            #expect(try await second.reserve(request(1), deciding: Self.within(0)) == .granted)
            for store in [second, first] {
                _ = try await store.settle(request(1).event, as: BudgetAmount(messages: 1, tokens: 4)) { _ in [] }
            }
            #expect(try await total(second).booked == BudgetAmount(messages: 1, tokens: 4))
            #expect(try await total(second).held == BudgetAmount())
        }
    }

    @Test("marks accounts once they are chosen, and says so", arguments: Kind.allCases)
    func notes(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            for update in 1...3 as ClosedRange<Int64> {
                _ = try await store.reserve(request(update)) { _, _ in .granted }
                let marked = try await store.settle(request(update).event, as: request(update).amount) { balances in
                    balances.filter { $0.booked.messages >= 2 && !$0.isNoted && $0.account.scope == .all }.map(
                        \.account
                    )
                }
                #expect(marked.count == (update == 2 ? 2 : 0), "after \(update)")
            }
        }
    }

    @Test("knows the latest reservation, and keeps it when it forgets the others", arguments: Kind.allCases)
    func prunes(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            #expect(try await store.latestReservation(of: bot) == nil)
            for update in 1...3 as ClosedRange<Int64> {
                var request = request(update)
                request.date = date + Double(update)
                let ignored = ReceivedUpdate(id: request.event, meaning: .ignored(reason: "x"))
                _ = try await store.accept([ignored])
                _ = try await store.reserve(request) { _, _ in .granted }
                _ = try await store.settle(request.event, as: request.amount) { _ in [] }
            }
            try await store.pruneBudgets(of: bot, reservedBefore: date + 100, day: "2026-11-22", month: "2026-11")
            #expect(try await store.latestReservation(of: bot) == date + 3)
            #expect(try await total(store).booked.messages == 0)
            #expect(try await store.balances(of: [BudgetAccount(.all, month)], bot: bot).first?.booked.messages == 3)
        }
    }
}
