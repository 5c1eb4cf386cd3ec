import MartletCore
import MartletEngine
import MartletModel
import Testing

/// A scheduler with a scripted model behind it, every step checked.
///
/// After each operation the pool's account is compared with what the sequences hold; in each step the bounds, the order
/// of positions, and every score against the sequence's own tokens.
final class SchedulerHarness {
    /// What a sequence is to become.
    struct Goal {
        var prompt: [Int32]
        /// Tokens that it ends with.
        var length: Int
        var width = 1
        var wantsAllLogits = false
    }

    var scheduler: Scheduler
    let model: ScriptedModel
    private(set) var goals: [SequenceID: Goal] = [:]
    /// What sequences that reached their goals ended with.
    private(set) var results: [SequenceID: MartletEngine.Sequence] = [:]
    /// Sequences in the order in which they first got blocks.
    private(set) var admitted: [SequenceID] = []
    private(set) var schedules: [Schedule] = []
    /// Per sequence, where its computation stands and after how many pre-emptions.
    private var reached: [SequenceID: (count: Int, preemptionCount: Int)] = [:]
    private var scoredPositions: [SequenceID: [Int]] = [:]

    init(
        blockCount: Int,
        limits: Scheduler.Limits = Scheduler.Limits(rowCount: 8, prefillRowCount: 4, logitRowCount: 4)
    ) {
        scheduler = Scheduler(pool: BlockPool(blockCount: blockCount, blockLength: 4), limits: limits)
        model = ScriptedModel(blockCount: blockCount, blockLength: 4)
    }

    @discardableResult
    func submit(
        _ prompt: [Int32],
        to length: Int,
        width: Int = 1,
        wantsAllLogits: Bool = false,
        priority: GenerationRequest.Priority = .normal,
        owner: String? = nil
    ) throws -> SequenceID {
        scheduler.submitter = Submitter(job: JobID(UInt64(goals.count)), priority: priority, owner: owner)
        let id = try scheduler.submit(
            tokens: prompt,
            maximumLength: length,
            width: width,
            wantsAllLogits: wantsAllLogits
        )
        goals[id] = Goal(prompt: prompt, length: length, width: width, wantsAllLogits: wantsAllLogits)
        check()
        return id
    }

    /// Ends a sequence and all that were forked with it.
    func cancel(_ id: SequenceID) {
        guard let group = scheduler[id]?.group else { return }
        for member in goals.keys where scheduler[member]?.group == group {
            scheduler.finish(member, reason: .cancelled)
        }
        check()
    }

    /// Live sequences in the order of submission.
    var live: [SequenceID] { goals.keys.filter { scheduler[$0] != nil }.sorted() }

    /// Plans a step, checks it, computes it and goes on greedily with every sequence.
    @discardableResult
    func step() throws -> Schedule {
        let schedule = scheduler.schedule()
        schedules.append(schedule)
        for work in schedule.work where !admitted.contains(work.sequence) { admitted.append(work.sequence) }
        check()
        check(schedule)
        checkProgress(schedule)
        for copy in schedule.copies { model.copyBlock(from: copy.source, to: copy.destination) }
        let logits = try model.execute(StepPlan(schedule, of: scheduler))
        scheduler.advance(schedule)
        check()
        var row = 0
        var rows: [(SequenceID, [Float])] = []
        for work in schedule.work where work.logits != .none {
            let last = work.positions.upperBound - 1
            for position in work.logits == .all ? work.positions : last..<(last + 1) {
                let scores = Array(logits[(row * model.vocabularyCount)..<((row + 1) * model.vocabularyCount)])
                let tokens = scheduler[work.sequence]?.tokens ?? []
                #expect(scores == ScriptedModel.hashed(tokens[...position], model.vocabularyCount))
                scoredPositions[work.sequence, default: []].append(position)
                if position == tokens.count - 1 { rows.append((work.sequence, scores)) }
                row += 1
            }
        }
        for (id, scores) in rows { goOn(id, scores) }
        check()
        return schedule
    }

    /// Appends the best token, or ends at the goal; a wide group forks until it is as wide as announced.
    private func goOn(_ id: SequenceID, _ scores: [Float]) {
        guard let sequence = scheduler[id], let goal = goals[id] else { return }
        let firstScored = goal.wantsAllLogits ? 0 : goal.prompt.count - 1
        #expect(scoredPositions[id] == Array(firstScored..<sequence.tokens.count), "each position once, in order")
        if sequence.tokens.count >= goal.length {
            results[id] = scheduler.finish(id, reason: .length)
            return
        }
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        let memberCount = live.count { scheduler[$0]?.group == sequence.group }
        var fork: SequenceID?
        if goal.width > memberCount { fork = scheduler.fork(id) }
        if let fork {
            goals[fork] = goal
            reached[fork] = reached[id]
            scoredPositions[fork] = scoredPositions[id]
            if !admitted.contains(fork) { admitted.append(fork) }
            scheduler.append(Int32(order[1]), to: fork)
        }
        scheduler.append(Int32(order[0]), to: id)
    }

    /// Steps until everybody has ended.
    func run(limit: Int = 10_000) throws {
        var count = 0
        while scheduler.count > 0 {
            try step()
            count += 1
            try #require(count < limit, "no end in sight")
        }
        #expect(scheduler.pool.availableCount == scheduler.pool.blockCount)
    }

    /// The tokens that a sequence alone would end with.
    func expected(_ id: SequenceID) -> [Int32] {
        guard let goal = goals[id] else { return [] }
        var tokens = goal.prompt
        while tokens.count < goal.length {
            let scores = ScriptedModel.hashed(tokens[...], model.vocabularyCount)
            tokens.append(Int32(scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }))
        }
        return tokens
    }

    /// The live sequences in short, for failures.
    private var summary: String {
        live.compactMap { id in
            scheduler[id].map {
                "\(id): \($0.state) \($0.rank) \($0.computedCount)/\($0.tokens.count) in \($0.blocks.count) "
                    + "width \(goals[id]?.width ?? 0) pre-empted \($0.preemptionCount)"
            }
        }.joined(separator: "; ")
    }

    // MARK: Invariants

    /// Every block is held exactly by those that have it in their tables, and waiting ones have none.
    func check() {
        var holders = [Int](repeating: 0, count: scheduler.pool.blockCount)
        for id in live {
            guard let sequence = scheduler[id] else { continue }
            for block in sequence.blocks { holders[Int(block)] += 1 }
            #expect(Set(sequence.blocks).count == sequence.blocks.count)
            #expect(sequence.computedCount <= sequence.blocks.count * 4)
            #expect(sequence.computedCount <= sequence.tokens.count)
            if sequence.state == .waiting { #expect(sequence.blocks.isEmpty && sequence.computedCount == 0) }
        }
        for (block, count) in holders.enumerated() {
            #expect(scheduler.pool.holderCount(of: BlockIndex(block)) == count)
        }
        #expect(scheduler.pool.availableCount == holders.count { $0 == 0 })
    }

    /// The step keeps its bounds, and every sequence goes on exactly where it was.
    private func check(_ schedule: Schedule) {
        let limits = scheduler.limits
        var (rows, logitRows, promptRows, decodingRows) = (0, 0, 0, 0)
        #expect(Set(schedule.work.map(\.sequence)).count == schedule.work.count)
        for work in schedule.work {
            guard let sequence = scheduler[work.sequence] else {
                Issue.record("a sequence that is gone has work")
                continue
            }
            #expect(!work.positions.isEmpty && work.positions.lowerBound == sequence.computedCount)
            let last = reached[work.sequence] ?? (0, 0)
            if last.preemptionCount == sequence.preemptionCount && last.count > 0 {
                #expect(work.positions.lowerBound == last.count, "no token is computed twice without a pre-emption")
            }
            reached[work.sequence] = (work.positions.upperBound, sequence.preemptionCount)
            rows += work.positions.count
            switch work.logits {
            case .none: break
            case .last: logitRows += 1
            case .all: logitRows += work.positions.count
            }
            if sequence.state == .decoding { decodingRows += 1 } else { promptRows += work.positions.count }
        }
        #expect(rows <= limits.rowCount && logitRows <= limits.logitRowCount)
        let bound = decodingRows > 0 ? min(limits.mixedRowCount, limits.prefillRowCount) : limits.prefillRowCount
        #expect(promptRows <= bound)
    }

    /// Somebody advances; the first in order always does, unless a wide group has the memory.
    private func checkProgress(_ schedule: Schedule) {
        guard scheduler.count > 0 else { return }
        #expect(!schedule.isEmpty)
        let hasWide = live.contains { goals[$0]?.width ?? 1 > 1 && scheduler[$0]?.state != .waiting }
        let first = admitted.filter { scheduler[$0] != nil && goals[$0]?.width == 1 }
            .max { (scheduler[$0]?.rank ?? .background) < (scheduler[$1]?.rank ?? .background) }
        guard let rank = first.flatMap({ scheduler[$0]?.rank }), !hasWide,
            let oldest = admitted.first(where: { scheduler[$0]?.rank == rank && goals[$0]?.width == 1 }),
            let sequence = scheduler[oldest]
        else { return }
        // It may wait of its own will, for a beginning that another one is computing.
        let isShared = live.contains {
            scheduler[$0]?.state == .prefilling && scheduler[$0]?.tokens.prefix(4) == sequence.tokens.prefix(4)
        }
        #expect(sequence.state != .waiting || isShared, "\(oldest) of \(summary)")
        if sequence.state == .decoding { #expect(schedule.work.contains { $0.sequence == oldest }) }
    }
}
