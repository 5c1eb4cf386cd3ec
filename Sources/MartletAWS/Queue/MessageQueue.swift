import MartletCore

/// A queue of SQS.
///
/// - SeeAlso: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
public struct MessageQueue: Sendable {
    /// The queue's address, which is its name in calls.
    public let url: String
    private let client: AWSClient

    /// Makes a queue of its address; nothing is asked.
    public init(url: String, client: AWSClient) {
        self.url = url
        self.client = client
    }

    /// Finds a queue by its name.
    /// - Throws: ``AWSError``, `QueueDoesNotExist` where there is none; `CancellationError`.
    public init(named name: String, client: AWSClient) async throws {
        let answer = try await client.call(Self.operation("GetQueueUrl"), ["QueueName": .string(name)])
        guard let url = answer["QueueUrl"]?.string else { throw Self.unreadable("GetQueueUrl") }
        self.init(url: url, client: client)
    }

    /// Whether its messages keep their order within their groups.
    public var keepsOrder: Bool { url.hasSuffix(".fifo") }

    /// Sends a message.
    ///
    /// With a deduplication id it is sent again where nobody knows whether it arrived.
    /// - Returns: The message's id.
    /// - Throws: ``AWSError``; the message is in the queue only when nothing is thrown. `CancellationError`.
    @discardableResult
    public func send(_ message: QueueMessage) async throws -> String {
        try check([message])
        let operation = Self.operation("SendMessage", isIdempotent: message.deduplication != nil)
        let answer = try await call(operation, message.parameters)
        guard let id = answer["MessageId"]?.string else { throw Self.unreadable("SendMessage") }
        return id
    }

    /// Sends up to ten messages, 1 MiB together.
    ///
    /// - Returns: For each message what came of it, in their order.
    /// - Throws: ``AWSError`` where nothing was taken; `CancellationError`.
    public func send(_ messages: [QueueMessage]) async throws -> [Result<String, AWSError>] {
        guard !messages.isEmpty else { return [] }
        try check(messages)
        let entries = messages.enumerated().map { index, message -> JSONValue in
            var entry = message.parameters
            entry["Id"] = .string("\(index)")
            return .object(entry)
        }
        let isIdempotent = messages.allSatisfy { $0.deduplication != nil }
        return try await batch(
            Self.operation("SendMessageBatch", isIdempotent: isIdempotent),
            ["Entries": .array(entries)],
            count: messages.count
        ) { $0["MessageId"]?.string ?? "" }
    }

    /// Takes messages that others then don't see for a while.
    ///
    /// - Parameters:
    ///   - maximumCount: From 1 to 10.
    ///   - wait: How long to wait for a first one, up to 20 seconds.
    ///   - visibilityTimeout: How long others don't see them; nil is the queue's own time.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func receive(
        maximumCount: Int = 10,
        wait: Duration = .seconds(20),
        visibilityTimeout: Duration? = nil
    ) async throws -> [ReceivedMessage] {
        precondition((1...QueueMessage.maximumBatchCount).contains(maximumCount))
        precondition((.zero...(.seconds(20))).contains(wait))
        var parameters: JSONObject = [
            "MaxNumberOfMessages": .integer(Int64(maximumCount)), "WaitTimeSeconds": .integer(wait.components.seconds),
            "MessageSystemAttributeNames": ["All"],
        ]
        if let visibilityTimeout { parameters["VisibilityTimeout"] = .integer(visibilityTimeout.components.seconds) }
        // Not idempotent: what a lost answer held stays hidden until its time is over.
        let operation = Self.operation("ReceiveMessage", isIdempotent: false)
        let answer = try await call(operation, parameters, timeout: wait + .seconds(10))
        return (answer["Messages"]?.array ?? []).compactMap { ReceivedMessage($0) }
    }

    /// Deletes a message that is dealt with.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func delete(_ receiptHandle: String) async throws {
        _ = try await call(Self.operation("DeleteMessage"), ["ReceiptHandle": .string(receiptHandle)])
    }

    /// Deletes up to ten messages.
    /// - Returns: For each handle whether it worked, in their order.
    /// - Throws: ``AWSError`` where nothing was deleted; `CancellationError`.
    public func delete(_ receiptHandles: [String]) async throws -> [Result<String, AWSError>] {
        guard !receiptHandles.isEmpty else { return [] }
        guard receiptHandles.count <= QueueMessage.maximumBatchCount else { throw Self.tooMany(receiptHandles.count) }
        let entries = receiptHandles.enumerated().map { index, handle -> JSONValue in
            ["Id": .string("\(index)"), "ReceiptHandle": .string(handle)]
        }
        return try await batch(
            Self.operation("DeleteMessageBatch"),
            ["Entries": .array(entries)],
            count: entries.count
        ) { $0["Id"]?.string ?? "" }
    }

    /// Hides a message from others for so long from now on; zero gives it back at once.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func changeVisibility(_ receiptHandle: String, to timeout: Duration) async throws {
        precondition((.zero...(.seconds(43_200))).contains(timeout), "at most 12 hours")
        let parameters: JSONObject = [
            "ReceiptHandle": .string(receiptHandle), "VisibilityTimeout": .integer(timeout.components.seconds),
        ]
        _ = try await call(Self.operation("ChangeMessageVisibility"), parameters)
    }

    /// What the queue is and how it stands, such as `ApproximateNumberOfMessages` and `QueueArn`.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func attributes() async throws -> [String: String] {
        let answer = try await call(Self.operation("GetQueueAttributes"), ["AttributeNames": ["All"]])
        var attributes: [String: String] = [:]
        for member in answer["Attributes"]?.object ?? [:] { attributes[member.name] = member.value.string }
        return attributes
    }

    func call(
        _ operation: AWSOperation,
        _ parameters: JSONObject,
        timeout: Duration = .seconds(10)
    ) async throws -> JSONValue {
        var parameters = parameters
        parameters["QueueUrl"] = .string(url)
        return try await client.call(operation, .object(parameters), timeout: timeout)
    }

    /// An operation of SQS; all but sending without an id and receiving may be done twice.
    static func operation(_ name: String, isIdempotent: Bool = true) -> AWSOperation {
        AWSOperation(service: "sqs", target: "AmazonSQS.\(name)", jsonVersion: "1.0", isIdempotent: isIdempotent)
    }

    private func check(_ messages: [QueueMessage]) throws(AWSError) {
        guard messages.count <= QueueMessage.maximumBatchCount else { throw Self.tooMany(messages.count) }
        for message in messages {
            if let objection = message.objection { throw objection }
            if keepsOrder, message.group == nil || message.deduplication == nil {
                throw misfit("needs a group and a deduplication id", remedy: "Give both")
            }
            if !keepsOrder, message.deduplication != nil {
                throw misfit(
                    "takes no deduplication id",
                    remedy: "Leave it away, or use a queue whose name ends with .fifo"
                )
            }
        }
        let byteCount = messages.reduce(0) { $0 + $1.body.utf8.count }
        guard byteCount <= QueueMessage.maximumByteCount else {
            throw AWSError(
                code: AWSError.invalidRequest,
                message: "the messages have \(byteCount) bytes together, and at most "
                    + "\(QueueMessage.maximumByteCount) are taken",
                remedy: "Send them in smaller batches"
            )
        }
    }

    private func misfit(_ reason: String, remedy: String) -> AWSError {
        let name = url.split(separator: "/").last ?? ""
        return AWSError(code: AWSError.invalidRequest, message: "the queue \(name) \(reason)", remedy: remedy)
    }

    private func batch(
        _ operation: AWSOperation,
        _ parameters: JSONObject,
        count: Int,
        _ value: (JSONValue) -> String
    ) async throws -> [Result<String, AWSError>] {
        let answer = try await call(operation, parameters)
        let missing = AWSError(
            code: AWSError.unreadable,
            message: "\(operation.action): the answer says nothing of one entry",
            remedy: "Send it again"
        )
        var results = Array(repeating: Result<String, AWSError>.failure(missing), count: count)
        for entry in answer["Successful"]?.array ?? [] {
            guard let index = entry["Id"]?.integer, results.indices.contains(Int(index)) else { continue }
            results[Int(index)] = .success(value(entry))
        }
        for entry in answer["Failed"]?.array ?? [] {
            guard let index = entry["Id"]?.integer, results.indices.contains(Int(index)) else { continue }
            let error = AWSError(
                code: entry["Code"]?.string ?? "Failed",
                message: "\(operation.action): \(entry["Message"]?.string ?? "one entry is refused")",
                details: entry
            )
            results[Int(index)] = .failure(error)
        }
        return results
    }

    private static func tooMany(_ count: Int) -> AWSError {
        AWSError(
            code: AWSError.invalidRequest,
            message: "a batch of \(count) is larger than \(QueueMessage.maximumBatchCount)",
            remedy: "Send it in smaller batches"
        )
    }

    static func unreadable(_ operation: String) -> AWSError {
        AWSError(
            code: AWSError.unreadable,
            message: "sqs:\(operation): the answer is not one of the service's",
            remedy: "See that AWS_ENDPOINT_URL names a server that speaks SQS's JSON"
        )
    }
}
