public import MartletConversation
import MartletCore

extension TelegramActions: GroupAdministering {
    /// Asks the platform; nobody is an administrator of a group that the bot is not in.
    public func isAdministrator(_ user: UserID, of chat: ChatID) async throws -> Bool {
        let parameters: JSONObject = ["chat_id": .integer(chat.rawValue), "user_id": .integer(user.rawValue)]
        do {
            let member = try await api.call(BotAPICall("getChatMember", parameters, timeout: .seconds(10)))
            return ["creator", "administrator"].contains(member["status"]?.string)
        } catch let error as TelegramError where error.code == .badRequest || error.code == .forbidden {
            return false
        }
    }
}
