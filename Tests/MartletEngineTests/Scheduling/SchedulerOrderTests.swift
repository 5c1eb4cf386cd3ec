import MartletCore
import MartletEngine
import MartletModel
import Testing

@Suite("The scheduler's order")
struct SchedulerOrderTests {
    private static let limits = Scheduler.Limits(rowCount: 64, prefillRowCount: 16, logitRowCount: 16)

    @Test("higher priorities are admitted first, equal ones in the order of submission")
    func priorities() throws {
        let harness = SchedulerHarness(blockCount: 64, limits: .init(rowCount: 8, prefillRowCount: 4, logitRowCount: 8))
        var ids: [SequenceID] = []
        let order: [GenerationRequest.Priority] = [.background, .normal, .interactive, .normal, .interactive]
        for (index, priority) in order.enumerated() {
            ids.append(try harness.submit([Int32(index), 1, 2, 3], to: 6, priority: priority))
        }
        try harness.run()
        #expect(harness.admitted == [2, 4, 1, 3, 0].map { ids[$0] })
    }

    @Test("a prompt of a higher class goes before the rest of a lower one's")
    func interruptedPrompt() throws {
        let harness = SchedulerHarness(blockCount: 64, limits: .init(rowCount: 8, prefillRowCount: 4, logitRowCount: 8))
        let long = try harness.submit(Array(repeating: 5, count: 40), to: 41, priority: .background)
        try harness.step()
        let short = try harness.submit([1, 2, 3, 4], to: 4, priority: .interactive)
        #expect(try harness.step().work.map(\.sequence) == [short])
        #expect(try harness.step().work.map(\.sequence) == [long])
        try harness.run()
    }

    @Test("fifty requests of one owner don't hold up another's one")
    func fairness() throws {
        let harness = SchedulerHarness(blockCount: 200, limits: Self.limits)
        for index in 0..<50 {
            try harness.submit([Int32(index % 16), 1, 2, 3, Int32(index / 16), 5, 6, 7], to: 20, owner: "many")
        }
        for _ in 0..<3 { try harness.step() }
        let one = try harness.submit([9, 9, 9, 9, 9, 9, 9, 9], to: 20, owner: "one")
        let before = harness.admitted.count
        while harness.scheduler[one]?.state == .waiting { try harness.step() }
        // A few may slip in while the seats are full, but not the forty that came before.
        #expect(harness.admitted.count - before <= 4)
        try harness.run()
        #expect(harness.results.count == 51)
    }

    @Test("owners with equal demand are served alike, however many requests each has at a time")
    func equalShares() throws {
        let harness = SchedulerHarness(
            blockCount: 400,
            limits: .init(rowCount: 8, prefillRowCount: 8, logitRowCount: 2)
        )
        var owners: [SequenceID: String] = [:]
        for index in 0..<60 {
            let owner = index < 40 ? "many" : "few"
            owners[try harness.submit([Int32(index % 16), Int32(index / 16), 3, 4], to: 12, owner: owner)] = owner
        }
        while harness.results.count < 40 { try harness.step() }
        let few = harness.results.keys.count { owners[$0] == "few" }
        #expect((19...20).contains(few))
        try harness.run()
    }

    @Test("an owner who comes back after a pause gets no credit for it")
    func noCredit() throws {
        let harness = SchedulerHarness(
            blockCount: 400,
            limits: .init(rowCount: 8, prefillRowCount: 8, logitRowCount: 2)
        )
        try harness.submit([1, 2], to: 4, owner: "guest")
        try harness.run()
        for index in 0..<20 { try harness.submit([Int32(index % 16), 3, 3, 4], to: 24, owner: "worker") }
        while harness.results.count < 11 { try harness.step() }
        var guests: Set<SequenceID> = []
        for index in 0..<20 { guests.insert(try harness.submit([Int32(index % 16), 5, 5, 4], to: 24, owner: "guest")) }
        while harness.results.count < 23 { try harness.step() }
        let share = harness.results.keys.count { guests.contains($0) }
        #expect((4...8).contains(share), "half of the twelve that ended since, not all of them: \(share)")
        try harness.run()
    }

    @Test("prompts are finished one after the other")
    func oneAfterTheOther() throws {
        let harness = SchedulerHarness(
            blockCount: 400,
            limits: .init(rowCount: 16, prefillRowCount: 8, logitRowCount: 8)
        )
        var ids: [SequenceID] = []
        for first in 0..<4 {
            ids.append(try harness.submit([Int32(first)] + Array(repeating: 7, count: 11), to: 13, owner: "\(first)"))
        }
        var order: [SequenceID] = []
        while order.count < 4 {
            let schedule = try harness.step()
            for work in schedule.work where work.logits == .last && !order.contains(work.sequence) {
                order.append(work.sequence)
            }
            #expect(harness.live.count { (1..<12).contains(harness.scheduler[$0]?.computedCount ?? 0) } <= 1)
        }
        #expect(order == ids)
        try harness.run()
    }

    @Test("a very long prompt lets other owners' short ones pass")
    func longPrompt() throws {
        let harness = SchedulerHarness(
            blockCount: 400,
            limits: .init(rowCount: 16, prefillRowCount: 8, logitRowCount: 8)
        )
        let long = try harness.submit(Array(repeating: 7, count: 200), to: 201, owner: "long")
        for _ in 0..<5 { try harness.step() }
        let short = try harness.submit([1, 2, 3, 4, 5, 6, 7, 8], to: 9, owner: "short")
        var steps = 0
        while harness.results[short] == nil {
            try harness.step()
            steps += 1
        }
        #expect(steps <= 5)
        #expect(harness.scheduler[long]?.state == .prefilling)
        try harness.run()
    }

    @Test("work in the background rises after a number of others went first, and isn't put back by the next")
    func aging() throws {
        let harness = SchedulerHarness(blockCount: 8, limits: .init(rowCount: 8, prefillRowCount: 8, logitRowCount: 1))
        let blocker = try harness.submit([0, 1], to: 3, priority: .interactive)
        try harness.step()
        let low = try harness.submit([9, 9, 9], to: 6, priority: .background)
        var passed = 0
        while harness.results[low] == nil {
            if harness.live.count(where: { $0 != low }) < 2 {
                try harness.submit([Int32(passed % 16), 2], to: 3, priority: .interactive)
                passed += 1
            }
            try harness.step()
            try #require(passed < 200)
        }
        #expect(harness.results[blocker] != nil)
        #expect((2 * Scheduler.overtakingLimit...2 * Scheduler.overtakingLimit + 4).contains(passed))
        #expect(harness.results[low]?.tokens == harness.expected(low))
        try harness.run()
    }

    @Test("while others decode, a prompt's part of the step is bounded; alone it is as large as it may be")
    func mixedBound() throws {
        let limits = Scheduler.Limits(rowCount: 64, prefillRowCount: 16, logitRowCount: 8, mixedRowCount: 6)
        let harness = SchedulerHarness(blockCount: 100, limits: limits)
        let first = try harness.submit(Array(repeating: 3, count: 20), to: 40)
        #expect(try harness.step().work.map(\.positions.count) == [16])
        #expect(try harness.step().work.map(\.positions.count) == [4])
        let second = try harness.submit(Array(repeating: 4, count: 14), to: 16)
        let third = try harness.submit(Array(repeating: 5, count: 3), to: 6)
        #expect(try harness.step().work.map(\.positions.count) == [1, 6])
        #expect(try harness.step().work.map(\.positions.count) == [1, 6])
        let mixed = try harness.step()
        #expect(mixed.work.map(\.sequence) == [first, second, third])
        #expect(mixed.work.map(\.positions.count) == [1, 2, 3])
        try harness.run()
    }
}
