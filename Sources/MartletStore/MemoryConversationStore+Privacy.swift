public import FoundationEssentials
public import MartletConversation
import MartletCore

extension MemoryConversationStore: PersonalDataStore {
    /// Everything that is stored about a person.
    public func personalRecords(of user: UserID, bot: BotID) -> [PersonalRecords] {
        let messages = ownConversations(of: user, bot: bot).flatMap { conversations[$0]?.turns ?? [] }.map { turn in
            JSONObject([
                ("role", .string(turn.message.role.rawValue)), ("content", .string(turn.message.content)),
                ("date", .string(turn.date.formatted(.iso8601))),
            ])
        }
        let waiting = unfinishedEvents(of: bot).filter { $0.sender.id == user }.compactMap { event in
            (try? JSONEncoder().encode(event)).flatMap { try? JSONValue(parsing: $0) }?.object
        }
        var known: [JSONObject] = []
        if let person = access.people[.init(bot: bot, value: user)] {
            known = [
                JSONObject([
                    ("user", .integer(user.rawValue)), ("standing", .string(person.standing.rawValue)),
                    ("role", .string(person.role.rawValue)), ("name", person.name.map { .string($0) } ?? .null),
                ])
            ]
        }
        let usage = budgets.usage.filter { isPersonal($0.key, user: user, bot: bot) }.map { key, usage in
            JSONObject([
                ("name", .string(key.account.period.name)), ("messages", .integer(Int64(usage.amount.messages))),
                ("tokens", .integer(Int64(usage.amount.tokens))), ("nanodollars", .integer(usage.amount.nanodollars)),
            ])
        }
        return [("messages", messages), ("unanswered", waiting), ("access", known), ("usage", usage)]
            .filter { !$0.1.isEmpty }.map { PersonalRecords(section: $0.0, records: $0.1) }
    }

    /// The conversations that hold a person's words.
    public func personalConversations(of user: UserID, bot: BotID) -> [String] {
        (ownConversations(of: user, bot: bot) + groupConversations(of: user, bot: bot)).map(\.description).sorted()
    }

    /// Erases all of it.
    public func erasePersonalData(of user: UserID, bot: BotID, keepingUsageSince month: String) {
        let own = ownConversations(of: user, bot: bot)
        for key in own { conversations[key] = nil }
        shown = shown.filter { !own.contains($0.value.key) }
        eraseFromGroups(user, bot: bot)
        for event in unfinishedEvents(of: bot) where event.sender.id == user {
            updates[event.id]?.outcome = .ignored
            updates[event.id]?.event = nil
            updates[event.id]?.progress = AnswerProgress(attempt: 0)
        }
        let key = MemoryAccess.Key(bot: bot, value: user)
        if var person = access.people.removeValue(forKey: key),
            person.standing == .blocked || person.standing == .allowed && person.role == .owner
        {
            person.name = nil
            person.languageCode = nil
            person.pairingUpdate = nil
            access.people[key] = person
        }
        for (key, group) in access.groups where key.bot == bot && group.addedBy == user {
            access.groups[key]?.addedBy = nil
        }
        access.connections = access.connections.filter { $0.key.bot != bot || $0.value != user }
        budgets.usage = budgets.usage.filter { key, _ in
            !isPersonal(key, user: user, bot: bot) || key.account.period.name.prefix(7) >= month
        }
        budgets.reservations = budgets.reservations.filter { event, reservation in
            event.bot != bot || reservation.request.user != user || reservation.isHeld
        }
    }

    /// Forgets what was said before a date.
    public func eraseTurns(of bot: BotID, saidBefore date: Date) -> [String] {
        var keys: [String] = []
        for (key, conversation) in conversations where key.bot == bot {
            let kept = conversation.turns.filter { $0.date >= date }
            guard kept.count < conversation.turns.count else { continue }
            conversations[key]?.turns = kept
            conversations[key]?.summary = nil
            keys.append(key.description)
        }
        return keys.sorted()
    }

    /// Takes a person's words out of shared conversations, with what was answered to them and made of them.
    private func eraseFromGroups(_ user: UserID, bot: BotID) {
        for key in groupConversations(of: user, bot: bot) {
            let turns = conversations[key]?.turns ?? []
            let events = Set(turns.filter { $0.speaker == user }.compactMap(\.event))
            conversations[key]?.turns = turns.filter { turn in
                turn.speaker != user && turn.event.map { !events.contains($0) } ?? (turn.speaker != nil)
            }
            conversations[key]?.summary = nil
            conversations[key]?.unanswered = nil
        }
    }

    private func groupConversations(of user: UserID, bot: BotID) -> [ConversationKey] {
        let own = Set(ownConversations(of: user, bot: bot))
        return conversations.filter { key, record in
            key.bot == bot && !own.contains(key) && record.turns.contains { $0.speaker == user }
        }
        .map(\.key)
    }

    private func ownConversations(of user: UserID, bot: BotID) -> [ConversationKey] {
        conversations.keys.filter { key in
            let isOverAccount = key.connection.map { access.connections[.init(bot: bot, value: $0)] == user } ?? false
            return key.bot == bot && (key.chat.rawValue == user.rawValue || key.user == user || isOverAccount)
        }
    }

    private func isPersonal(_ key: MemoryBudgets.Key, user: UserID, bot: BotID) -> Bool {
        guard key.bot == bot else { return false }
        return switch key.account.scope {
        case .user(let other), .guest(let other): other == user
        case .chat(let chat): chat.rawValue == user.rawValue
        case .all, .guestChat: false
        }
    }
}
