public import FoundationEssentials
public import MartletCore

/// A time that was agreed on, of a rule or a schedule of EventBridge.
public struct ScheduleEvent: Sendable, Hashable {
    static let sources = ["aws.events", "aws.scheduler"]

    /// The event's id.
    public var id: String?
    /// When it was due.
    public var time: Date?
    /// The rules or schedules that it came from.
    public var resources: [String]
    /// What the rule or schedule adds.
    public var detail: JSONValue

    /// Makes an event.
    public init(id: String? = nil, time: Date? = nil, resources: [String] = [], detail: JSONValue = [:]) {
        self.id = id
        self.time = time
        self.resources = resources
        self.detail = detail
    }

    /// The name of the rule or schedule: the last part of its ARN.
    public var name: String? { resources.first?.split(separator: "/").last.map { String($0) } }

    /// Reads an event; nil where it is none of a schedule.
    init?(event: JSONValue) {
        guard let source = event["source"]?.string, Self.sources.contains(source),
            event["detail-type"]?.string == "Scheduled Event"
        else { return nil }
        var detail = event["detail"] ?? [:]
        // EventBridge Scheduler writes the detail as a text.
        if let text = detail.string, let value = try? JSONValue(parsing: text.utf8) { detail = value }
        self.init(
            id: event["id"]?.string,
            time: event["time"]?.string.flatMap { try? Date($0, strategy: .iso8601) },
            resources: (event["resources"]?.array ?? []).compactMap(\.string),
            detail: detail
        )
    }
}
