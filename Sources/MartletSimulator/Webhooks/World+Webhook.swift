import MartletCore

/// One update on its way to the webhook.
struct WebhookDelivery: Sendable {
    var update: PendingUpdate
    var url: String
    var secretToken: String?
}

extension World {
    /// What is to be delivered now.
    mutating func takeDeliveries() -> [WebhookDelivery] {
        guard webhook.isSet else { return [] }
        let due = updates.takeDue(now: now, connectionCount: webhook.maximumConnectionCount)
        return due.flatMap { update -> [WebhookDelivery] in
            let delivery = WebhookDelivery(update: update, url: webhook.url, secretToken: webhook.secretToken)
            guard let entry = faults.take(method: "getUpdates", chat: nil, isDelivery: true) else { return [delivery] }
            journal.append("fault", entry.json)
            return [delivery, delivery]
        }
    }

    /// Notes how a delivery went, plans the next attempt, and does what the bot's answer asks for.
    mutating func finish(_ delivery: WebhookDelivery, _ outcome: DeliveryOutcome) {
        guard webhook.isSet, webhook.url == delivery.url else { return }
        let update = delivery.update
        var next: SimulatedDate?
        if outcome.isSuccess {
            updates.deliver(update.id)
            webhook.goneSince = nil
            if case .answered(_, _, _, let body) = outcome { answerInline(body) }
        } else {
            var retryAfter: Int64?
            if case .answered(_, _, let seconds, _) = outcome { retryAfter = seconds }
            let pause = DeliveryBackoff.pause(after: update.attempt, retryAfter: retryAfter, update: update.id)
            next = updates.putBack(update.id, delay: pause, now: now)
            webhook.lastError = (now, outcome.errorMessage ?? "")
            noteGone(outcome)
        }
        webhook.note(
            .init(
                update: update.id,
                queue: update.queue.description,
                attempt: update.attempt,
                status: outcome.status,
                error: outcome.errorMessage,
                date: now,
                next: next
            )
        )
        journalWebhook()
    }

    private mutating func noteGone(_ outcome: DeliveryOutcome) {
        guard outcome.status == 410 else {
            webhook.goneSince = nil
            return
        }
        let since = webhook.goneSince ?? now
        webhook.goneSince = since
        if now - since > DeliveryBackoff.goneLimit { webhook.url = "" }
    }

    /// The one call that the answer to a webhook may hold; nobody hears what becomes of it.
    private mutating func answerInline(_ body: [UInt8]) {
        guard !body.isEmpty, let object = (try? JSONValue(parsing: body))?.object,
            let method = object["method"]?.string
        else { return }
        let lower = method.lowercased()
        let isAllowed = !lower.hasPrefix("get") && !["setwebhook", "deletewebhook", "close", "logout"].contains(lower)
        guard isAllowed else { return }
        var parameters = object
        parameters["method"] = nil
        let call = MethodCall(method: method, parameters: parameters)
        var noted = SimulatedCall(method: method, parameters: parameters, instant: .now, date: now, status: 200)
        do throws(Refusal) {
            try checkSilence(call)
            _ = try perform(call)
        } catch {
            noted.status = error.status
            noted.refusal = error.description
        }
        journal.append("call", calls.append(noted).json)
    }
}
