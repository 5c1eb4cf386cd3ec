import MartletCore

/// Reads the members of an act; a missing or unknown one is an error that says so.
struct ActReader: Sendable {
    let name: String
    let members: JSONObject

    private static let place = ["from", "chat_id", "message_thread_id", "reply_to", "quote", "business_connection_id"]

    /// Every act and its members.
    static let known: [String: [String]] = [
        "addUser": ["name", "username", "language_code", "is_premium", "id"],
        "addGroup": ["title", "members", "type", "is_forum", "bot", "id", "username"],
        "addTopic": ["chat_id", "from", "name"],
        "say": place + ["text", "entities"],
        "paste": place + ["text"],
        "send": place + ["kind", "caption", "file", "latitude", "longitude"],
        "album": place + ["items"],
        "forward": ["from", "chat_id", "message_thread_id", "messages"],
        "edit": ["from", "chat_id", "message_id", "text"],
        "delete": ["from", "chat_id", "message_ids"],
        "press": ["from", "chat_id", "message_id", "data"],
        "stopDraft": ["from", "draft_id", "chat_id", "message_thread_id"],
        "inline": ["from", "query", "offset"],
        "chooseInline": ["from", "inline_query_id", "result_id", "chat_id"],
        "guest": ["from", "chat_id", "text", "reply_to"],
        "block": ["from"], "unblock": ["from"],
        "join": ["chat_id", "from"], "leave": ["chat_id", "from"],
        "addBot": ["chat_id", "from"], "removeBot": ["chat_id", "from"],
        "promoteBot": ["chat_id", "from", "rights"],
        "migrate": ["chat_id", "from"],
        "react": ["from", "chat_id", "message_id", "emoji"],
        "linkGroup": ["chat_id", "group_id"],
        "connect": ["from", "rights", "is_enabled"],
        "privacyMode": ["is_on"],
        "fault": ["fault", "method", "chat_id", "at", "count", "retry_after", "status", "description"],
        "endFaults": ["id"],
        "advanceClock": ["seconds"], "setClock": ["is_manual"],
        "setWebhook": ["url", "secret_token", "max_connections", "allowed_updates"],
        "inject": ["update"], "reset": [],
    ]

    init(_ object: JSONObject) throws(SimulatorActError) {
        guard let name = object["act"]?.string else { throw SimulatorActError("say what to do in \"act\"") }
        guard let names = Self.known[name] else {
            throw SimulatorActError("unknown act \"\(name)\"" + NearestName.suggestion(name, in: Self.known.keys))
        }
        for member in object.names where member != "act" && !names.contains(member) {
            throw SimulatorActError(
                "\"\(name)\" has no member \"\(member)\"" + NearestName.suggestion(member, in: names)
            )
        }
        self.name = name
        members = object
    }

    subscript(_ name: String) -> JSONValue? {
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    func text(_ member: String) throws(SimulatorActError) -> String {
        guard let text = self[member]?.string else { throw missing(member, "a text") }
        return text
    }

    func integer(_ member: String) throws(SimulatorActError) -> Int64 {
        guard let number = self[member]?.integer else { throw missing(member, "a number") }
        return number
    }

    func list(_ member: String) throws(SimulatorActError) -> [JSONValue] {
        guard let list = self[member]?.array else { throw missing(member, "a list") }
        return list
    }

    private func missing(_ member: String, _ kind: String) -> SimulatorActError {
        SimulatorActError("\"\(name)\" needs \"\(member)\", \(kind)")
    }
}
