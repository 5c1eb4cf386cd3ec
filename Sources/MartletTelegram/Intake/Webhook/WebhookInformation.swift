public import FoundationEssentials
import MartletCore

/// What the platform says of a bot's webhook.
public struct WebhookInformation: Sendable, Hashable {
    /// Where updates go; empty where none is set.
    public var url: String
    /// How many updates wait to be delivered.
    public var pendingCount: Int64
    /// When a delivery failed last.
    public var lastErrorDate: Date?
    /// What was wrong with it, in the platform's words.
    public var lastErrorMessage: String?
    /// When the platform could not tell its own servers of updates.
    public var lastSynchronizationErrorDate: Date?
    /// How many updates are delivered at the same time.
    public var maximumConnectionCount: Int64?
    /// The kinds of update that are delivered; nil for the platform's own choice.
    public var allowedUpdates: [String]?

    /// Whether there is one.
    public var isSet: Bool { !url.isEmpty }

    /// Describes a webhook.
    public init(url: String, pendingCount: Int64 = 0) {
        self.url = url
        self.pendingCount = pendingCount
    }

    /// Reads the result of `getWebhookInfo`.
    init(_ result: JSONValue) {
        self.init(url: result["url"]?.string ?? "", pendingCount: result["pending_update_count"]?.integer ?? 0)
        lastErrorDate = result.date("last_error_date")
        lastErrorMessage = result["last_error_message"]?.string
        lastSynchronizationErrorDate = result.date("last_synchronization_error_date")
        maximumConnectionCount = result["max_connections"]?.integer
        allowedUpdates = result["allowed_updates"]?.array?.compactMap(\.string)
    }

    /// The server that updates go to, without the path: other programs put their token there.
    public var server: String {
        guard let scheme = url.firstRange(of: "://") else { return "?" }
        return String(url[..<scheme.upperBound] + url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }

    /// The kinds of update that the bot needs and would not get.
    public var missingKinds: [String] {
        guard isSet, let allowedUpdates, !allowedUpdates.isEmpty else {
            // Without a list the platform delivers all but three kinds, none of which is needed.
            return []
        }
        return UpdateReader.allowedUpdates.filter { !allowedUpdates.contains($0) }
    }
}
