import CAllocationCounter
import MartletModel
import Testing

/// What a step asks of the allocator once a decoder is warm: nothing.
@Suite("Allocations")
struct AllocationTests {
    @Test("a warm step allocates nothing, on any thread", arguments: DecoderFixture.names, [1, 2])
    func steadySteps(name: String, threadCount: Int) throws {
        let fixture = try DecoderFixture(name)
        let decoder = try Decoder(file: fixture.file, options: .small { $0.threadCount = threadCount })
        _ = try decoder.logits(of: Array(fixture.prompt[..<40]))
        let blocks: [BlockIndex] = [0, 1, 2]
        let token: [Int32] = [fixture.prompt[40]]
        var plan = StepPlan()
        // Other threads of the test process may allocate meanwhile, so the quietest of several steps counts.
        var fewest = Int.max
        for position in 40..<60 {
            allocation_counter_start()
            plan.removeAll()
            plan.append(tokens: token, firstPosition: position, blocks: blocks, logits: .last)
            _ = try decoder.step(plan)
            fewest = min(fewest, allocation_counter_stop())
        }
        #expect(fewest == 0)
    }

    @Test("the counter sees what a step with a new plan allocates")
    func counts() throws {
        let fixture = try DecoderFixture("llama")
        let decoder = try Decoder(file: fixture.file, options: .small())
        let prompt = Array(fixture.prompt[..<8])
        allocation_counter_start()
        var plan = StepPlan()
        plan.append(tokens: prompt, firstPosition: 0, blocks: [0], logits: .last)
        _ = try decoder.step(plan)
        #expect(allocation_counter_stop() > 0)
    }
}
