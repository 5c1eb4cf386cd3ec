import MartletCore
import MartletEngine
import MartletModel
import Testing

@Suite("Guessed tokens in the scheduler")
struct SchedulerDraftTests {
    private static func best(_ scores: some Swift.Sequence<Float>) -> Int32 {
        let scores = Array(scores)
        return Int32(scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 })
    }

    private static func next(_ tokens: [Int32]) -> Int32 { best(ScriptedModel.hashed(tokens[...], 16)) }

    /// Runs sequences to their ends with offers that are right with the given chance at each place.
    private func run(
        lengths: [Int],
        blockCount: Int,
        rightness: Double,
        chance: Float = 0.95,
        rowCount: Int = 16,
        seed: UInt64
    ) throws -> SchedulerCounters {
        let limits = Scheduler.Limits(rowCount: rowCount, prefillRowCount: 4, logitRowCount: rowCount)
        var scheduler = Scheduler(pool: BlockPool(blockCount: blockCount, blockLength: 4), limits: limits)
        let model = ScriptedModel(blockCount: blockCount, blockLength: 4)
        var random = RandomGenerator(seed: seed)
        var goals: [SequenceID: (prompt: [Int32], length: Int)] = [:]
        for (index, length) in lengths.enumerated() {
            let prompt: [Int32] = [1, 2, 3, 4, Int32(index)]
            goals[try scheduler.submit(tokens: prompt, maximumLength: length)] = (prompt, length)
        }
        var stepCount = 0
        while scheduler.count > 0 {
            stepCount += 1
            try #require(stepCount < 2_000)
            let schedule = scheduler.schedule()
            #expect(schedule.rowCount <= limits.rowCount)
            let logits = try model.execute(StepPlan(schedule, of: scheduler))
            scheduler.advance(schedule)
            var row = 0
            for work in schedule.work where work.logits != .none {
                let rows = work.logits == .all ? work.positions.count : 1
                let id = work.sequence
                guard let goal = goals[id] else { continue }
                for offset in 0..<rows {
                    guard let tokens = scheduler[id]?.tokens else { break }
                    let start = (row + offset) * 16
                    let scores = Array(logits[start..<(start + 16)])
                    #expect(scores == ScriptedModel.hashed(tokens[...], 16))
                    if tokens.count == goal.length {
                        #expect(tokens == expected(goal.prompt, goal.length))
                        scheduler.finish(id, reason: .length)
                        break
                    }
                    if !scheduler.append(Self.best(scores), to: id) { break }
                }
                row += rows
                offer(id, goal.length, rightness, chance, &random, &scheduler)
            }
            checkBlocks(scheduler, goals.keys)
        }
        #expect(scheduler.pool.availableCount == blockCount)
        // What the pool still finds is what was computed: a last prompt of known text reads it back.
        for goal in goals.values {
            let tokens = expected(goal.prompt, goal.length)
            let id = try scheduler.submit(tokens: tokens, maximumLength: tokens.count)
            var scores: [Float] = []
            while scores.isEmpty {
                let schedule = scheduler.schedule()
                let logits = try model.execute(StepPlan(schedule, of: scheduler))
                scheduler.advance(schedule)
                scores = Array(logits)
            }
            #expect(scores == ScriptedModel.hashed(tokens[...], 16))
            scheduler.finish(id, reason: .length)
        }
        return scheduler.counters
    }

    private func expected(_ prompt: [Int32], _ length: Int) -> [Int32] {
        var tokens = prompt
        while tokens.count < length { tokens.append(Self.next(tokens)) }
        return tokens
    }

    private func offer(
        _ id: SequenceID,
        _ length: Int,
        _ rightness: Double,
        _ chance: Float,
        _ random: inout RandomGenerator,
        _ scheduler: inout Scheduler
    ) {
        guard var tokens = scheduler[id]?.tokens else { return }
        var offer = DraftOffer()
        var reach: Float = 1
        while tokens.count < length, offer.tokens.count < 6 {
            let token = Self.next(tokens)
            let guess = random.nextUnit() < rightness ? token : (token + 1) % 16
            tokens.append(guess)
            reach *= chance
            offer.tokens.append(guess)
            offer.chances.append(reach)
        }
        scheduler.offer(offer, for: id)
    }

    /// Every block is held by those that have it, and nobody has more than its tokens need.
    private func checkBlocks(_ scheduler: Scheduler, _ ids: some Swift.Sequence<SequenceID>) {
        var holders = [Int](repeating: 0, count: scheduler.pool.blockCount)
        for id in ids {
            guard let sequence = scheduler[id] else { continue }
            for block in sequence.blocks { holders[Int(block)] += 1 }
            #expect(sequence.blocks.count <= (sequence.tokens.count + 3) / 4)
            #expect(sequence.computedCount <= sequence.tokens.count)
        }
        for (block, count) in holders.enumerated() {
            #expect(scheduler.pool.holderCount(of: BlockIndex(block)) == count)
        }
    }

    @Test("right or wrong, in any mixture, they change no sequence", arguments: [0, 0.3, 0.8, 1], 1...4)
    func correctness(rightness: Double, seed: UInt64) throws {
        for (lengths, blockCount) in [([60], 40), ([40, 33, 27], 60), ([40, 40, 40], 14), ([24, 18], 8)] {
            let counters = try run(lengths: lengths, blockCount: blockCount, rightness: rightness, seed: seed)
            #expect(counters.acceptedTokenCount <= counters.draftedTokenCount)
            if blockCount >= 40 {
                #expect(counters.draftedTokenCount > 0)
                #expect((counters.acceptedTokenCount > 0) == (rightness > 0))
                if rightness == 1 { #expect(counters.acceptedTokenCount == counters.draftedTokenCount) }
            }
        }
    }

    @Test("without rows to spare, or with little hope, none is computed")
    func bounds() throws {
        let full = try run(lengths: [30, 30], blockCount: 40, rightness: 1, rowCount: 2, seed: 1)
        #expect(full.draftedTokenCount <= 30)
        let hopeless = try run(lengths: [30], blockCount: 40, rightness: 1, chance: 0.1, seed: 1)
        #expect(hopeless.draftedTokenCount == 0)
    }
}
