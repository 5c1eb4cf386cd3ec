import Foundation
import Logging
import MartletTelegram
import MartletTerminal

/// A webhook that is set while messages are to be asked for: Telegram would deliver them there and refuse to answer here.
struct WebhookInTheWay {
    let api: any BotAPICalling
    /// Whether it is deleted without asking.
    let isDeletedUnasked: Bool
    let logger: Logger

    /// Returns when none is in the way: none is set, or it was deleted with leave.
    /// - Throws: ``WebhookInTheWayError`` where nobody gave leave, and `CancellationError`.
    func clear() async throws {
        let information: WebhookInformation
        do {
            information = try await api.getWebhookInfo()
        } catch is TelegramError {
            // What is wrong with the server or the token comes to light when the bot connects.
            return
        }
        guard information.isSet else { return }
        guard try await isToBeDeleted(information) else { throw WebhookInTheWayError(server: information.server) }
        try await api.deleteWebhook()
        logger.notice(
            "The webhook was deleted; messages are asked for from now on",
            metadata: [
                "webhook.server": "\(information.server)", "messages.pending": "\(information.pendingCount)",
            ]
        )
    }

    private func isToBeDeleted(_ information: WebhookInformation) async throws -> Bool {
        if isDeletedUnasked { return true }
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return false }
        let question =
            "This bot's messages go to a webhook at \(information.server). Delete the webhook and answer here? [y/N] "
        StandardError.write(TerminalText.harmless(question))
        let answer = try await DedicatedThread.run { readLine() ?? "" }
        return ["y", "yes"].contains(answer.lowercased().trimmingCharacters(in: .whitespaces))
    }
}

/// A webhook is set, and nobody said that it may be deleted.
struct WebhookInTheWayError: Error, CustomStringConvertible {
    let server: String

    var description: String {
        "this bot's messages go to a webhook at \(server), so they do not come here. To have them here, run martlet bot "
            + "--polling or martlet webhook delete; to be that webhook, run martlet bot --webhook URL"
    }
}
