import MartletCore

/// Something that must be so, or become so in time.
public struct Expectation: Sendable {
    /// One condition, by its name in the file.
    struct Condition: Sendable {
        var name: String
        var value: JSONValue
    }

    var chat: Int64
    var conditions: [Condition]
    /// How long it may take, in real time.
    var within: Duration
    /// For how long it must then stay so, in real time.
    var holdsFor: Duration

    static let known = [
        "chat", "within", "holds_for", "texts", "last", "contains", "absent", "order", "whole", "count", "at_least",
        "at_most",
        "longest", "whispers", "entities", "buttons", "replies_to_last", "draft", "edits_at_least", "calls",
        "silence_kept",
        "rate_limited", "refused", "model", "unconfirmed", "running", "bot_status", "menu",
    ]

    init(_ value: JSONValue, at place: String, standardChat: Int64) throws(ScenarioError) {
        let object = try StrictObject(value, at: place, known: Self.known)
        chat = try object.integer("chat") ?? standardChat
        within = .seconds(try object.number("within") ?? 10)
        holdsFor = .seconds(try object.number("holds_for") ?? 0)
        conditions = []
        for (name, value) in object.members where !["chat", "within", "holds_for"].contains(name) {
            try Self.check(name, value, object)
            conditions.append(Condition(name: name, value: value))
        }
        guard !conditions.isEmpty else { throw ScenarioError("\(place): expects nothing") }
    }

    private static func check(_ name: String, _ value: JSONValue, _ object: StrictObject) throws(ScenarioError) {
        let place = "\(object.place).\(name)"
        switch name {
        case "texts", "contains", "absent", "order", "buttons", "menu": _ = try object.texts(name)
        case "last", "whole", "draft", "bot_status": _ = try object.text(name)
        case "count", "at_least", "at_most", "longest", "whispers", "edits_at_least", "refused", "rate_limited",
            "unconfirmed":
            _ = try object.integer(name)
        case "silence_kept", "running", "replies_to_last": _ = try object.flag(name)
        case "entities":
            for entity in try object.list(name) ?? [] {
                _ = try StrictObject(entity, at: place, known: ["type", "text", "language", "url"])
            }
        case "calls":
            let calls = try StrictObject(value, at: place, known: ["method", "count", "at_least", "at_most"])
            guard try calls.text("method") != nil else { throw ScenarioError("\(place): it needs a \"method\"") }
        case "model":
            _ = try StrictObject(
                value,
                at: place,
                known: ["asked", "finished", "last_contains", "last_lacks", "last_message_count"]
            )
        default: break
        }
    }
}
