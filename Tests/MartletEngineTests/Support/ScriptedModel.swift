import MartletEngine
import MartletModel

/// A model without weights: a row's scores depend on every token before it, read through the step's block table.
///
/// It keeps what was written into each place of each block, so that a wrong block, a missing copy, or content reused
/// wrongly gives other scores, and a place that was never written ends the test.
final class ScriptedModel: StepExecuting {
    let vocabularyCount: Int
    let blockLength: Int
    var blockCount: Int { memory.count }
    let maximumRowCount = 64
    let maximumLogitRowCount = 64
    private var memory: [[Int32?]]
    private let output: UnsafeMutableBufferPointer<Float>
    private let scores: (ArraySlice<Int32>, Int) -> [Float]
    /// Runs at the beginning of every step.
    var onStep: (StepPlan) throws -> Void = { _ in }

    init(
        vocabularyCount: Int = 16,
        blockCount: Int,
        blockLength: Int = KVCache.blockLength,
        scores: @escaping (ArraySlice<Int32>, Int) -> [Float] = ScriptedModel.hashed
    ) {
        self.vocabularyCount = vocabularyCount
        self.blockLength = blockLength
        self.scores = scores
        memory = Array(repeating: Array(repeating: nil, count: blockLength), count: blockCount)
        output = .allocate(capacity: 64 * vocabularyCount)
    }

    deinit {
        output.deallocate()
    }

    /// Scores that look random and depend on every token.
    static func hashed(_ history: ArraySlice<Int32>, _ vocabularyCount: Int) -> [Float] {
        var seed: UInt64 = 1
        for token in history { seed = (seed &* 6_364_136_223_846_793_005) &+ UInt64(UInt32(bitPattern: token)) &+ 1 }
        var random = RandomGenerator(seed: seed)
        return (0..<vocabularyCount).map { _ in Float(random.nextUnit() * 4) }
    }

    func execute(_ plan: borrowing StepPlan) throws -> UnsafeBufferPointer<Float> {
        try onStep(copy plan)
        var outputCount = 0
        let wanted = Set(plan.logitRows)
        for slice in plan.slices {
            let table = plan.blocks[slice.blocks]
            func place(_ position: Int) -> (Int, Int) {
                (Int(table[table.startIndex + position / blockLength]), position % blockLength)
            }
            for row in slice.rows {
                let (block, offset) = place(slice.firstPosition + row - slice.rows.lowerBound)
                memory[block][offset] = plan.tokens[row]
            }
            for row in slice.rows where wanted.contains(row) {
                let history = (0...(slice.firstPosition + row - slice.rows.lowerBound)).map { position in
                    let (block, offset) = place(position)
                    guard let token = memory[block][offset] else {
                        fatalError("position \(position) was never written")
                    }
                    return token
                }
                for score in scores(history[...], vocabularyCount) {
                    output[outputCount] = score
                    outputCount += 1
                }
            }
        }
        return UnsafeBufferPointer(rebasing: output[..<outputCount])
    }

    func copyBlock(from source: BlockIndex, to destination: BlockIndex) {
        memory[Int(destination)] = memory[Int(source)]
    }
}

extension ScriptedModel: BlockTransferring {
    var blockByteCount: Int { blockLength * 4 }
    var cacheIdentity: String { "scripted" }

    func exportBlock(_ block: BlockIndex, to bytes: UnsafeMutableRawBufferPointer) {
        for (place, token) in memory[Int(block)].enumerated() {
            guard let token else { fatalError("a block that isn't full is carried away") }
            bytes.storeBytes(of: token, toByteOffset: place * 4, as: Int32.self)
        }
    }

    func importBlock(_ block: BlockIndex, from bytes: UnsafeRawBufferPointer) {
        memory[Int(block)] = (0..<blockLength).map { bytes.load(fromByteOffset: $0 * 4, as: Int32.self) }
    }
}

extension StepPlan {
    /// The plan of a schedule.
    init(_ schedule: Schedule, of scheduler: Scheduler) {
        self.init()
        for work in schedule.work {
            guard let sequence = scheduler[work.sequence] else { continue }
            append(
                tokens: scheduler.tokens(of: work),
                firstPosition: work.positions.lowerBound,
                blocks: sequence.blocks,
                logits: work.logits
            )
        }
    }
}
