import MartletCore
import Synchronization

/// A queue as an event source mapping sees it.
public protocol QueuePolling: Sendable {
    /// Takes messages, which nobody else gets until they are deleted or their time is over.
    ///
    /// - Parameters:
    ///   - count: How many at most.
    ///   - wait: How long to wait for a first one.
    func receive(atMost count: Int, waiting wait: Duration) async throws -> [QueueRecord]
    /// Deletes a message that was dealt with.
    func delete(_ record: QueueRecord) async throws
}

/// What Lambda does with a queue that is a function's event source: takes messages, invokes the function with them, and
/// deletes what did not fail.
///
/// What fails stays in the queue, and comes again when its visibility timeout is over; a FIFO queue gives no later message
/// of its group until then.
public struct QueueMapping: Sendable {
    /// How many messages one invocation gets.
    public var batchSize = 10
    /// How many invocations run at a time.
    public var concurrency = 2
    /// How long a poll waits for a message.
    public var wait = Duration.seconds(20)
    /// Whether the function says which messages failed; otherwise a batch succeeds or fails as a whole.
    public var reportsItemFailures = true
    /// The pause after the queue could not be reached.
    public var retryPause = Duration.seconds(1)

    /// Makes a mapping with AWS's defaults, and item failures.
    public init() {}

    /// Polls until the task is cancelled.
    ///
    /// - Parameters:
    ///   - invoke: Invokes the function.
    ///   - log: Takes a line where something failed.
    @concurrent
    public func run(
        polling queue: any QueuePolling,
        invoking invoke: @escaping @Sendable ([UInt8]) async -> InvocationOutcome,
        log: @escaping @Sendable (String) -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<max(1, concurrency) {
                group.addTask {
                    while !Task.isCancelled {
                        do {
                            let records = try await queue.receive(atMost: batchSize, waiting: wait)
                            guard !records.isEmpty else { continue }
                            let outcome = await invoke(Self.event(records))
                            for record in done(records, outcome, log) { try await queue.delete(record) }
                        } catch is CancellationError {
                            return
                        } catch {
                            log("Event source mapping: the queue can't be used: \(error)")
                            try? await Task.sleep(for: retryPause)
                        }
                    }
                }
            }
        }
    }

    /// The event that a function gets for messages.
    public static func event(_ records: [QueueRecord]) -> [UInt8] {
        let value: JSONValue = ["Records": .array(records.map(\.json))]
        return value.serialized
    }

    /// The messages that are dealt with.
    func done(_ records: [QueueRecord], _ outcome: InvocationOutcome, _ log: (String) -> Void) -> [QueueRecord] {
        guard !outcome.isFailure else {
            log("Event source mapping: the invocation failed, \(records.count) messages come again")
            return []
        }
        guard reportsItemFailures else { return records }
        let known = Set(records.map(\.messageID))
        // What is not understood, or names a message that was not given, fails the batch: so it is with Lambda.
        guard let response = QueueBatchResponse(outcome.body), known.isSuperset(of: response.failedMessageIDs) else {
            log("Event source mapping: the response is not understood, \(records.count) messages come again")
            return []
        }
        let failed = Set(response.failedMessageIDs)
        if !failed.isEmpty { log("Event source mapping: \(failed.count) of \(records.count) messages come again") }
        return records.filter { !failed.contains($0.messageID) }
    }
}
