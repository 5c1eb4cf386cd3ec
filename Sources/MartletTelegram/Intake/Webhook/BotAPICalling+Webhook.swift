import MartletCore

extension BotAPICalling {
    /// What the platform says of the bot's webhook.
    public func getWebhookInfo() async throws -> WebhookInformation {
        WebhookInformation(try await call(BotAPICall("getWebhookInfo")))
    }

    /// Has updates delivered to an address from now on; those that wait are delivered too.
    public func setWebhook(_ settings: WebhookSettings) async throws {
        let call = BotAPICall(
            "setWebhook",
            [
                "url": .string(settings.url), "secret_token": .string(settings.secrets[0].rawValue),
                "max_connections": .integer(Int64(settings.maximumConnectionCount)),
                "allowed_updates": .array(UpdateReader.allowedUpdates.map { .string($0) }),
                "drop_pending_updates": false,
            ]
        )
        _ = try await self.call(call)
    }

    /// Has updates kept for polling from now on; those that wait are kept.
    public func deleteWebhook() async throws {
        _ = try await call(BotAPICall("deleteWebhook", ["drop_pending_updates": false]))
    }
}
