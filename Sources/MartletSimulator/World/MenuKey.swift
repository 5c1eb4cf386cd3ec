import MartletCore

/// For whom a menu of commands is: a scope and a language.
struct MenuKey: Sendable, Hashable {
    var type: String
    var chat: Int64?
    var user: Int64?
    var languageCode: String

    static let types = [
        "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
        "chat_member",
    ]

    init(type: String, chat: Int64?, user: Int64?, languageCode: String) {
        (self.type, self.chat, self.user, self.languageCode) = (type, chat, user, languageCode)
    }

    /// Reads the scope and language of a call.
    init(_ call: MethodCall) throws(Refusal) {
        let scope = try call.structured("scope", "can't parse BotCommandScope JSON object")
        type = scope?["type"]?.string ?? "default"
        guard Self.types.contains(type) else { throw .badRequest("unsupported type specified") }
        chat = scope?["chat_id"]?.integer
        user = scope?["user_id"]?.integer
        if type.hasPrefix("chat"), chat == nil { throw .badRequest("chat not found") }
        if type == "chat_member", user == nil { throw .badRequest("invalid user_id specified") }
        languageCode = call["language_code"]?.string ?? ""
        let isCode = languageCode.utf8.count == 2 && languageCode.allSatisfy { $0.isASCII && $0.isLowercase }
        guard languageCode.isEmpty || isCode else { throw .badRequest("invalid language code specified") }
    }

    /// The menu as the interface shows it.
    func json(_ commands: [JSONValue]) -> JSONValue {
        var scope: JSONObject = ["type": .string(type)]
        if let chat { scope["chat_id"] = .integer(chat) }
        if let user { scope["user_id"] = .integer(user) }
        return ["scope": .object(scope), "language_code": .string(languageCode), "commands": .array(commands)]
    }
}
