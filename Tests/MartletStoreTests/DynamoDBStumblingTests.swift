import Foundation
import MartletAWS
import MartletConversation
import MartletCore
import MartletStore
import Testing

/// Whatever call fails, or is made without its answer arriving: doing the same again comes to what it would have come to.
@Suite(
    "A DynamoDB store whose calls fail",
    .enabled(if: DynamoDBBench.endpoint != nil, DynamoDBBench.reason)
)
struct DynamoDBStumblingTests {
    /// Something that takes several calls.
    enum Deed: String, CaseIterable, Sendable {
        case accept, begin, finish, finishAgain, answer, continuation, unanswered, erase, removeLatest, migrate, forget,
            retention, reserve, settle, moveUsage, redeem, moveGroup, advance, eraseSecretary
    }

    private let talk = Talk()
    private let code = PairingCodeRecord(salt: [1], digest: [2], role: .owner, expiry: 4e9)
    private let day = BudgetPeriod(kind: .day, name: "2026-11-21")

    @Test("mends what it left half done", arguments: Deed.allCases)
    func mends(deed: Deed) async throws {
        let expected = try #require(try await outcome(of: deed, spoiling: nil, isLost: false))
        for isLost in [false, true] {
            var number = 0
            while let found = try await outcome(of: deed, spoiling: number, isLost: isLost) {
                #expect(found == expected, "\(deed) with call \(number) \(isLost ? "lost" : "failing")")
                number += 1
            }
            #expect(number > 0, "\(deed) makes no calls")
        }
    }

    /// What a deed comes to when one of its calls is spoiled and it is done again; nil where it has no such call.
    private func outcome(of deed: Deed, spoiling number: Int?, isLost: Bool) async throws -> String? {
        var found: String?
        try await DynamoDBBench.withTable { bench in
            let store = bench.store()
            try await prepare(deed, store)
            if let number {
                bench.caller.decide { current, _ in
                    current == number ? isLost ? .isLost : .fails(Talk.outage) : .passes
                }
                let isDone = (try? await carryOut(deed, store)) != nil
                let isSpoiled = bench.caller.actions.count > number
                bench.caller.reset()
                guard isSpoiled else { return }
                // Where it bore the failure by itself there is nothing to repeat.
                if !isDone { try await carryOut(deed, store) }
            } else {
                try await carryOut(deed, store)
            }
            found = try await state(of: store)
        }
        return found
    }

    private func prepare(_ deed: Deed, _ store: DynamoDBConversationStore) async throws {
        try await talk.converse(talk.event(1), in: store)
        try await talk.converse(talk.event(2), in: store)
        if deed == .migrate {
            try await talk.converse(talk.event(3, chat: -9), in: store)
            try await store.updateSettings(of: talk.key) { $0.contextLength = 3 }
        }
        if deed == .forget {
            let group = talk.event(6, chat: -5)
            _ = try await store.accept([talk.received(group)])
            try await store.finish([group.id], as: .answered, remembering: .turns(talk.turns(group)), in: group.key)
            try await store.setAccess(
                .allowed,
                role: .member,
                name: "Ada",
                for: UserID(5),
                bot: talk.bot,
                at: talk.date
            )
            _ = try await store.reserve(talk.request(1)) { _, _ in .granted }
        }
        if deed != .accept {
            _ = try await store.accept([4, 5].map { talk.received(talk.event($0)) })
            if deed != .begin { try await store.recordMessage(MessageID(41), part: 0, of: talk.event(4).id) }
        }
        if deed == .settle || deed == .moveUsage { _ = try await store.reserve(talk.request(4)) { _, _ in .granted } }
        if deed == .moveUsage {
            _ = try await store.reserve(talk.request(5)) { _, _ in .granted }
            _ = try await store.settle(talk.request(5).event, as: BudgetAmount(messages: 1, tokens: 3)) { _ in [] }
        }
        if deed == .redeem { try await store.addPairingCode(code, bot: talk.bot) }
        if deed == .moveGroup {
            try await store.saveGroup(
                AccessGroup(chat: ChatID(-1), standing: .approved, since: talk.date),
                bot: talk.bot
            )
            try await store.saveGroup(
                AccessGroup(chat: ChatID(-2), standing: .pending, since: talk.date),
                bot: talk.bot
            )
        }
        if deed == .advance || deed == .eraseSecretary {
            let connection = Connection(
                id: ConnectionID("c"),
                owner: UserID(42),
                ownerChat: ChatID(42),
                canReply: true,
                isEnabled: true
            )
            let account = SecretaryAccount(bot: talk.bot, connection: connection, date: talk.date, name: "Olga")
            _ = try await store.saveSecretaryAccount(account)
            try await store.setSecretaryDefault(.suggest, of: UserID(42), bot: talk.bot)
        }
        if deed == .eraseSecretary { try await speak(store) }
    }

    private func speak(_ store: DynamoDBConversationStore) async throws {
        let address = LaneAddress(bot: talk.bot, owner: UserID(42), chat: ChatID(5))
        let (bot, date) = (talk.bot, talk.date)
        _ = try await store.advance(.address(address), countingSince: date) { lane, surroundings in
            lane.advance(
                .contactSaid(
                    SaidMessage(message: MessageID(1), author: .contact, text: "hello", date: date),
                    from: LaneContact(name: "Ada"),
                    event: EventID(bot: bot, update: 8),
                    isReadable: true
                ),
                at: date,
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

    private func carryOut(_ deed: Deed, _ store: DynamoDBConversationStore) async throws {
        let (four, five) = (talk.event(4), talk.event(5))
        func end(_ remembrance: Remembrance) async throws {
            try await store.finish([four.id, five.id], as: .answered, remembering: remembrance, in: talk.key)
        }
        let another = Turn(.assistant("b"), date: talk.date, event: talk.event(1).id)
        switch deed {
        case .accept:
            // Whoever is told of a failure delivers again, and must be given every event once.
            let events = [four, five]
            #expect(try await store.accept(events.map(talk.received)) == events)
        case .begin:
            let start = try await store.beginAnswer(
                to: four.id,
                joining: [five.id],
                lease: Lease(owner: "me", taken: talk.date, lasting: .seconds(60))
            )
            guard case .begun(let progress) = start else { throw Talk.outage }
            #expect(progress.joined == [five.id])
        case .finish: try await end(.turns(talk.turns(four)))
        case .finishAgain:
            try await end(.turns(talk.turns(four)))
            try await end(.turns(talk.turns(four)))
        case .answer: try await end(.answer(another, to: talk.event(1).id))
        case .continuation: try await end(.continuation("a1 and more", of: talk.event(1).id))
        case .unanswered:
            try await end(.unanswered(talk.turns(four)[0]))
            let late = Turn(.assistant("late"), date: talk.date, event: four.id)
            _ = try await store.accept([talk.received(talk.event(7))])
            try await store.finish(
                [talk.event(7).id],
                as: .answered,
                remembering: .answer(late, to: four.id),
                in: talk.key
            )
        case .erase: try await store.eraseTurns(of: talk.key)
        case .removeLatest:
            // Done again it would take away another one, as with any store: this is asked only where none was lost.
            let latest = try await store.exchange(of: nil, in: talk.key)?.question.event
            if latest == talk.event(2).id { _ = try await store.removeLatestExchange(in: talk.key) }
        case .migrate: _ = try await store.migrate(ChatID(1), of: talk.bot, to: ChatID(-9))
        case .forget: try await store.erasePersonalData(of: UserID(5), bot: talk.bot, keepingUsageSince: "2026-11")
        case .retention: _ = try await store.eraseTurns(of: talk.bot, saidBefore: talk.date + 1)
        case .reserve:
            let verdict = try await store.reserve(talk.request(4)) { _, _ in .granted }
            #expect(verdict == .granted)
        case .settle:
            _ = try await store.settle(four.id, as: BudgetAmount(messages: 1, tokens: 3)) { _ in [] }
        case .moveUsage: try await store.moveUsage(from: ChatID(5), to: ChatID(6), bot: talk.bot)
        case .redeem:
            _ = try await store.redeem(
                code,
                for: AccessPerson(id: UserID(9), standing: .allowed, role: .owner, since: talk.date),
                bot: talk.bot
            )
        case .moveGroup: try await store.moveGroup(ChatID(-1), to: ChatID(-2), bot: talk.bot)
        case .advance: try await speak(store)
        case .eraseSecretary: try await store.eraseSecretary(of: UserID(42), bot: talk.bot)
        }
    }

    /// Everything that a store says, without positions, which may differ, in words.
    private func state(of store: DynamoDBConversationStore) async throws -> String {
        var lines: [String] = []
        for chat in [1, -5, -9] as [Int64] {
            let key = ConversationKey(bot: talk.bot, chat: ChatID(chat))
            let conversation = try await store.conversation(for: key, turnLimit: 99)
            lines.append("\(chat): \(conversation.turns.map { "\($0.message.role) \($0.message.content)" })")
            lines.append("\(conversation.settings) \(conversation.unanswered?.message.content ?? "-")")
            for message in [11, 21, 31, 41] as [Int64] {
                let chain = try await store.replyChain(to: MessageID(message), in: key, limit: 9)
                lines.append("\(message) \(chain.map(\.message.content))")
            }
            for update in Int64(1)...4 {
                let exchange = try await store.exchange(of: talk.event(update).id, in: key)
                lines.append("\(update) \(exchange?.messages.sorted { $0.key < $1.key }.map(\.value) ?? [])")
            }
        }
        lines.append("\(try await store.unfinishedEvents(of: talk.bot).map { "\($0.id) \($0.key)" })")
        lines.append("\(try await store.personalConversations(of: UserID(5), bot: talk.bot))")
        lines.append("\(try await store.knownPeople(of: talk.bot)) \(try await store.pairingCodes(of: talk.bot).count)")
        lines.append("\(try await store.groups(of: talk.bot))")
        let accounts = [BudgetAccount.Scope.user(UserID(5)), .chat(ChatID(5)), .chat(ChatID(6)), .all]
        for balance in try await store.balances(of: accounts.map { BudgetAccount($0, day) }, bot: talk.bot) {
            lines.append("\(balance)")
        }
        for contact in try await store.secretaryContacts(of: UserID(42), bot: talk.bot, limit: 9, offset: 0) {
            lines.append("\(contact.address) \(try await store.messages(in: contact.id).map(\.text))")
        }
        lines.append("\(try await store.secretaryAccount(of: UserID(42), bot: talk.bot)?.name ?? "-")")
        return lines.joined(separator: "\n")
    }
}
