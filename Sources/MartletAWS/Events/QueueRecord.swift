package import MartletCore

/// A message of an SQS queue, as it comes in an event.
public struct QueueRecord: Sendable, Hashable {
    /// The message's id, by which a failure is told.
    public var messageID: String
    /// What the message can be deleted by.
    public var receiptHandle: String
    /// The text.
    public var body: String
    /// What SQS says of it, such as `MessageGroupId` and `ApproximateReceiveCount`.
    public var attributes: [String: String]
    /// What the sender says of it, where that is text.
    public var messageAttributes: [String: String]
    /// The queue.
    public var queueARN: String?
    /// The queue's region.
    public var region: String?

    /// Makes a record.
    public init(
        messageID: String,
        receiptHandle: String,
        body: String,
        attributes: [String: String] = [:],
        messageAttributes: [String: String] = [:],
        queueARN: String? = nil,
        region: String? = nil
    ) {
        self.messageID = messageID
        self.receiptHandle = receiptHandle
        self.body = body
        self.attributes = attributes
        self.messageAttributes = messageAttributes
        self.queueARN = queueARN
        self.region = region
    }

    /// The group whose messages keep their order; only messages of FIFO queues have one.
    public var groupID: String? { attributes["MessageGroupId"] }
    /// By what a FIFO queue tells that a message was sent twice.
    public var deduplicationID: String? { attributes["MessageDeduplicationId"] }
    /// How often the message was handed out, this time included; at least 1.
    public var receiveCount: Int { max(1, attributes["ApproximateReceiveCount"].flatMap { Int($0) } ?? 1) }

    /// The messages in an event; nil where it is no event of a queue.
    ///
    /// - Throws: ``LambdaEventError`` for a message without an id or a text: without them no failure could be told.
    static func records(in event: JSONValue) throws(LambdaEventError) -> [QueueRecord]? {
        guard let list = event["Records"]?.array, let first = list.first, first["eventSource"] == "aws:sqs" else {
            return nil
        }
        var records: [QueueRecord] = []
        for item in list {
            guard item["eventSource"] == "aws:sqs" else { throw .malformed("Records", "of one queue") }
            guard let id = item["messageId"]?.string, !id.isEmpty else {
                throw .malformed("Records[].messageId", "a text")
            }
            guard let body = item["body"]?.string else { throw .malformed("Records[].body", "a text") }
            var record = QueueRecord(
                messageID: id,
                receiptHandle: item["receiptHandle"]?.string ?? "",
                body: body,
                queueARN: item["eventSourceARN"]?.string,
                region: item["awsRegion"]?.string
            )
            for (name, value) in item["attributes"]?.object ?? [:] { record.attributes[name] = value.string }
            for (name, value) in item["messageAttributes"]?.object ?? [:] {
                record.messageAttributes[name] = value["stringValue"]?.string
            }
            records.append(record)
        }
        return records
    }

    /// The record in the form that it has in an event.
    package var json: JSONValue {
        func object(_ values: [String: String], _ make: (String) -> JSONValue) -> JSONValue {
            .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, make($0.value)) }))
        }
        let members: JSONObject = [
            "messageId": .string(messageID), "receiptHandle": .string(receiptHandle), "body": .string(body),
            "attributes": object(attributes) { .string($0) },
            "messageAttributes": object(messageAttributes) { ["stringValue": .string($0), "dataType": "String"] },
            "eventSource": "aws:sqs", "eventSourceARN": queueARN.map { .string($0) } ?? .null,
            "awsRegion": region.map { .string($0) } ?? .null,
        ]
        return .object(members.withoutNulls)
    }
}

/// What a function says of a batch of messages, where the event source mapping has `ReportBatchItemFailures`.
public struct QueueBatchResponse: Sendable, Hashable {
    /// The messages that come again; of a FIFO queue, a failed message and all that follow it in its group.
    public var failedMessageIDs: [String]

    /// Names the messages that failed; none is success for all of them.
    public init(failedMessageIDs: [String] = []) {
        self.failedMessageIDs = failedMessageIDs
    }

    /// The JSON that Lambda understands.
    public var payload: [UInt8] {
        let value: JSONValue = [
            "batchItemFailures": .array(failedMessageIDs.map { ["itemIdentifier": .string($0)] })
        ]
        return value.serialized
    }

    /// Reads a function's response as Lambda does.
    ///
    /// No response, null and an empty list are success; anything that is not understood fails the whole batch, and is nil.
    package init?(_ payload: [UInt8]) {
        failedMessageIDs = []
        guard !payload.isEmpty else { return }
        guard let value = try? JSONValue(parsing: payload) else { return nil }
        if value == .null { return }
        guard value.object != nil else { return nil }
        guard let failures = value["batchItemFailures"] else { return }
        guard let list = failures.array else { return nil }
        for failure in list {
            guard let id = failure["itemIdentifier"]?.string, !id.isEmpty else { return nil }
            failedMessageIDs.append(id)
        }
    }
}
