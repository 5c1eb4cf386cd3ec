public import MartletConversation
import MartletCore

extension TelegramActions: ConnectionFinding {
    /// Asks the platform about a connection; nil for one that it does not know or will not describe.
    public func connection(_ id: ConnectionID) async throws -> FoundConnection? {
        let parameters: JSONObject = ["business_connection_id": .string(id.rawValue)]
        do {
            return FoundConnection(
                try await api.call(BotAPICall("getBusinessConnection", parameters, timeout: .seconds(10)))
            )
        } catch let error as TelegramError where error.code == .badRequest || error.code == .forbidden {
            return nil
        }
    }
}
