import MartletCore

/// A person in the simulation.
public struct SimulatedUser: Sendable, Hashable {
    /// Their number; their private chat with the bot has the same.
    public var id: Int64
    /// The name that people see.
    public var name: String
    /// The interface language they chose.
    public var languageCode: String?
    /// What they are called by with an `@`.
    public var username: String?
    /// Whether they pay for Telegram.
    public var isPremium = false

    /// Makes a person.
    public init(id: Int64, name: String, languageCode: String? = nil, username: String? = nil) {
        self.id = id
        self.name = name
        self.languageCode = languageCode
        self.username = username
    }

    var json: JSONValue {
        var json: JSONObject = ["id": .integer(id), "is_bot": false, "first_name": .string(name)]
        if let username { json["username"] = .string(username) }
        if let languageCode { json["language_code"] = .string(languageCode) }
        if isPremium { json["is_premium"] = true }
        return .object(json)
    }
}
