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
