import FoundationEssentials
import MartletConversation
import MartletTelegram
import MartletTestSupport
import Synchronization
import Testing

@Suite("Sharing a write", .timeLimit(.minutes(1)))
struct UpdateRecorderTests {
    private struct Full: Error {}

    private func update(_ number: Int64) -> ReceivedUpdate {
        ReceivedUpdate(id: EventID(bot: ReaderBench.bot, update: number), meaning: .ignored(reason: "test"))
    }

    /// The batches that were written, and a gate in the way of each.
    private final class Disk: Sendable {
        let batches = Mutex<[[Int64]]>([])
        let first = Gate()

        func write(_ updates: [ReceivedUpdate]) async throws {
            let isFirst = batches.withLock { batches in
                batches.append(updates.map(\.id.update))
                return batches.count == 1
            }
            if isFirst { try await first.wait() }
            if updates.contains(where: { $0.id.update < 0 }) { throw Full() }
        }

        var written: [[Int64]] { batches.withLock { $0 } }
    }

    private final class Count: Sendable {
        let value = Mutex(0)
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("what comes while a write is on its way is written together, once, and nobody returns before")
    func sharing() async throws {
        let disk = Disk()
        let recorder = UpdateRecorder { try await disk.write($0) }
        let done = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await recorder.record([update(0)]) }
            try await until { disk.written.count == 1 }
            for number in 1...40 {
                group.addTask {
                    try await recorder.record([update(Int64(number))])
                    done.value.withLock { $0 += 1 }
                }
            }
            try await until { recorder.waitingCount == 40 }
            #expect(done.value.withLock { $0 } == 0)
            disk.first.open()
            try await group.waitForAll()
        }
        #expect(disk.written.count == 2)
        #expect(disk.written.first == [0])
        #expect(Set(disk.written.last ?? []) == Set(1...40))
    }

    @Test("a failed write fails everybody in it, and the next one goes on")
    func failure() async throws {
        let disk = Disk()
        disk.first.open()
        let recorder = UpdateRecorder { try await disk.write($0) }
        await #expect(throws: Full.self) { try await recorder.record([update(-1)]) }
        try await recorder.record([update(1)])
        #expect(disk.written == [[-1], [1]])
    }

    @Test("a caller that is cancelled while it writes for others leaves their updates to one of them")
    func cancellation() async throws {
        let disk = Disk()
        let recorder = UpdateRecorder { updates in
            try Task.checkCancellation()
            try await disk.write(updates)
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                await withTaskGroup(of: Bool.self) { inner in
                    inner.addTask { (try? await recorder.record([update(0)])) == nil }
                    while disk.written.isEmpty { await Task.yield() }
                    inner.cancelAll()
                    return await inner.next() ?? false
                }
            }
            try await until { disk.written.count == 1 }
            for number in 1...3 {
                group.addTask {
                    try await recorder.record([update(Int64(number))])
                    return true
                }
            }
            for try await isAsExpected in group { #expect(isAsExpected) }
        }
        #expect(Set(disk.written.dropFirst().flatMap { $0 }) == [1, 2, 3])
        #expect(recorder.waitingCount == 0)
    }
}
