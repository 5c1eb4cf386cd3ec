import MartletCore
import MartletEngine
import Testing

@Suite("Beginnings that concurrent sequences share")
struct SchedulerSharingTests {
    private static let limits = Scheduler.Limits(rowCount: 64, prefillRowCount: 16, logitRowCount: 16)
    private static let persona = (0..<40).map { Int32($0 % 13) }

    @Test("a persona that many ask at once is computed once")
    func persona() throws {
        let harness = SchedulerHarness(blockCount: 100, limits: Self.limits)
        var ids: [SequenceID] = []
        for own in 0..<6 { ids.append(try harness.submit(Self.persona + [Int32(own), 14, 15], to: 48)) }
        try harness.run()
        let counters = harness.scheduler.counters
        #expect(counters.computedPromptTokenCount == 40 + 6 * 3)
        #expect(counters.reusedPromptTokenCount == 5 * 40)
        #expect(harness.results[ids[0]]?.reusedCount == 0)
        for id in ids.dropFirst() { #expect(harness.results[id]?.reusedCount == 40) }
        for id in ids { #expect(harness.results[id]?.tokens == harness.expected(id)) }
    }

    @Test("those that wait for a beginning let others pass")
    func others() throws {
        let harness = SchedulerHarness(blockCount: 100, limits: Self.limits)
        let leader = try harness.submit(Self.persona + [1], to: 44)
        let follower = try harness.submit(Self.persona + [2], to: 44)
        try harness.step()
        let other = try harness.submit([15, 14, 13, 12], to: 8)
        while harness.scheduler[follower]?.state == .waiting { try harness.step() }
        #expect(harness.admitted == [leader, other, follower])
        try harness.run()
    }

    @Test("little in common isn't worth waiting for")
    func little() throws {
        let harness = SchedulerHarness(blockCount: 100, limits: Self.limits)
        let first = try harness.submit([1, 2, 3, 4] + Array(repeating: 5, count: 30), to: 36, owner: "a")
        let second = try harness.submit([1, 2, 3, 4] + Array(repeating: 6, count: 30), to: 36, owner: "a")
        try harness.step()
        try harness.step()
        let schedule = try harness.step()
        #expect(schedule.work.map(\.sequence) == [first, second])
        try harness.run()
    }

    @Test("when the leader ends, is refused its blocks or is of a lower class, the others compute for themselves")
    func leaderGone() throws {
        for steps in 1...3 {
            let harness = SchedulerHarness(blockCount: 100, limits: Self.limits)
            let leader = try harness.submit(Self.persona + [1], to: 44)
            let followers = try [2, 3].map { try harness.submit(Self.persona + [$0], to: 44) }
            for _ in 0..<steps { try harness.step() }
            harness.cancel(leader)
            try harness.run(limit: 30)
            for id in followers { #expect(harness.results[id]?.tokens == harness.expected(id)) }
            // What the leader had computed is found, and the second follower waits for the first.
            #expect(harness.scheduler.counters.computedPromptTokenCount == 41 + 1 + (steps < 3 ? 0 : 1))
        }
        let harness = SchedulerHarness(blockCount: 100, limits: Self.limits)
        let leader = try harness.submit(Self.persona + [1], to: 44, priority: .background)
        try harness.step()
        let urgent = try harness.submit(Self.persona + [2], to: 44, priority: .interactive)
        #expect(try harness.step().work.map(\.sequence) == [urgent])
        #expect(harness.scheduler[leader]?.state == .prefilling)
        try harness.run()
    }

    @Test("a leader that loses its blocks keeps nobody waiting")
    func leaderPreempted() throws {
        let harness = SchedulerHarness(
            blockCount: 13,
            limits: .init(rowCount: 32, prefillRowCount: 8, logitRowCount: 8)
        )
        let leader = try harness.submit(Self.persona + [1], to: 44)
        let follower = try harness.submit(Self.persona + [2], to: 44)
        try harness.step()
        let urgent = try harness.submit(Array(repeating: 15, count: 20), to: 30, priority: .interactive)
        try harness.step()
        #expect(harness.scheduler[leader]?.state == .waiting)
        try harness.run()
        for id in [leader, follower, urgent] { #expect(harness.results[id]?.tokens == harness.expected(id)) }
    }
}
