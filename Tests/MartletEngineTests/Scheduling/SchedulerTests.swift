import MartletCore
import MartletEngine
import MartletModel
import Testing

@Suite("The scheduler")
struct SchedulerTests {
    private static let limits = Scheduler.Limits(rowCount: 8, prefillRowCount: 4, logitRowCount: 4)

    private func scheduler(blockCount: Int = 16, limits: Scheduler.Limits = Self.limits) -> Scheduler {
        Scheduler(pool: BlockPool(blockCount: blockCount, blockLength: 4), limits: limits)
    }

    /// Runs greedy decoding to `length` tokens each, and gives every sequence's tokens in the order of submission.
    private func run(_ scheduler: inout Scheduler, _ model: ScriptedModel, to length: Int) throws -> [[Int32]] {
        var results: [SequenceID: [Int32]] = [:]
        while scheduler.count > 0 {
            let schedule = scheduler.schedule()
            #expect(!schedule.isEmpty)
            for copy in schedule.copies { model.copyBlock(from: copy.source, to: copy.destination) }
            let plan = StepPlan(schedule, of: scheduler)
            let logits = try model.execute(plan)
            scheduler.advance(schedule)
            var row = 0
            for work in schedule.work where work.logits == .last {
                let scores = UnsafeBufferPointer(
                    rebasing: logits[(row * model.vocabularyCount)..<((row + 1) * model.vocabularyCount)]
                )
                row += 1
                let best = try #require(ScoreScan.best(scores)).index
                scheduler.append(Int32(best), to: work.sequence)
                if scheduler[work.sequence]?.tokens.count == length {
                    results[work.sequence] = scheduler.finish(work.sequence, reason: .length)?.tokens
                }
            }
        }
        return results.keys.sorted().compactMap { results[$0] }
    }

    /// The same by asking the model for one prefix after the other.
    private func expected(_ prompt: [Int32], to length: Int) throws -> [Int32] {
        var tokens = prompt
        while tokens.count < length {
            let scores = ScriptedModel.hashed(tokens[...], 16)
            let best = try #require(scores.withUnsafeBufferPointer { ScoreScan.best($0) }).index
            tokens.append(Int32(best))
        }
        return tokens
    }

    @Test("a prompt is computed in chunks and its last token alone gives logits")
    func chunks() throws {
        var scheduler = scheduler()
        let id = try scheduler.submit(tokens: Array(0..<10), maximumLength: 12)
        #expect(scheduler[id]?.state == .waiting)
        var parts: [Schedule.Work] = []
        for _ in 0..<3 {
            let schedule = scheduler.schedule()
            #expect(scheduler[id]?.state == .prefilling)
            parts += schedule.work
            scheduler.advance(schedule)
        }
        #expect(parts.map(\.positions) == [0..<4, 4..<8, 8..<10])
        #expect(parts.map(\.logits) == [.none, .none, .last])
        #expect(scheduler[id]?.state == .decoding)
        #expect(scheduler.schedule().isEmpty)
        scheduler.append(3, to: id)
        #expect(scheduler.schedule().work.map(\.positions) == [10..<11])
    }

    @Test("decoding rows come before prompts, and prompts share what is left")
    func mixing() throws {
        var scheduler = scheduler()
        let first = try scheduler.submit(tokens: [1, 2], maximumLength: 8)
        scheduler.advance(scheduler.schedule())
        scheduler.append(3, to: first)
        let second = try scheduler.submit(tokens: [4, 5, 6], maximumLength: 8)
        let third = try scheduler.submit(tokens: [7, 8, 9], maximumLength: 8)
        let schedule = scheduler.schedule()
        #expect(schedule.work.map(\.sequence) == [first, second, third])
        #expect(schedule.work.map(\.positions) == [2..<3, 0..<3, 0..<1])
        #expect(schedule.work.map(\.logits) == [.last, .last, .none])
    }

    @Test("many sequences at once, in any number of blocks, come out as each of them alone", arguments: [4, 6, 9, 40])
    func many(blockCount: Int) throws {
        var scheduler = scheduler(blockCount: blockCount)
        let model = ScriptedModel(blockCount: blockCount, blockLength: 4)
        let prompts: [[Int32]] = [
            [1], [1, 2, 3, 4, 5], [1, 2, 3, 4, 9], [7, 7, 7, 7, 7, 7, 7, 7, 7], [1, 2, 3, 4, 5],
        ]
        for prompt in prompts { _ = try scheduler.submit(tokens: prompt, maximumLength: 14) }
        let results = try run(&scheduler, model, to: 14)
        #expect(try results == prompts.map { try expected($0, to: 14) })
        #expect(scheduler.pool.availableCount == blockCount)
    }

    @Test("the next turn of a chat computes its tail only, and comes out the same")
    func prefixReuse() throws {
        var scheduler = scheduler()
        let model = ScriptedModel(blockCount: 16, blockLength: 4)
        let prompt: [Int32] = [5, 4, 3, 2, 1, 0]
        _ = try scheduler.submit(tokens: prompt, maximumLength: 13)
        let first = try run(&scheduler, model, to: 13)[0]
        let next = first + [8, 9]
        let id = try scheduler.submit(tokens: next, maximumLength: 20)
        let schedule = scheduler.schedule()
        // Twelve of the thirteen tokens are computed; the last was only chosen.
        #expect(scheduler[id]?.reusedCount == 12)
        #expect(schedule.work.map(\.positions) == [12..<15])
        scheduler.finish(id, reason: .cancelled)
        _ = try scheduler.submit(tokens: next, maximumLength: 20)
        #expect(try run(&scheduler, model, to: 20) == [expected(next, to: 20)])
    }

    @Test("the same prompt twice still computes the last token")
    func wholePromptReuse() throws {
        var scheduler = scheduler()
        let model = ScriptedModel(blockCount: 16, blockLength: 4)
        for _ in 0..<2 {
            _ = try scheduler.submit(tokens: Array(0..<8), maximumLength: 9)
            #expect(try run(&scheduler, model, to: 9) == [expected(Array(0..<8), to: 9)])
        }
    }

    @Test("content that was asked not to be kept isn't reused")
    func discarding() throws {
        var scheduler = scheduler()
        for expected in [0, 4] {
            let id = try scheduler.submit(tokens: [1, 2, 3, 4, 5], maximumLength: 5)
            scheduler.advance(scheduler.schedule())
            scheduler.advance(scheduler.schedule())
            scheduler.finish(id, reason: .length, keepsContent: expected == 4)
            let again = try scheduler.submit(tokens: [1, 2, 3, 4, 5], maximumLength: 5)
            _ = scheduler.schedule()
            #expect(scheduler[again]?.reusedCount == (expected == 0 ? 0 : 4))
            scheduler.finish(again, reason: .cancelled, keepsContent: false)
        }
    }

    @Test("a fork writes into its own copy of the last block")
    func fork() throws {
        var scheduler = scheduler()
        let parent = try scheduler.submit(tokens: [1, 2, 3, 4, 5], maximumLength: 8, width: 2)
        scheduler.advance(scheduler.schedule())
        scheduler.advance(scheduler.schedule())
        let forked = scheduler.fork(parent)
        let child = try #require(forked)
        #expect(scheduler[child]?.blocks == scheduler[parent]?.blocks)
        scheduler.append(6, to: parent)
        scheduler.append(7, to: child)
        let schedule = scheduler.schedule()
        #expect(schedule.copies.count == 1)
        let (parentBlocks, childBlocks) = try (#require(scheduler[parent]).blocks, #require(scheduler[child]).blocks)
        #expect(parentBlocks[0] == childBlocks[0])
        #expect(parentBlocks[1] != childBlocks[1])
        scheduler.finish(parent, reason: .cancelled)
        scheduler.finish(child, reason: .cancelled)
        #expect(scheduler.pool.availableCount == 16)
    }

    @Test("a sequence waits until there are blocks for its prompt and one for each that runs, and nobody slips past")
    func admission() throws {
        var scheduler = scheduler(blockCount: 6, limits: .init(rowCount: 64, prefillRowCount: 64, logitRowCount: 8))
        let first = try scheduler.submit(tokens: Array(repeating: 1, count: 12), maximumLength: 24)
        let second = try scheduler.submit(tokens: Array(repeating: 2, count: 10), maximumLength: 20)
        let third = try scheduler.submit(tokens: [3], maximumLength: 4)
        #expect(scheduler.schedule().work.map(\.sequence) == [first])
        #expect(scheduler[first]?.blocks.count == 3)
        #expect(scheduler[second]?.state == .waiting)
        #expect(scheduler[third]?.state == .waiting)
        #expect(scheduler.finish(first, reason: .cancelled)?.state == .finished(.cancelled))
        #expect(scheduler.schedule().work.map(\.sequence) == [second, third])
        scheduler.finish(second, reason: .cancelled)
        scheduler.finish(third, reason: .cancelled)
        #expect(scheduler.count == 0)
    }

    @Test("a waiting sequence can be retired")
    func retireWaiting() throws {
        var scheduler = scheduler(blockCount: 1)
        let first = try scheduler.submit(tokens: [1], maximumLength: 4)
        let second = try scheduler.submit(tokens: [2], maximumLength: 4)
        _ = scheduler.schedule()
        scheduler.finish(second, reason: .cancelled)
        #expect(scheduler.finish(second, reason: .cancelled) == nil)
        scheduler.finish(first, reason: .cancelled)
        #expect(scheduler.schedule().isEmpty)
        #expect(scheduler.pool.availableCount == 1)
    }

    @Test("what could never be admitted is refused with both sizes")
    func refusal() {
        var scheduler = scheduler(blockCount: 4)
        let error = #expect(throws: EngineError.self) { try scheduler.submit(tokens: [1], maximumLength: 17) }
        #expect(error?.code == .contextTooSmall)
        #expect(error?.message.contains("17") == true && error?.message.contains("5 cache blocks") == true)
        #expect(throws: EngineError.self) { try scheduler.submit(tokens: [1], maximumLength: 2, width: 5) }
        #expect(scheduler.count == 0)
    }

    @Test("logits of every prompt token come in steps of no more rows than the model gives logits for")
    func allLogits() throws {
        var scheduler = scheduler(limits: .init(rowCount: 64, prefillRowCount: 64, logitRowCount: 3))
        let id = try scheduler.submit(tokens: Array(0..<8), maximumLength: 8, wantsAllLogits: true)
        var parts: [Schedule.Work] = []
        while scheduler[id]?.state != .decoding {
            let schedule = scheduler.schedule()
            parts += schedule.work
            scheduler.advance(schedule)
        }
        #expect(parts.map(\.positions) == [0..<3, 3..<6, 6..<8])
        #expect(parts.allSatisfy { $0.logits == .all })
    }
}
