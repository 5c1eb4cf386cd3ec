import MartletCore
import MartletTelegram
import Synchronization

/// A server that answers by a script and remembers what it was asked.
final class RecordingBotAPI: BotAPICalling {
    struct Recorded: Sendable {
        var call: BotAPICall
        var instant: ContinuousClock.Instant
    }

    private struct State {
        var calls: [Recorded] = []
        var nextMessage: Int64 = 500
        var underWay = 0
        var mostUnderWay = 0
    }

    private let state = Mutex(State())
    private let answer: @Sendable (BotAPICall, Int) throws -> JSONValue?

    /// - Parameter answer: Gets a call and how many of its method came before it; nil answers as a server that is content.
    init(_ answer: @escaping @Sendable (BotAPICall, Int) throws -> JSONValue? = { _, _ in nil }) {
        self.answer = answer
    }

    func call(_ call: BotAPICall) async throws -> JSONValue {
        let (message, earlier) = state.withLock { state in
            let earlier = state.calls.count { $0.call.method == call.method }
            state.calls.append(Recorded(call: call, instant: .now))
            state.nextMessage += 1
            if call.method != "sendChatAction" { state.underWay += 1 }
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            return (state.nextMessage, earlier)
        }
        defer { state.withLock { if call.method != "sendChatAction" { $0.underWay -= 1 } } }
        await Task.yield()
        return try answer(call, earlier) ?? ["message_id": .integer(message)]
    }

    var calls: [BotAPICall] { state.withLock { $0.calls.map(\.call) } }
    var methods: [String] { calls.map(\.method).filter { $0 != "sendChatAction" } }
    /// How many calls that show something were under way at once.
    var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    func calls(of method: String) -> [BotAPICall] { calls.filter { $0.method == method } }

    /// What a server says.
    static func refusal(_ code: Int, _ text: String, retryAfter: Int64? = nil) -> TelegramError {
        var body: JSONObject = ["ok": false, "error_code": .integer(Int64(code)), "description": .string(text)]
        if let retryAfter { body["parameters"] = ["retry_after": .integer(retryAfter)] }
        return TelegramError(method: "x", status: code, response: .object(body))
    }
}
