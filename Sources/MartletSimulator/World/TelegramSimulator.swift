public import MartletCore
import Synchronization

/// A local Bot API server's memory: chats, updates not yet confirmed, and what goes wrong on purpose.
///
/// It refuses what the real server refuses. ``SimulatorServer`` puts it on a port.
public final class TelegramSimulator: Sendable {
    /// The token that is valid.
    public let token: String
    let state: Mutex<State>
    /// What the bot does, for a person to watch; one reader at a time.
    public let events: AsyncStream<SimulatedEvent>
    let eventsContinuation: AsyncStream<SimulatedEvent>.Continuation

    struct Update {
        var id: Int64
        var json: [UInt8]
    }

    struct PlannedFault {
        var method: String
        var occurrence: Int
        var fault: SimulatedFault
        var count: Int
    }

    struct State {
        var updates: [Update] = []
        var nextUpdate: Int64
        var nextMessage: Int64 = 100
        var knownChats: Set<Int64> = []
        var blockedChats: Set<Int64> = []
        var messages: [SimulatedMessage] = []
        var calls: [SimulatedCall] = []
        var callCounts: [String: Int] = [:]
        var faults: [PlannedFault] = []
        var frozen: [Int64: ContinuousClock.Instant] = [:]
        var callsIntoSilence: [SimulatedCall] = []
        var pollCount = 0
        var webhook = ""
        var menus: [String: [JSONValue]] = [:]
        var files: [String: [UInt8]] = [:]
    }

    /// Makes an empty world.
    /// - Parameter firstUpdate: The number of the first update.
    public init(token: String = "7000001:simulated-token", firstUpdate: Int64 = 1000) {
        self.token = token
        state = Mutex(State(nextUpdate: firstUpdate))
        (events, eventsContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
    }

    /// The bot's account.
    public let username = "martlet_test_bot"
    /// The bot's number.
    public var botID: Int64 { SimulatorToken(token)?.bot ?? 0 }

    var botJSON: JSONValue {
        ["id": .integer(botID), "is_bot": true, "first_name": "Simulated Martlet", "username": .string(username)]
    }

    // MARK: What people do

    /// Somebody writes a text, in their private chat or in a group.
    /// - Parameters:
    ///   - group: The group's number, below zero.
    ///   - extra: Further members of the message, such as `entities`.
    /// - Returns: The message's number.
    @discardableResult
    public func say(
        _ text: String,
        from user: SimulatedUser,
        group: Int64? = nil,
        thread: Int64? = nil,
        extra: JSONObject = [:]
    ) -> Int64 {
        post(extra.merging(["text": .string(text)]), from: user, group: group, thread: thread)
    }

    /// Somebody posts a message of any kind, such as `["photo": […]]`.
    @discardableResult
    public func post(
        _ content: JSONObject,
        from user: SimulatedUser,
        group: Int64? = nil,
        thread: Int64? = nil
    ) -> Int64 {
        state.withLock { state in
            let chat = group ?? user.id
            state.knownChats.insert(chat)
            let id = state.nextMessage
            state.nextMessage += 1
            var message: JSONObject = [
                "message_id": .integer(id), "date": .integer(1_760_000_000 + id), "from": user.json,
                "chat": [
                    "id": .integer(chat), "type": group == nil ? "private" : "supergroup",
                    "first_name": .string(user.name),
                ],
            ]
            if let thread {
                message["message_thread_id"] = .integer(thread)
                message["is_topic_message"] = true
            }
            message.merge(content)
            Self.append(["message": .object(message)], to: &state)
            return id
        }
    }

    /// Puts an update of any kind in line; its number is added.
    @discardableResult
    public func inject(_ update: JSONObject) -> Int64 {
        state.withLock { Self.append(update, to: &$0) }
    }

    /// Puts bytes in line as they are, JSON or not.
    /// - Parameter bytes: Gets the update's number and gives its text.
    @discardableResult
    public func inject(raw bytes: (Int64) -> String) -> Int64 {
        state.withLock { state in
            let id = state.nextUpdate
            state.nextUpdate += 1
            state.updates.append(Update(id: id, json: Array(bytes(id).utf8)))
            return id
        }
    }

    /// Puts the latest update in line once more, as servers do after a broken connection.
    public func repeatLatestUpdate(_ update: Int64, json: JSONObject) {
        state.withLock { state in
            var object = json
            object["update_id"] = .integer(update)
            state.updates.append(Update(id: update, json: JSONValue.object(object).serialized))
        }
    }

    /// Somebody blocks the bot.
    public func block(chat: Int64) {
        state.withLock { _ = $0.blockedChats.insert(chat) }
    }

    /// Somebody deletes a message of the bot's.
    public func delete(message: Int64) {
        state.withLock { state in
            for index in state.messages.indices where state.messages[index].id == message {
                state.messages[index].isDeleted = true
            }
        }
    }

    /// Puts a file where the server offers them, `/file/bot<token>/<path>`.
    /// - Returns: Its path, to be put behind the base URL.
    public func putFile(_ bytes: [UInt8], at path: String) -> String {
        state.withLock { $0.files[path] = bytes }
        return "/file/bot\(token)/\(path)"
    }

    /// Pretends that a webhook is set.
    public func setWebhook(_ url: String) {
        state.withLock { $0.webhook = url }
    }

    @discardableResult
    private static func append(_ update: JSONObject, to state: inout State) -> Int64 {
        let id = state.nextUpdate
        state.nextUpdate += 1
        var object = update
        object["update_id"] = .integer(id)
        state.updates.append(Update(id: id, json: JSONValue.object(object).serialized))
        return id
    }

    // MARK: What goes wrong

    /// Makes calls of a method fail.
    /// - Parameters:
    ///   - occurrence: The first call that fails, counted from now, from 1.
    ///   - count: How many calls fail from then on.
    public func fail(_ method: String, with fault: SimulatedFault, at occurrence: Int = 1, count: Int = 1) {
        state.withLock { state in
            let start = (state.callCounts[method] ?? 0) + occurrence
            state.faults.append(PlannedFault(method: method, occurrence: start, fault: fault, count: count))
        }
    }

    /// Lets everything go well again.
    public func endFaults() {
        state.withLock { state in
            state.faults = []
            state.frozen = [:]
        }
    }

    // MARK: What can be seen

    /// The bot's messages in a chat that are still there, oldest first.
    public func messages(in chat: Int64) -> [SimulatedMessage] {
        state.withLock { $0.messages.filter { $0.chat == chat && !$0.isDeleted } }
    }

    /// What the bot's messages in a chat say now.
    public func texts(in chat: Int64) -> [String] { messages(in: chat).map(\.text) }

    /// Every call so far.
    public var calls: [SimulatedCall] { state.withLock { $0.calls } }

    /// Every call of a method so far.
    public func calls(of method: String) -> [SimulatedCall] { calls.filter { $0.method == method } }

    /// Calls that would have shown or changed a message in a chat that was to be silent.
    ///
    /// A "typing" that was on its way already when the silence began is nobody's fault, and is not among them.
    public var messagesIntoSilence: [SimulatedCall] {
        state.withLock { $0.callsIntoSilence.filter { $0.method != "sendChatAction" } }
    }

    /// How many updates are not confirmed.
    public var unconfirmedCount: Int { state.withLock { $0.updates.count } }

    /// The menu registered for a language; the empty code is everybody's.
    public func menu(languageCode: String) -> [String] {
        state.withLock { $0.menus[languageCode]?.compactMap { $0["command"]?.string } ?? [] }
    }
}
