import MartletAWS

/// The queue between front and worker, in SQS.
struct SQSTurnQueue: TurnQueueing {
    let queue: MessageQueue

    func send(_ turn: QueuedTurn) async throws {
        try await queue.send(
            QueueMessage(body: turn.body, group: turn.group, deduplication: turn.deduplication)
        )
    }

    func retry(_ receipt: String, after pause: Duration) async throws {
        try await queue.changeVisibility(receipt, to: pause)
    }
}

/// The emulator takes from the queue what Lambda would take.
extension SQSTurnQueue: QueuePolling {
    func receive(atMost count: Int, waiting wait: Duration) async throws -> [QueueRecord] {
        try await queue.receive(maximumCount: count, wait: wait).map { message in
            QueueRecord(
                messageID: message.id,
                receiptHandle: message.receiptHandle,
                body: message.body,
                attributes: message.attributes
            )
        }
    }

    func delete(_ record: QueueRecord) async throws { try await queue.delete(record.receiptHandle) }
}
