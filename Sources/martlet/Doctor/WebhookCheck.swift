package import Foundation
package import MartletTelegram

/// What Telegram says of a bot's webhook, in words and with remedies.
package enum WebhookCheck {
    /// How long an error of the past is worth telling.
    private static let memory: TimeInterval = 86_400
    /// How many waiting messages are more than a pause explains.
    private static let manyPending = 100

    /// What there is to say.
    /// - Parameters:
    ///   - webhook: The webhook that the settings ask for; nil where they ask for polling.
    package static func findings(
        _ information: WebhookInformation,
        webhook: WebhookSettings?,
        at now: Date
    ) -> [Finding] {
        var findings = [destination(information, webhook: webhook)]
        guard information.isSet else { return findings }
        if let error = lastError(information, at: now) { findings.append(error) }
        if !information.missingKinds.isEmpty {
            findings.append(
                Finding(
                    webhook == nil ? .notice : .failure,
                    "updates",
                    "Telegram does not deliver \(information.missingKinds.joined(separator: ", "))",
                    remedy: "Set the webhook again: martlet webhook set URL, or start martlet bot --webhook URL."
                )
            )
        }
        if information.pendingCount >= manyPending {
            findings.append(
                Finding(
                    .notice,
                    "waiting",
                    "\(information.pendingCount) messages wait; Telegram keeps each for a day",
                    remedy: "See that the bot runs. \(speed(information, webhook: webhook))"
                )
            )
        }
        if let date = information.lastSynchronizationErrorDate, now.timeIntervalSince(date) < 3600 {
            findings.append(
                Finding(.notice, "telegram", "Telegram's own servers had trouble, \(age(of: date, at: now)); it passes")
            )
        }
        return findings
    }

    /// Where messages go, and whether that is where the settings want them.
    private static func destination(_ information: WebhookInformation, webhook: WebhookSettings?) -> Finding {
        let pending = "\(information.pendingCount) wait"
        let count = information.maximumConnectionCount ?? Int64(WebhookSettings.standardConnectionCount)
        switch (information.isSet, webhook) {
        case (false, nil): return Finding(.ok, "messages", "\(pending) for the bot to ask for them")
        case (false, .some):
            return Finding(
                .notice,
                "messages",
                "no webhook is set; \(pending)",
                remedy: "martlet bot sets it when it starts; martlet webhook set URL sets it now."
            )
        case (true, nil):
            return Finding(
                .failure,
                "messages",
                "they go to a webhook at \(information.server), so polling gets nothing; \(pending)",
                remedy:
                    "To have them here: martlet webhook delete, or martlet bot --polling. If a bot of yours is that "
                    + "webhook, name it as telegram.webhook.url in martlet.yaml."
            )
        case (true, .some(let webhook)) where webhook.url != information.url:
            return Finding(
                .failure,
                "messages",
                "they go to another webhook, at \(information.server); \(pending)",
                remedy: "Start martlet bot, which sets its own, or run martlet webhook set \(webhook.url)."
            )
        case (true, .some):
            return Finding(
                .ok,
                "messages",
                "Telegram delivers to \(information.server), \(count) at the same time; \(pending)"
            )
        }
    }

    private static func lastError(_ information: WebhookInformation, at now: Date) -> Finding? {
        guard let message = information.lastErrorMessage, let date = information.lastErrorDate,
            now.timeIntervalSince(date) < memory
        else { return nil }
        // An error before the latest success leaves nothing waiting.
        let isOver = information.pendingCount == 0
        return Finding(
            isOver ? .notice : .failure,
            "webhook",
            "the last delivery that failed was \(age(of: date, at: now)): \(message)"
                + (isOver ? "; nothing waits, so it works again" : ""),
            remedy: remedy(for: message)
        )
    }

    /// What to do about Telegram's account of a delivery.
    package static func remedy(for message: String) -> String {
        let text = message.lowercased()
        let known: [(signs: [String], remedy: String)] = [
            (
                ["ssl", "certificate", "tls"],
                "The certificate is not one that Telegram trusts. Use one of a public authority, with the whole chain."
            ),
            (
                ["401", "unauthorized"],
                "The secret is not the one that the bot expects. Start martlet bot --webhook again, or run martlet webhook "
                    + "set URL with the bot's own settings."
            ),
            (
                ["404", "405"],
                "Something else answers at that address. Compare the path with telegram.webhook.url, and see that the proxy "
                    + "passes it on unchanged (or set telegram.webhook.path)."
            ),
            (["413"], "A proxy in front refuses large requests; let it pass 1 MB."),
            (["415"], "A proxy in front changes the content type; let it pass application/json."),
            (
                ["503"],
                "The bot asked for a pause: too many messages wait, or its database cannot be written. Its log says which."
            ),
            (
                ["502", "504"],
                "The proxy does not reach the bot. See that martlet bot runs, and at which --host and --port."
            ),
            (["500"], "The bot or the proxy failed; their logs say why."),
            (["403"], "A proxy or a firewall refuses Telegram; let 149.154.160.0/20 and 91.108.4.0/22 through."),
            (["301", "302", "307", "308"], "The address redirects; set the webhook to where it leads."),
            (["refused"], "Nothing listens there. See that the proxy and martlet bot run."),
            (
                ["timeout", "timed out"],
                "No answer came within a minute. See that the address can be reached from outside, and that the machine "
                    + "is not overloaded."
            ),
            (["resolve", "dns"], "The name has no address. See the domain's DNS entries."),
            (
                ["reserved", "ip address"],
                "The name leads to an address that is not public. See the domain's DNS entries."
            ),
            (["port"], "Telegram delivers to the ports 443, 80, 88 and 8443 only."),
            (["reset", "closed", "eof"], "The connection broke. See the proxy's log."),
        ]
        return known.first { $0.signs.contains { text.contains($0) } }?.remedy
            ?? "See that the address answers from outside, and the logs of the proxy and of martlet bot."
    }

    /// What came of trying the webhook from here.
    package static func finding(_ outcome: WebhookProbe.Outcome) -> Finding {
        switch outcome {
        case .accepted: Finding(.ok, "secret", "the webhook answers, and takes the secret of these settings")
        case .wrongSecret:
            Finding(
                .failure,
                "secret",
                "the bot behind the webhook expects another secret",
                remedy: "Run it with these settings, or these with its own: the same token, the same "
                    + "TELEGRAM_WEBHOOK_SECRET or secret file. Then start it again, which sets the webhook."
            )
        case .unexpected(let status):
            Finding(
                .failure,
                "secret",
                "the webhook's address answers with \(status), which martlet bot does not",
                remedy: remedy(for: "\(status)")
            )
        case .unreachable:
            Finding(
                .notice,
                "secret",
                "the webhook's address does not answer from this machine",
                remedy: "Telegram may reach it all the same; what it met last is above, if anything went wrong."
            )
        }
    }

    private static func speed(_ information: WebhookInformation, webhook: WebhookSettings?) -> String {
        let count = information.maximumConnectionCount ?? Int64(WebhookSettings.standardConnectionCount)
        guard webhook != nil, count < 40 else { return "Its log says what holds it up." }
        return "Telegram delivers \(count) at the same time; --max-connections may say more."
    }

    private static func age(of date: Date, at now: Date) -> String {
        let seconds = max(0, Int(now.timeIntervalSince(date)))
        return switch seconds {
        case ..<120: "\(seconds) s ago"
        case ..<7200: "\(seconds / 60) min ago"
        default: "\(seconds / 3600) h ago"
        }
    }
}
