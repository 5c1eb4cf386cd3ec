import Foundation
import MartletAWS
import MartletConversation
import MartletCore
import MartletStore
import Testing

@Suite(
    "Several DynamoDB stores over one table",
    .enabled(if: DynamoDBBench.endpoint != nil, DynamoDBBench.reason)
)
struct DynamoDBConcurrencyTests {
    private let talk = Talk()

    /// Lets every store do something at the same time, and gives what they got.
    private func together<Value: Sendable>(
        _ stores: [DynamoDBConversationStore],
        _ body: @escaping @Sendable (DynamoDBConversationStore, Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for (index, store) in stores.enumerated() { group.addTask { try await body(store, index) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("accept an update once, in batches and alone")
    func accept() async throws {
        try await DynamoDBBench.withTable { bench in
            let stores = (0..<6).map { _ in bench.store() }
            let talk = talk
            let accepted = try await together(stores) { store, index in
                let updates = (Int64(0)..<10).map { talk.received(talk.event(($0 + Int64(index)) % 10)) }
                return try await store.accept(Array(updates.prefix(1))) + store.accept(updates)
            }
            .flatMap { $0 }
            #expect(accepted.map(\.id.update).sorted() == Array(0..<10))
            #expect(try await stores[0].unfinishedEvents(of: talk.bot).count == 10)
        }
    }

    @Test("give an event to one, with those that it joined, and end it once")
    func leases() async throws {
        try await DynamoDBBench.withTable { bench in
            let stores = (0..<6).map { _ in bench.store() }
            let talk = talk
            let events = (Int64(1)...3).map { talk.event($0) }
            _ = try await stores[0].accept(events.map(talk.received))
            let starts = try await together(stores) { store, index in
                let lease = Lease(owner: "owner \(index)", lasting: .seconds(60))
                return try await store.beginAnswer(
                    to: events[0].id,
                    joining: index % 2 == 0 ? [events[1].id, events[2].id] : [],
                    lease: lease
                )
            }
            #expect(starts.count { if case .begun = $0 { true } else { false } } == 1)
            #expect(starts.count { if case .held = $0 { true } else { false } } == 5)
            _ = try await together(stores) { store, _ in
                try await store.finish(
                    events.map(\.id),
                    as: .answered,
                    remembering: .turns(talk.turns(events[0])),
                    in: talk.key
                )
            }
            #expect(try await stores[0].unfinishedEvents(of: talk.bot) == [])
            let turns = try await stores[0].conversation(for: talk.key, turnLimit: 99).turns
            #expect(turns.map(\.message.content) == ["q1", "a1"])
        }
    }

    @Test("never pass a limit together, and book every amount once")
    func budgets() async throws {
        try await DynamoDBBench.withTable { bench in
            let stores = (0..<6).map { _ in bench.store() }
            let talk = talk
            let verdicts = try await together(stores) { store, index in
                var granted: [Int64] = []
                for number in Int64(0)..<6 {
                    let update = Int64(index) * 10 + number
                    let verdict = try await store.reserve(talk.request(update)) { balances, amount in
                        for balance in balances where (balance.booked + balance.held + amount).tokens > 170 {
                            return .refused(BudgetRefusal(account: balance.account, kind: .tokens, reason: .busy))
                        }
                        return .granted
                    }
                    if verdict == .granted { granted.append(update) }
                }
                return granted
            }
            let granted = verdicts.flatMap { $0 }
            #expect(granted.count == 17)
            // Everybody settles everything.
            _ = try await together(stores) { store, _ in
                for update in granted {
                    let event = EventID(bot: talk.bot, update: update)
                    _ = try await store.settle(event, as: BudgetAmount(messages: 1, tokens: 7)) { _ in [] }
                }
            }
            let accounts = talk.request(1).accounts
            for balance in try await stores[1].balances(of: accounts, bot: talk.bot) {
                #expect(balance.booked == BudgetAmount(messages: 17, tokens: 119))
                #expect(balance.held == BudgetAmount())
            }
        }
    }

    @Test("change a chat's choices and a lane without losing each other's changes")
    func settings() async throws {
        try await DynamoDBBench.withTable { bench in
            let stores = (0..<5).map { _ in bench.store() }
            let talk = talk
            _ = try await together(stores) { store, _ in
                try await store.updateSettings(of: talk.key) { $0.contextLength = ($0.contextLength ?? 0) + 1 }
            }
            #expect(try await stores[0].conversation(for: talk.key, turnLimit: 0).contextLength == 5)
            _ = try await together(stores) { store, index in
                try await store.finish(
                    [EventID(bot: talk.bot, update: 99)],
                    as: .answered,
                    remembering: .nothing,
                    in: talk.key
                )
                try await talk.converse(talk.event(Int64(index)), in: store)
            }
            let turns = try await stores[0].conversation(for: talk.key, turnLimit: 99).turns
            #expect(turns.count == 10)
            #expect(Set(turns.compactMap(\.position)).count == 10)
        }
    }

    @Test("go on through transactions that got into each other's way, and through throttling of batches")
    func conflicts() async throws {
        try await DynamoDBBench.withTable { bench in
            let store = bench.store()
            let reasons: JSONValue = ["CancellationReasons": [["Code": "None"], ["Code": "TransactionConflict"]]]
            let conflict = AWSError(code: "TransactionCanceledException", message: "cancelled", details: reasons)
            bench.caller.decide { number, action in
                action.hasPrefix("Transact") && number % 3 != 2 ? .fails(conflict) : .passes
            }
            let events = (Int64(1)...3).map { talk.event($0) }
            #expect(try await store.accept(events.map(talk.received)).count == 3)
            for event in events {
                try await store.finish([event.id], as: .answered, remembering: .turns(talk.turns(event)), in: event.key)
            }
            #expect(try await store.reserve(talk.request(1)) { _, _ in .granted } == .granted)
            #expect(try await store.conversation(for: talk.key, turnLimit: 9).turns.count == 6)
        }
    }
}
