import MartletCore
import MartletEngine
import MartletModel
import Testing

@Suite("The scheduler's memory")
struct SchedulerMemoryTests {
    private static let wide = Scheduler.Limits(rowCount: 32, prefillRowCount: 16, logitRowCount: 8)

    @Test("blocks are taken as a sequence grows, so that long limits keep nobody out")
    func onDemand() throws {
        let harness = SchedulerHarness(blockCount: 8, limits: Self.wide)
        // Each may take six blocks in the end; reserved, only one of them would run.
        for first in 1...3 { try harness.submit([Int32(first), 2, 3], to: 24) }
        let schedule = try harness.step()
        #expect(schedule.work.count == 3)
        #expect(harness.scheduler.pool.availableCount == 5)
        try harness.run()
        for (id, result) in harness.results { #expect(result.tokens == harness.expected(id)) }
        #expect(harness.results.count == 3)
    }

    @Test("the most recently admitted gives its blocks back, waits, and comes out the same")
    func preemption() throws {
        let harness = SchedulerHarness(blockCount: 5, limits: Self.wide)
        let first = try harness.submit([1, 2, 3], to: 20)
        let second = try harness.submit([4, 5, 6], to: 20)
        while harness.scheduler.counters.preemptionCount == 0 { try harness.step() }
        #expect(harness.scheduler[second]?.state == .waiting)
        #expect(harness.scheduler[second]?.preemptionCount == 1)
        #expect(harness.scheduler[second]?.tokens.count ?? 0 > 3)
        #expect(harness.scheduler[first]?.state == .decoding)
        try harness.run()
        #expect(harness.results[first]?.preemptionCount == 0)
        for id in [first, second] { #expect(harness.results[id]?.tokens == harness.expected(id)) }
    }

    @Test("the lowest priority gives way first, whoever came when", arguments: [true, false])
    func victims(lowComesFirst: Bool) throws {
        let harness = SchedulerHarness(blockCount: 6, limits: Self.wide)
        let order: [GenerationRequest.Priority] =
            lowComesFirst ? [.background, .normal, .interactive] : [.interactive, .normal, .background]
        var ids: [GenerationRequest.Priority: SequenceID] = [:]
        for priority in order {
            ids[priority] = try harness.submit([Int32(priority.rawValue + 1), 7], to: 20, priority: priority)
            try harness.step()
        }
        try harness.run()
        let counts = GenerationRequest.Priority.allCases.map { priority in
            ids[priority].flatMap { harness.results[$0]?.preemptionCount } ?? -1
        }
        #expect(counts[2] == 0)
        #expect(counts[0] > 0 && counts[0] >= counts[1])
        for (id, result) in harness.results { #expect(result.tokens == harness.expected(id)) }
    }

    @Test("one that was pre-empted goes before those that came later and doesn't count its own tokens as reused")
    func frontOfClass() throws {
        let harness = SchedulerHarness(blockCount: 6, limits: Self.wide)
        let first = try harness.submit([1, 2, 3, 4, 5, 6], to: 22)
        let second = try harness.submit([9, 8, 7, 6, 5, 4], to: 20)
        while harness.scheduler.counters.preemptionCount == 0 { try harness.step() }
        let third = try harness.submit([3], to: 4)
        while harness.scheduler[second]?.state == .waiting {
            #expect(harness.scheduler[third]?.state == .waiting)
            try harness.step()
        }
        try harness.run()
        #expect(harness.results.count == 3)
        #expect(harness.results[first]?.preemptionCount == 0)
        let counters = harness.scheduler.counters
        for (id, result) in harness.results {
            #expect(result.reusedCount == 0)
            #expect(result.tokens == harness.expected(id))
        }
        #expect(counters.reusedPromptTokenCount == 0)
        #expect(counters.computedPromptTokenCount == 13)
    }

    @Test("what is left of a pre-empted sequence in the pool isn't computed again")
    func recomputation() throws {
        let harness = SchedulerHarness(blockCount: 8, limits: Self.wide)
        let long = try harness.submit(Array(0..<14), to: 17)
        try harness.step()
        // Twelve of the fourteen tokens fill three blocks, which nobody needs after the interactive one has come.
        let interactive = try harness.submit(Array(20..<36), to: 17, priority: .interactive)
        try harness.step()
        #expect(harness.scheduler[long]?.state == .waiting)
        while harness.results[interactive] == nil { try harness.step() }
        let before = harness.scheduler.counters.recomputedTokenCount
        try harness.run()
        #expect(harness.results[long]?.tokens == harness.expected(long))
        #expect(harness.scheduler.counters.recomputedTokenCount - before <= 3)
    }

    @Test("a higher class takes the blocks of lower ones only where that lets it in")
    func makingRoom() throws {
        let harness = SchedulerHarness(blockCount: 6, limits: Self.wide)
        let low = try harness.submit(Array(0..<14), to: 24, priority: .background)
        try harness.step()
        #expect(harness.scheduler[low]?.state == .decoding)
        // Another of the same class waits: only higher ones take.
        let equal = try harness.submit(Array(20..<36), to: 17, priority: .background)
        try harness.step()
        #expect(harness.scheduler[equal]?.state == .waiting)
        #expect(harness.scheduler[low]?.state == .decoding)
        let high = try harness.submit(Array(40..<56), to: 17)
        try harness.step()
        #expect(harness.scheduler[high]?.state != .waiting)
        #expect(harness.scheduler[low]?.state == .waiting)
        try harness.run()
        for id in [low, equal, high] { #expect(harness.results[id]?.tokens == harness.expected(id)) }
    }

    @Test("beams reserve their blocks as a whole, keep them, and let others have the rest")
    func groups() throws {
        let harness = SchedulerHarness(blockCount: 14, limits: Self.wide)
        let single = try harness.submit([5, 5, 5], to: 30)
        try harness.step()
        let beams = try harness.submit([1, 2, 3, 4, 5], to: 14, width: 3)
        let later = try harness.submit([6, 6, 6], to: 30)
        try harness.run()
        #expect(harness.results.count == 5)
        #expect(harness.results[beams]?.preemptionCount == 0)
        for id in [single, later] { #expect(harness.results[id]?.tokens == harness.expected(id)) }
    }

    @Test("logits of every position come once, through pre-emption too")
    func scoring() throws {
        let harness = SchedulerHarness(blockCount: 8, limits: .init(rowCount: 8, prefillRowCount: 4, logitRowCount: 4))
        let scored = try harness.submit(Array(0..<20), to: 20, wantsAllLogits: true, priority: .background)
        for _ in 0..<3 { try harness.step() }
        let other = try harness.submit(Array(20..<44), to: 26, priority: .interactive)
        try harness.run()
        #expect(harness.results[scored]?.preemptionCount == 1)
        #expect(harness.results.count == 2)
        #expect(harness.results[other] != nil)
    }

    @Test("a sequence can be ended in every state, and leaves nothing behind")
    func cancellation() throws {
        for steps in 0..<40 {
            let harness = SchedulerHarness(blockCount: 5)
            var ids: [SequenceID] = []
            for first in 1...3 { ids.append(try harness.submit([Int32(first), 2, 3, 4, 5, 6], to: 18)) }
            for _ in 0..<steps where harness.scheduler.count > 0 { try harness.step() }
            harness.cancel(ids[steps % 3])
            try harness.run()
            for (id, result) in harness.results { #expect(result.tokens == harness.expected(id)) }
        }
    }
}
