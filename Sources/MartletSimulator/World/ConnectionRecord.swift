import MartletCore

/// A person's account that the bot may answer in.
struct ConnectionRecord: Sendable {
    var id: String
    var owner: Int64
    var date: SimulatedDate
    var rights: Set<String>
    var isEnabled: Bool
    /// When each contact last wrote, for the 24 hours in which the bot may answer.
    var lastIncoming: [Int64: SimulatedDate] = [:]

    /// How long after a contact's message the bot may write to them.
    static let answerWindow = Duration.seconds(86_400)

    /// Telegram's `BusinessConnection`.
    func json(owner user: SimulatedUser?) -> JSONValue {
        [
            "id": .string(id), "user": user?.json ?? ["id": .integer(owner)], "user_chat_id": .integer(owner),
            "date": .integer(date.whole),
            "rights": .object(JSONObject(rights.sorted().map { ($0, JSONValue.bool(true)) })),
            "is_enabled": .bool(isEnabled),
        ]
    }
}
