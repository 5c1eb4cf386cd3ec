import Foundation
import MartletAWS
import MartletCore
import MartletTestSupport
import Synchronization
import Testing

/// A FIFO queue in memory: a group gives nothing more while one of its messages is out.
private final class MemoryQueue: QueuePolling {
    private struct Entry {
        var record: QueueRecord
        var isOut = false
    }

    private let entries: Mutex<[Entry]>

    init(_ bodies: [(group: String, body: String)]) {
        entries = Mutex(
            bodies.enumerated().map { index, item in
                Entry(
                    record: QueueRecord(
                        messageID: "m\(index)",
                        receiptHandle: "h\(index)",
                        body: item.body,
                        attributes: ["MessageGroupId": item.group]
                    )
                )
            }
        )
    }

    var bodies: [String] { entries.withLock { $0.map(\.record.body) } }

    /// What is out comes again, as after the visibility timeout.
    func expire() {
        entries.withLock { entries in for index in entries.indices { entries[index].isOut = false } }
    }

    func receive(atMost count: Int, waiting wait: Duration) async throws -> [QueueRecord] {
        let taken = entries.withLock { entries -> [QueueRecord] in
            let blocked = Set(entries.filter(\.isOut).compactMap(\.record.groupID))
            var taken: [QueueRecord] = []
            for index in entries.indices where taken.count < count {
                guard !entries[index].isOut, !blocked.contains(entries[index].record.groupID ?? "") else { continue }
                entries[index].isOut = true
                taken.append(entries[index].record)
            }
            return taken
        }
        if taken.isEmpty { try await Task.sleep(for: min(wait, .milliseconds(5))) }
        return taken
    }

    func delete(_ record: QueueRecord) async throws {
        entries.withLock { $0.removeAll { $0.record.messageID == record.messageID } }
    }
}

@Suite("The emulator's event source mapping", .timeLimit(.minutes(1)))
struct QueueMappingTests {
    private func records(_ event: [UInt8]) throws -> [QueueRecord] {
        guard case .queue(let records) = try LambdaEvent(payload: event) else { return [] }
        return records
    }

    private func outcome(_ text: String, isFailure: Bool = false) -> InvocationOutcome {
        var outcome = InvocationOutcome()
        outcome.body = Array(text.utf8)
        outcome.isFailure = isFailure
        return outcome
    }

    @Test("keeps each group's order, and gives again what failed")
    func order() async throws {
        let queue = MemoryQueue((0..<12).map { ("g\($0 % 3)", "\($0)") })
        let handled = Shared<[String]>([])
        let failures = Shared<Set<String>>(["4", "9"])
        var mapping = QueueMapping()
        mapping.batchSize = 2
        mapping.concurrency = 3
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [mapping] in
                await mapping.run(polling: queue) { event in
                    guard case .queue(let records)? = try? LambdaEvent(payload: event) else { return outcome("x") }
                    var failed: [QueueRecord] = []
                    for record in records {
                        // Of a group where one failed, the later ones wait, as Lambda's documentation wants it.
                        let isBlocked = failed.contains { $0.groupID == record.groupID }
                        if isBlocked || failures.withLock({ $0.remove(record.body) }) != nil {
                            failed.append(record)
                        } else {
                            handled.withLock { $0.append(record.body) }
                        }
                    }
                    let response = QueueBatchResponse(failedMessageIDs: failed.map(\.messageID))
                    return outcome(String(decoding: response.payload, as: UTF8.self))
                } log: { _ in
                }
            }
            while !queue.bodies.isEmpty {
                try await Task.sleep(for: .milliseconds(10))
                queue.expire()
            }
            group.cancelAll()
        }
        let all = handled.withLock { $0 }
        for remainder in 0..<3 {
            let group = all.compactMap { Int($0) }.filter { $0 % 3 == remainder }
            // A message may come twice when its time runs out meanwhile; its first time keeps the order.
            var firsts: [Int] = []
            for number in group where !firsts.contains(number) { firsts.append(number) }
            #expect(firsts == (0..<12).filter { $0 % 3 == remainder })
        }
    }

    @Test("deletes nothing of a batch whose invocation failed or whose response is not understood")
    func failures() async throws {
        let texts: [(String, Bool)] = [
            ("{}", true), ("x", false), (#"{"batchItemFailures":[{"itemIdentifier":"stranger"}]}"#, false),
            (#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, false),
        ]
        for (text, isFailure) in texts {
            let queue = MemoryQueue([("g", "1"), ("g", "2")])
            let lines = Shared<[String]>([])
            var mapping = QueueMapping()
            mapping.concurrency = 1
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [mapping] in
                    await mapping.run(polling: queue) { _ in
                        outcome(text, isFailure: isFailure)
                    } log: { line in
                        lines.withLock { $0.append(line) }
                    }
                }
                while lines.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(2)) }
                group.cancelAll()
            }
            #expect(queue.bodies == ["1", "2"])
            #expect(lines.withLock { $0.first }?.contains("2 messages come again") == true)
        }
    }

    @Test("takes a success for all of them where items are not reported")
    func whole() async throws {
        let queue = MemoryQueue([("g", "1"), ("h", "2")])
        var mapping = QueueMapping()
        mapping.reportsItemFailures = false
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [mapping] in
                await mapping.run(polling: queue) { _ in
                    outcome("anything")
                } log: { _ in
                }
            }
            while !queue.bodies.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            group.cancelAll()
        }
    }
}
