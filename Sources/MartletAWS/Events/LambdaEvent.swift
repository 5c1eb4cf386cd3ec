public import MartletCore

/// What an invocation is about.
public enum LambdaEvent: Sendable, Hashable {
    /// An HTTP request, through a function URL, API Gateway or a load balancer.
    case http(LambdaHTTPRequest)
    /// Messages of a queue; the response says which of them failed, see ``QueueBatchResponse``.
    case queue([QueueRecord])
    /// A time that was agreed on.
    case schedule(ScheduleEvent)
    /// Any other JSON: somebody calls the function directly.
    case direct(JSONValue)

    /// More than Lambda hands over.
    public static let maximumByteCount = 8 << 20

    /// Reads an invocation's payload; an empty one is a direct call with null.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: ``LambdaEventError`` for what is no JSON, for events of services that have nothing to say here, and for
    ///   events that lack what makes them one.
    public init(payload: [UInt8]) throws(LambdaEventError) {
        guard payload.count <= Self.maximumByteCount else { throw .tooLarge(payload.count) }
        guard !payload.isEmpty else {
            self = .direct(.null)
            return
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: payload)
        } catch {
            throw .notJSON(error)
        }
        try self.init(value)
    }

    /// Tells what JSON is about.
    ///
    /// - Throws: ``LambdaEventError``, as ``init(payload:)``.
    public init(_ value: JSONValue) throws(LambdaEventError) {
        if let service = ForeignService(sending: value) { throw .unsupported(service.name) }
        if let request = try LambdaHTTPRequest(event: value) {
            self = .http(request)
        } else if let records = try QueueRecord.records(in: value) {
            self = .queue(records)
        } else if let schedule = ScheduleEvent(event: value) {
            self = .schedule(schedule)
        } else {
            self = .direct(value)
        }
    }
}
