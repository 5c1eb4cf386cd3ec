import MartletCore

/// The webhook that is set, and how its latest deliveries went.
struct WebhookSettings: Sendable {
    struct Delivery: Sendable {
        var update: Int64
        var queue: String
        var attempt: Int
        var status: Int?
        var error: String?
        var date: SimulatedDate
        var next: SimulatedDate?

        var json: JSONValue {
            var json: JSONObject = [
                "update_id": .integer(update), "queue": .string(queue), "attempt": .integer(Int64(attempt)),
            ]
            if let status { json["status"] = .integer(Int64(status)) }
            if let error { json["error"] = .string(error) }
            json["date"] = .number(date.seconds)
            if let next { json["next"] = .number(next.seconds) }
            return .object(json)
        }
    }

    var url = ""
    var secretToken: String?
    var maximumConnectionCount = 40
    var lastError: (date: SimulatedDate, message: String)?
    /// Since when the bot answers 410, which ends the webhook after 23 hours.
    var goneSince: SimulatedDate?
    private(set) var deliveries: [Delivery] = []

    var isSet: Bool { !url.isEmpty }

    mutating func note(_ delivery: Delivery) {
        deliveries.append(delivery)
        if deliveries.count >= 100 { deliveries.removeFirst(50) }
    }

    /// Telegram's `WebhookInfo`.
    func information(pendingCount: Int, allowed: Set<String>?) -> JSONObject {
        var json: JSONObject = [
            "url": .string(url), "has_custom_certificate": false, "pending_update_count": .integer(Int64(pendingCount)),
        ]
        if let lastError {
            json["last_error_date"] = .integer(lastError.date.whole)
            json["last_error_message"] = .string(lastError.message)
        }
        if isSet {
            json["max_connections"] = .integer(Int64(maximumConnectionCount))
            json["ip_address"] = "127.0.0.1"
        }
        if let allowed { json["allowed_updates"] = .array(allowed.sorted().map { .string($0) }) }
        return json
    }

    /// The webhook as the interface shows it.
    func json(pendingCount: Int, allowed: Set<String>?) -> JSONValue {
        .object(
            information(pendingCount: pendingCount, allowed: allowed)
                .merging(["deliveries": .array(deliveries.suffix(50).map(\.json))])
        )
    }
}
