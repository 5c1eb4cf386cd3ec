import MartletCore

/// A message for a queue.
public struct QueueMessage: Sendable, Hashable {
    /// What it says.
    public var body: String
    /// Messages of one group arrive one after the other, in their order; FIFO queues need it.
    public var group: String?
    /// A message with the same id is not taken again for five minutes; FIFO queues need it.
    public var deduplication: String?

    /// Makes a message; queues that keep an order need both ids.
    public init(body: String, group: String? = nil, deduplication: String? = nil) {
        self.body = body
        self.group = group
        self.deduplication = deduplication
    }

    /// The largest message, and the largest batch: 1 MiB.
    public static let maximumByteCount = 1 << 20
    /// The most messages in a batch.
    public static let maximumBatchCount = 10

    /// Why the service would refuse it, or nil; known before anything is sent.
    var objection: AWSError? {
        func refuse(_ reason: String, remedy: String) -> AWSError {
            AWSError(code: AWSError.invalidRequest, message: "the message \(reason)", remedy: remedy)
        }
        if body.isEmpty { return refuse("for the queue is empty", remedy: "Send something") }
        guard body.utf8.count <= Self.maximumByteCount else {
            return refuse(
                "for the queue has \(body.utf8.count) bytes, and at most \(Self.maximumByteCount) are taken",
                remedy: "Store it elsewhere and send its name"
            )
        }
        guard body.unicodeScalars.allSatisfy(Self.isAllowed) else {
            return refuse("for the queue holds characters that XML forbids", remedy: "Send it as JSON or Base64")
        }
        for id in [group, deduplication].compactMap({ $0 }) where !Self.isIdentifier(id) {
            return refuse(
                "has a group or deduplication id that is none",
                remedy: "Use 1 to 128 letters, digits and punctuation marks of ASCII"
            )
        }
        return nil
    }

    /// What XML 1.0 can hold.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static func isIdentifier(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// As the service takes it.
    var parameters: JSONObject {
        var parameters: JSONObject = ["MessageBody": .string(body)]
        if let group { parameters["MessageGroupId"] = .string(group) }
        if let deduplication { parameters["MessageDeduplicationId"] = .string(deduplication) }
        return parameters
    }
}

/// A message from a queue, hidden from others until it is deleted or its time is over.
public struct ReceivedMessage: Sendable, Hashable {
    /// The message's name.
    public var id: String
    /// What deletes it; another one each time that it is received.
    public var receiptHandle: String
    /// What it says.
    public var body: String
    /// What the queue knows of it, such as `MessageGroupId` and `ApproximateReceiveCount`.
    public var attributes: [String: String]

    /// The group that it belongs to.
    public var group: String? { attributes["MessageGroupId"] }
    /// How often it has been received, this time among them.
    public var receiveCount: Int { attributes["ApproximateReceiveCount"].flatMap { Int($0) } ?? 1 }

    /// Reads a message as the service gives it.
    init?(_ json: JSONValue) {
        guard let id = json["MessageId"]?.string, let handle = json["ReceiptHandle"]?.string,
            let body = json["Body"]?.string
        else { return nil }
        (self.id, receiptHandle, self.body) = (id, handle, body)
        attributes = [:]
        for member in json["Attributes"]?.object ?? [:] { attributes[member.name] = member.value.string }
    }
}
