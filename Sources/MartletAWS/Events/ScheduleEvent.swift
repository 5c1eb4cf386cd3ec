public import FoundationEssentials
public import MartletCore

/// A time that was agreed on, of a rule or a schedule of EventBridge.
public struct ScheduleEvent: Sendable, Hashable {
    static let sources = ["aws.events", "aws.scheduler"]
    private static let detailType = "Scheduled Event"

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

    /// The event as a rule sends it.
    public var json: JSONValue {
        var event: JSONObject = [
            "source": .string(Self.sources[0]), "detail-type": .string(Self.detailType),
            "resources": .array(resources.map { .string($0) }), "detail": detail,
        ]
        if let id { event["id"] = .string(id) }
        if let time { event["time"] = .string(time.formatted(.iso8601)) }
        return .object(event)
    }

    /// Reads an event; nil where it is none of a schedule.
    init?(event: JSONValue) {
        guard let source = event["source"]?.string, Self.sources.contains(source),
            event["detail-type"]?.string == Self.detailType
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
