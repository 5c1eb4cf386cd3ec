import MartletCore
import MartletSimulator

/// A world with Ada in it, and short words for what is done there.
struct Simulation {
    static let ada = SimulatedUser(id: 11, name: "Ada", languageCode: "en")
    let simulator: TelegramSimulator

    /// Makes a world whose clock stands still.
    init(rules: SimulatorRules = .unhurried, speaks: Bool = true) throws {
        let clock = VirtualClock(start: SimulatedDate(seconds: 1_790_000_000), isManual: true)
        simulator = TelegramSimulator(rules: rules, clock: clock)
        try simulator.act(["act": "addUser", "id": 11, "name": "Ada", "username": "ada"])
        if speaks { try simulator.act(["act": "say", "from": 11, "text": "hello"]) }
    }

    /// A call's description where it is refused, else "ok".
    @discardableResult
    func call(_ method: String, _ parameters: JSONObject = [:]) async -> String {
        guard let (status, answer) = await simulator.call(method, parameters) else { return "none" }
        return answer["ok"]?.bool == true ? "ok" : "\(status) " + (answer["description"]?.string ?? "")
    }

    /// A call's result.
    func result(_ method: String, _ parameters: JSONObject = [:]) async -> JSONValue {
        await simulator.call(method, parameters)?.answer["result"] ?? .null
    }

    /// The updates that wait, which are confirmed by that.
    func updates() async -> [JSONValue] {
        let updates = await result("getUpdates", ["timeout": 0]).array ?? []
        if let last = updates.last?["update_id"]?.integer {
            _ = await result("getUpdates", ["timeout": 0, "offset": .integer(last + 1), "limit": 1])
        }
        return updates
    }

    func send(_ text: String, to chat: Int64 = 11, _ more: JSONObject = [:]) async -> String {
        await call("sendMessage", (["chat_id": .integer(chat), "text": .string(text)] as JSONObject).merging(more))
    }
}
