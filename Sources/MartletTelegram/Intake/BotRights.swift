public import MartletConversation
import MartletCore

/// What the bot is in a group.
public enum BotRights: Sendable, Hashable {
    /// It sees everything that is said, and may write.
    case administrator
    /// It may write.
    case member
    /// It may not write.
    case muted
    /// It is not in the group any more.
    case absent
}

extension BotAPICalling {
    /// What a bot is in a group.
    /// - Throws: ``TelegramError``, other than for a group that is gone.
    public func rights(of bot: BotID, in chat: ChatID) async throws -> BotRights {
        let call = BotAPICall(
            "getChatMember",
            ["chat_id": .integer(chat.rawValue), "user_id": .integer(bot.rawValue)]
        )
        do {
            let member = try await self.call(call)
            return switch member["status"]?.string {
            case "creator", "administrator": .administrator
            case "member": .member
            case "restricted" where member["is_member"]?.bool == false: .absent
            case "restricted": member["can_send_messages"]?.bool == false ? .muted : .member
            default: .absent
            }
        } catch let error as TelegramError where error.code == .forbidden || error.code == .chatNotFound {
            return .absent
        }
    }
}
