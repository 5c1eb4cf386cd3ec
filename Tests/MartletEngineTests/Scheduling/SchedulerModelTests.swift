import MartletCore
import MartletEngine
import MartletModel
import Testing

@Suite("The scheduler under random operations")
struct SchedulerModelTests {
    private struct Random {
        var generator: RandomGenerator

        mutating func below(_ bound: Int) -> Int { min(bound - 1, Int(generator.nextUnit() * Double(bound))) }
    }

    @Test(
        "thousands of submissions, steps, forks and cancellations keep every account and lose no token",
        arguments: 0..<8
    )
    func operations(seed: Int) throws {
        var random = Random(generator: RandomGenerator(seed: UInt64(seed + 1)))
        let blockCount = [6, 9, 14, 40][seed % 4]
        let limits = Scheduler.Limits(
            rowCount: 12 + random.below(30),
            prefillRowCount: 1 + random.below(16),
            logitRowCount: 3 + random.below(9),
            mixedRowCount: 1 + random.below(8)
        )
        let harness = SchedulerHarness(blockCount: blockCount, limits: limits)
        let beginnings: [[Int32]] = [[], [1, 1, 1, 1, 2, 2, 2, 2], [1, 1, 1, 1, 3, 3, 3, 3, 4, 4], [9]]
        var cancelled: Set<SequenceID> = []
        for _ in 0..<1_000 {
            switch random.below(20) {
            case 0..<3 where harness.live.count < 24:
                let own = (0...random.below(8)).map { _ in Int32(random.below(16)) }
                let prompt = beginnings[random.below(beginnings.count)] + own
                let length = min(blockCount * 4, prompt.count + random.below(12))
                let isScored = random.below(10) == 0
                let width = random.below(8) == 0 && !isScored ? 2 + random.below(2) : 1
                do {
                    try harness.submit(
                        prompt,
                        to: max(length, prompt.count),
                        width: width,
                        wantsAllLogits: isScored,
                        priority: GenerationRequest.Priority.allCases[random.below(3)],
                        owner: [nil, "a", "b"][random.below(3)]
                    )
                } catch let error as EngineError {
                    #expect(error.code == .contextTooSmall)
                }
            case 3:
                guard let id = harness.live.randomElement(using: &random.generator) else { continue }
                let group = harness.scheduler[id]?.group
                cancelled.formUnion(harness.live.filter { harness.scheduler[$0]?.group == group })
                harness.cancel(id)
            default:
                if harness.scheduler.count > 0 { try harness.step() }
            }
        }
        try harness.run()
        #expect(harness.results.count > 50)
        for (id, result) in harness.results where harness.goals[id]?.width == 1 {
            #expect(result.tokens == harness.expected(id))
        }
        // Whoever was not cancelled reached the goal.
        #expect(Set(harness.goals.keys).subtracting(cancelled) == Set(harness.results.keys).subtracting(cancelled))
        if blockCount < 10 { #expect(harness.scheduler.counters.preemptionCount > 0) }
    }
}
