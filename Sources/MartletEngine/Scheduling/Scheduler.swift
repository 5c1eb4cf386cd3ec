public import MartletCore
internal import MartletModel

/// Decides what each step computes: a pure state machine over sequences and the blocks they hold.
///
/// The loop around it runs `schedule`, executes the result, calls `advance`, and then tells each sequence that has
/// logits what comes next: `append`, `fork` or `finish`. A sequence is admitted only when the blocks for its whole
/// possible length are free, so that no step ever lacks a block and nothing is preempted.
public struct Scheduler {
    /// Bounds of a step.
    public struct Limits: Sendable, Hashable {
        /// Rows of a step at most.
        public var rowCount: Int
        /// Rows of prompts in a step at most: between two steps cancellation and deadlines are seen.
        public var prefillRowCount: Int
        /// Rows with logits in a step at most, and so sequences decoding at a time.
        public var logitRowCount: Int

        /// Makes bounds, each at least 1.
        public init(rowCount: Int, prefillRowCount: Int, logitRowCount: Int) {
            precondition(rowCount > 0 && prefillRowCount > 0 && logitRowCount > 0)
            self.rowCount = rowCount
            self.prefillRowCount = prefillRowCount
            self.logitRowCount = logitRowCount
        }

        /// Sequences decoding at a time at most.
        var width: Int { min(rowCount, logitRowCount) }
    }

    private struct Group {
        var blockCount: Int
        var width: Int
        var memberCount: Int
    }

    /// Who holds which block.
    public private(set) var pool: BlockPool
    private let limits: Limits
    private var sequences: [SequenceID: Sequence] = [:]
    private var groups: [SequenceID: Group] = [:]
    private var waiting: [SequenceID] = []
    /// Admitted sequences, in the order of their rows.
    private var running: [SequenceID] = []
    private var nextID: UInt64 = 1
    private var reservedBlockCount = 0
    private var reservedRowCount = 0

    /// Makes a scheduler without sequences.
    public init(pool: BlockPool, limits: Limits) {
        self.pool = pool
        self.limits = limits
    }

    /// The sequence of that name, while it lives.
    public subscript(id: SequenceID) -> Sequence? { sequences[id] }

    /// How many sequences live, waiting ones included.
    public var count: Int { sequences.count }

    /// Submits a prompt.
    ///
    /// - Parameters:
    ///   - tokens: The prompt, at least one token.
    ///   - maximumLength: Tokens that prompt and answer come to together at most.
    ///   - width: How many sequences this one may be forked into, itself included.
    ///   - wantsAllLogits: Whether each prompt token's logits are wanted; nothing is reused then.
    /// - Throws: ``EngineError/Code/contextTooSmall`` when it could never be admitted.
    public mutating func submit(
        tokens: [Int32],
        maximumLength: Int,
        width: Int = 1,
        wantsAllLogits: Bool = false
    ) throws(EngineError) -> SequenceID {
        precondition(!tokens.isEmpty && width > 0)
        let needed = blockCount(promptCount: tokens.count, maximumLength: maximumLength, width: width)
        guard needed <= pool.blockCount, width <= limits.width else {
            throw EngineError(
                .contextTooSmall,
                "\(width) sequence\(width == 1 ? "" : "s") of up to \(maximumLength) tokens need \(needed) cache blocks of "
                    + "\(pool.blockLength) tokens, and the cache has \(pool.blockCount)",
                remedy: "Ask for fewer tokens or fewer beams, or load the model with a longer context"
            )
        }
        let id = makeID()
        sequences[id] = Sequence(
            id: id,
            group: id,
            tokens: tokens,
            promptCount: tokens.count,
            wantsAllLogits: wantsAllLogits
        )
        groups[id] = Group(blockCount: needed, width: width, memberCount: 1)
        waiting.append(id)
        return id
    }

    /// Blocks that a group holds at most: full blocks of the prompt once, everything after them per sequence.
    private func blockCount(promptCount: Int, maximumLength: Int, width: Int) -> Int {
        let length = max(promptCount, maximumLength)
        let all = (length + pool.blockLength - 1) / pool.blockLength
        let shared = promptCount / pool.blockLength
        return shared + width * (all - shared)
    }

    /// The greatest length, at most `limit`, to which `width` sequences of one prompt fit into the whole pool.
    public func maximumLength(promptCount: Int, width: Int, limit: Int) -> Int {
        let shared = promptCount / pool.blockLength
        let own = max(0, pool.blockCount - shared) / width
        return min(limit, (shared + own) * pool.blockLength)
    }

    /// Admits what fits and decides the next step.
    ///
    /// Decoding sequences come first, a row each; prompts follow in chunks, in the order of submission.
    public mutating func schedule() -> Schedule {
        admit()
        var schedule = Schedule()
        var rows = limits.rowCount
        var logitRows = limits.logitRowCount
        // Groups are admitted by their widths: decoding sequences always find room.
        for id in running {
            guard let sequence = sequences[id], sequence.state == .decoding, sequence.pendingCount > 0 else { continue }
            plan(id, positions: sequence.computedCount..<(sequence.computedCount + 1), logits: .last, in: &schedule)
            rows -= 1
            logitRows -= 1
        }
        rows = min(rows, limits.prefillRowCount)
        for id in running where rows > 0 && logitRows > 0 {
            guard let sequence = sequences[id], sequence.state == .prefilling else { continue }
            let length = min(rows, sequence.pendingCount, sequence.wantsAllLogits ? logitRows : rows)
            let isLast = length == sequence.pendingCount
            plan(
                id,
                positions: sequence.computedCount..<(sequence.computedCount + length),
                logits: sequence.wantsAllLogits ? .all : isLast ? .last : .none,
                in: &schedule
            )
            rows -= length
            if sequence.wantsAllLogits { logitRows -= length } else if isLast { logitRows -= 1 }
        }
        return schedule
    }

    private mutating func admit() {
        while let id = waiting.first, let group = groups[id], var sequence = sequences[id],
            reservedBlockCount + group.blockCount <= pool.blockCount,
            reservedRowCount + group.width <= limits.width
        {
            waiting.removeFirst()
            reservedBlockCount += group.blockCount
            reservedRowCount += group.width
            if !sequence.wantsAllLogits {
                // The last token is always computed: its logits are what the prompt is for.
                let limit = (sequence.tokens.count - 1) / pool.blockLength
                (sequence.blocks, sequence.lastContent) = pool.reuse(prefixOf: sequence.tokens[...], limit: limit)
            }
            sequence.sealedCount = sequence.blocks.count
            sequence.computedCount = sequence.blocks.count * pool.blockLength
            sequence.reusedCount = sequence.computedCount
            sequence.state = .prefilling
            sequences[id] = sequence
            running.append(id)
        }
    }

    /// Adds work to a schedule and gets the blocks that it writes.
    private mutating func plan(
        _ id: SequenceID,
        positions: Range<Int>,
        logits: StepPlan.Logits,
        in schedule: inout Schedule
    ) {
        guard var blocks = sequences[id]?.blocks else { return }
        let first = positions.lowerBound / pool.blockLength
        if first < blocks.count, pool.holderCount(of: blocks[first]) > 1 {
            let copy = allocate()
            schedule.copies.append(Schedule.BlockCopy(source: blocks[first], destination: copy))
            pool.release(blocks[first])
            blocks[first] = copy
        }
        while blocks.count * pool.blockLength < positions.upperBound { blocks.append(allocate()) }
        sequences[id]?.blocks = blocks
        schedule.work.append(Schedule.Work(sequence: id, positions: positions, logits: logits))
    }

    private mutating func allocate() -> BlockIndex {
        // Groups hold at most what they reserved, and reservations together stay within the pool.
        guard let block = pool.allocate() else { preconditionFailure("a reserved block is missing") }
        return block
    }

    /// Takes note that a schedule's step is computed.
    public mutating func advance(_ schedule: Schedule) {
        for work in schedule.work {
            guard var sequence = sequences[work.sequence] else { continue }
            sequence.computedCount = work.positions.upperBound
            while (sequence.sealedCount + 1) * pool.blockLength <= sequence.computedCount {
                let start = sequence.sealedCount * pool.blockLength
                sequence.lastContent = pool.seal(
                    sequence.blocks[sequence.sealedCount],
                    after: sequence.lastContent,
                    tokens: sequence.tokens[start..<(start + pool.blockLength)]
                )
                sequence.sealedCount += 1
            }
            if sequence.pendingCount == 0 { sequence.state = .decoding }
            sequences[work.sequence] = sequence
        }
    }

    /// Adds a generated token, which the next step computes.
    ///
    /// - Precondition: All earlier tokens are computed, and the sequence stays within its announced length.
    public mutating func append(_ token: Int32, to id: SequenceID) {
        precondition(sequences[id]?.state == .decoding && sequences[id]?.pendingCount == 0)
        sequences[id]?.tokens.append(token)
    }

    /// Makes another sequence with the same tokens, sharing all blocks until one of them writes.
    ///
    /// - Precondition: The group stays within its announced width.
    public mutating func fork(_ id: SequenceID) -> SequenceID? {
        guard let parent = sequences[id], parent.state == .decoding else { return nil }
        let copy = makeID()
        var child = Sequence(
            id: copy,
            group: parent.group,
            tokens: parent.tokens,
            promptCount: parent.promptCount,
            wantsAllLogits: parent.wantsAllLogits
        )
        child.state = parent.state
        child.computedCount = parent.computedCount
        child.reusedCount = parent.reusedCount
        child.blocks = parent.blocks
        child.sealedCount = parent.sealedCount
        child.lastContent = parent.lastContent
        for block in child.blocks { pool.retain(block) }
        sequences[copy] = child
        groups[parent.group]?.memberCount += 1
        running.append(copy)
        return copy
    }

    /// Retires a sequence and gives its blocks back.
    ///
    /// - Parameters:
    ///   - reason: Why it ends.
    ///   - keepsContent: Whether later prompts may reuse what was computed.
    /// - Returns: The sequence as it ended; nil when it had ended before.
    @discardableResult
    public mutating func finish(
        _ id: SequenceID,
        reason: FinishReason,
        keepsContent: Bool = true
    ) -> Sequence? {
        guard var sequence = sequences.removeValue(forKey: id) else { return nil }
        // The end first: what is older in the list goes first when room is needed, and a beginning is worth more.
        for block in sequence.blocks.reversed() {
            pool.release(block)
            if !keepsContent { pool.discard(block) }
        }
        sequence.blocks = []
        if sequence.state == .waiting {
            waiting.removeAll { $0 == id }
            groups[sequence.group] = nil
        } else {
            running.removeAll { $0 == id }
            if var group = groups[sequence.group] {
                group.memberCount -= 1
                groups[sequence.group] = group.memberCount > 0 ? group : nil
                if group.memberCount == 0 {
                    reservedBlockCount -= group.blockCount
                    reservedRowCount -= group.width
                }
            }
        }
        sequence.state = .finished(reason)
        return sequence
    }

    private mutating func makeID() -> SequenceID {
        defer { nextID += 1 }
        return SequenceID(rawValue: nextID)
    }
}
