import MartletCore

/// Everything there is: people, chats, messages, what the bot has set up, and what is on its way to the bot.
///
/// A plain value; ``TelegramSimulator`` guards it. Its methods never wait.
struct World: Sendable {
    var bot: BotProfile
    var rules: SimulatorRules
    var clock: VirtualClock
    var users: [Int64: SimulatedUser] = [:]
    var userOrder: [Int64] = []
    var chats: [Int64: ChatRecord] = [:]
    var chatOrder: [Int64] = []
    var connections: [String: ConnectionRecord] = [:]
    var drafts: [DraftRecord.Key: DraftRecord] = [:]
    var menus: [MenuKey: [JSONValue]] = [:]
    var queries: QueryBook = QueryBook()
    var files: FileShelf = FileShelf()
    var updates: UpdateQueue
    var webhook = WebhookSettings()
    var faults = FaultPlan()
    var rates = RateRules()
    var journal = Journal()
    var calls = CallLog()
    /// Calls into a chat that was to be silent.
    var callsIntoSilence: [SimulatedCall] = []
    /// Shown to a person at the terminal, taken by ``TelegramSimulator`` after each change.
    var shown: [SimulatedEvent] = []
    /// Old chats count their messages together, as private chats and groups do at Telegram.
    var nextMessage: Int64 = 100
    var nextGroup: Int64 = -1_001_000_000_001
    var nextUser: Int64 = 101

    var now: SimulatedDate { clock.now }

    init(token: SimulatorToken, firstUpdate: Int64, rules: SimulatorRules, clock: VirtualClock) {
        bot = BotProfile(id: token.bot)
        self.rules = rules
        self.clock = clock
        updates = UpdateQueue(next: firstUpdate)
    }

    /// Changes a chat and tells the pages.
    mutating func change(_ chat: Int64, _ body: (inout ChatRecord) -> Void) {
        guard var record = chats[chat] else { return }
        chats[chat] = nil  // The record is changed in place rather than copied.
        body(&record)
        journal.append("chat", record.json(now: now))
        chats[chat] = record
    }

    /// Adds or changes a person.
    mutating func know(_ user: SimulatedUser) {
        guard users[user.id] != user else { return }
        if users.updateValue(user, forKey: user.id) == nil { userOrder.append(user.id) }
        nextUser = max(nextUser, user.id + 1)
        journal.append("user", user.json)
    }

    /// The private chat of a person, which begins with their first message.
    mutating func privateChat(of user: SimulatedUser) -> Int64 {
        know(user)
        if chats[user.id] == nil {
            let chat = ChatRecord(
                id: user.id,
                kind: .private,
                title: user.name,
                username: user.username,
                members: [(user.id, .member)],
                botStatus: .member
            )
            add(chat)
        }
        return user.id
    }

    mutating func add(_ chat: ChatRecord) {
        chats[chat.id] = chat
        chatOrder.append(chat.id)
        if chat.kind != .private { nextGroup = min(nextGroup, chat.id - 1) }
        journal.append("chat", chat.json(now: now))
    }
}

/// What the bot is and says of itself.
struct BotProfile: Sendable {
    var id: Int64
    var name = "Simulated Martlet"
    var username = "martlet_test_bot"
    /// Whether BotFather was told to let it read everything in groups.
    var readsAllGroupMessages = false
    var descriptions: [String: String] = [:]
    var shortDescriptions: [String: String] = [:]
    var names: [String: String] = [:]

    /// Telegram's `User`, as messages carry it.
    var json: JSONObject {
        ["id": .integer(id), "is_bot": true, "first_name": .string(name), "username": .string(username)]
    }

    /// What `getMe` answers.
    var fullJSON: JSONObject {
        json.merging(
            [
                "can_join_groups": true, "can_read_all_group_messages": .bool(readsAllGroupMessages),
                "supports_inline_queries": true, "supports_guest_queries": true, "can_connect_to_business": true,
                "has_main_web_app": false, "has_topics_enabled": false, "allows_users_to_create_topics": false,
                "can_manage_bots": false,
            ]
        )
    }

    /// What the interface shows.
    var pageJSON: JSONValue {
        .object(
            fullJSON.merging(
                [
                    "description": .string(descriptions[""] ?? ""),
                    "short_description": .string(shortDescriptions[""] ?? ""),
                ]
            )
        )
    }
}

/// The calls that were received, the oldest forgotten.
struct CallLog: Sendable {
    private(set) var entries: [SimulatedCall] = []
    private(set) var count: Int64 = 0
    /// How many calls are kept; a long poll without news counts too.
    private let capacity = 10_000

    /// - Returns: The call with its number.
    mutating func append(_ call: SimulatedCall) -> SimulatedCall {
        count += 1
        var call = call
        call.number = count
        entries.append(call)
        if entries.count >= 2 * capacity { entries.removeFirst(capacity) }
        return call
    }
}
