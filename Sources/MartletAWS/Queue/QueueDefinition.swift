import MartletCore

/// A queue as it should be, and what makes it so.
public struct QueueDefinition: Sendable, Hashable {
    /// Its name; `.fifo` at the end keeps the order within groups.
    public var name: String
    /// How long others don't see a message that somebody received.
    public var visibilityTimeout: Duration
    /// How long messages are kept.
    public var retention: Duration
    /// Where messages go that were received so often without being deleted.
    public var deadLetters: DeadLetters?

    /// Where messages go that nobody could deal with.
    public struct DeadLetters: Sendable, Hashable {
        /// The queue's ARN.
        public var arn: String
        /// How often a message is received before it goes there.
        public var maximumReceiveCount: Int

        /// Names a queue.
        public init(arn: String, maximumReceiveCount: Int) {
            self.arn = arn
            self.maximumReceiveCount = maximumReceiveCount
        }
    }

    /// Describes a queue.
    ///
    /// - Parameters:
    ///   - visibilityTimeout: Up to 12 hours; Lambda wants six times the function's own timeout.
    ///   - retention: From a minute to 14 days.
    public init(
        name: String,
        visibilityTimeout: Duration = .seconds(30),
        retention: Duration = .seconds(345_600),
        deadLetters: DeadLetters? = nil
    ) {
        self.name = name
        self.visibilityTimeout = visibilityTimeout
        self.retention = retention
        self.deadLetters = deadLetters
    }

    /// What happened to the queue.
    public enum Change: String, Sendable, Hashable {
        /// It was not there.
        case created
        /// It was there with other attributes, which are changed.
        case updated
        /// It was there as it should be.
        case unchanged
    }

    /// The attributes by the service's names.
    public var attributes: [String: String] {
        var attributes = [
            "VisibilityTimeout": "\(visibilityTimeout.components.seconds)",
            "MessageRetentionPeriod": "\(retention.components.seconds)",
            "SqsManagedSseEnabled": "true",
        ]
        if name.hasSuffix(".fifo") {
            attributes["FifoQueue"] = "true"
            // Ids are given: two people may write the same, and both are answered.
            attributes["ContentBasedDeduplication"] = "false"
            // A slow group, or an id in another one, holds nobody else up.
            attributes["DeduplicationScope"] = "messageGroup"
            attributes["FifoThroughputLimit"] = "perMessageGroupId"
        }
        if let deadLetters {
            attributes["RedrivePolicy"] =
                JSONValue.object([
                    "deadLetterTargetArn": .string(deadLetters.arn),
                    "maxReceiveCount": .integer(Int64(deadLetters.maximumReceiveCount)),
                ]).text
        }
        return attributes
    }

    /// What there would be to do.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func change(_ client: AWSClient) async throws -> Change {
        guard let queue = try await existing(client) else { return .created }
        return try await differences(queue).isEmpty ? .unchanged : .updated
    }

    /// Makes the queue, or changes it, so that it is as described.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func apply(_ client: AWSClient) async throws -> (queue: MessageQueue, change: Change) {
        if let queue = try await existing(client) {
            let differences = try await differences(queue)
            guard !differences.isEmpty else { return (queue, .unchanged) }
            let operation = MessageQueue.operation("SetQueueAttributes")
            _ = try await queue.call(operation, ["Attributes": Self.object(differences)])
            return (queue, .updated)
        }
        let answer = try await client.call(
            MessageQueue.operation("CreateQueue"),
            ["QueueName": .string(name), "Attributes": Self.object(attributes)]
        )
        guard let url = answer["QueueUrl"]?.string else { throw MessageQueue.unreadable("CreateQueue") }
        return (MessageQueue(url: url, client: client), .created)
    }

    private func existing(_ client: AWSClient) async throws -> MessageQueue? {
        do {
            return try await MessageQueue(named: name, client: client)
        } catch let error as AWSError
            where ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"].contains(error.code)
        {
            return nil
        }
    }

    /// The attributes that are not as described; what a queue is made as, such as FIFO, cannot be changed.
    private func differences(_ queue: MessageQueue) async throws -> [String: String] {
        let known = try await queue.attributes()
        return attributes.filter { name, value in
            guard name != "FifoQueue" else { return false }
            guard name == "RedrivePolicy" else { return known[name]?.lowercased() != value.lowercased() }
            let parsed = known[name].flatMap { try? JSONValue(parsing: $0.utf8) }
            return parsed?["deadLetterTargetArn"]?.string != deadLetters?.arn
                || parsed?["maxReceiveCount"]?.integer != deadLetters.map { Int64($0.maximumReceiveCount) }
        }
    }

    private static func object(_ attributes: [String: String]) -> JSONValue {
        .object(JSONObject(attributes.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
}
