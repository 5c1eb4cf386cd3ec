public import MartletConversation
import MartletCore

/// Whose menu it is.
public enum BotCommandScope: Sendable, Hashable {
    /// Everybody without a menu of a narrower scope.
    case everybody
    /// All private chats.
    case privateChats
    /// All groups.
    case groups
    /// The administrators of all groups.
    case administrators
    /// One chat.
    case chat(ChatID)
    /// The administrators of one group.
    case chatAdministrators(ChatID)
    /// One person in one group.
    case chatMember(ChatID, UserID)

    /// The platform's form.
    var json: JSONValue {
        switch self {
        case .everybody: ["type": "default"]
        case .privateChats: ["type": "all_private_chats"]
        case .groups: ["type": "all_group_chats"]
        case .administrators: ["type": "all_chat_administrators"]
        case .chat(let chat): ["type": "chat", "chat_id": .integer(chat.rawValue)]
        case .chatAdministrators(let chat): ["type": "chat_administrators", "chat_id": .integer(chat.rawValue)]
        case .chatMember(let chat, let user):
            ["type": "chat_member", "chat_id": .integer(chat.rawValue), "user_id": .integer(user.rawValue)]
        }
    }
}

extension BotAPICalling {
    /// Fills the bot's menu.
    /// - Parameters:
    ///   - commands: At most 100; more are left out.
    ///   - scope: Whose menu.
    ///   - languageCode: In whose language; nil for everybody without a menu in theirs.
    public func setMyCommands(
        _ commands: [MenuCommand],
        scope: BotCommandScope = .everybody,
        languageCode: String?
    ) async throws {
        let parameters: JSONObject = [
            "commands": .array(
                commands.prefix(100).map { command in
                    .object(
                        JSONObject([
                            ("command", .string(command.name)), ("description", .string(command.summary)),
                            ("is_ephemeral", command.isWhispered ? true : .null),
                        ]).withoutNulls
                    )
                }
            ),
            "scope": scope == .everybody ? .null : scope.json,
            "language_code": languageCode.map { .string($0) } ?? .null,
        ]
        _ = try await call(BotAPICall("setMyCommands", parameters))
    }

    /// Takes a menu away, so that the one of the wider scope shows.
    public func deleteMyCommands(scope: BotCommandScope, languageCode: String?) async throws {
        let parameters: JSONObject = [
            "scope": scope.json, "language_code": languageCode.map { .string($0) } ?? .null,
        ]
        _ = try await call(BotAPICall("deleteMyCommands", parameters))
    }
}
