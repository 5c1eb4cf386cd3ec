import MartletCore
import MartletHTTP
import Synchronization
import Testing

@Suite("Leases of generations")
struct GenerationLeaseTests {
    private final class Record: Sendable {
        let outcomes = Mutex<[GenerationLease.Outcome]>([])
        let firstTokenCount = Mutex(0)

        func lease() -> GenerationLease {
            GenerationLease(
                onFirstToken: { _ in self.firstTokenCount.withLock { $0 += 1 } },
                onEnd: { outcome in self.outcomes.withLock { $0.append(outcome) } }
            )
        }
    }

    private let usage = Usage(promptTokenCount: 3, generatedTokenCount: 4)

    @Test("end once, with what comes first")
    func endsOnce() {
        let record = Record()
        do {
            let lease = record.lease()
            lease.settle(usage, summaries: [])
            lease.release()
        }
        #expect(record.outcomes.withLock { $0 } == [.settled(usage, [])])
    }

    @Test("are released when they are dropped")
    func dropped() {
        let record = Record()
        _ = record.lease()
        #expect(record.outcomes.withLock { $0 } == [.released(Usage(promptTokenCount: 0, generatedTokenCount: 0))])
    }

    @Test("see one first token")
    func firstToken() {
        let record = Record()
        let lease = record.lease()
        for _ in 0..<3 { lease.noteFirstToken() }
        #expect(record.firstTokenCount.withLock { $0 } == 1)
        lease.release(usage)
        #expect(record.outcomes.withLock { $0 } == [.released(usage)])
    }
}
