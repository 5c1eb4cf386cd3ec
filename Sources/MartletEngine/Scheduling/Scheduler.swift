internal import MartletCore
internal import MartletModel

/// Decides what each step computes: a pure state machine over sequences and the blocks they hold.
///
/// The loop around it runs `schedule`, executes the result, calls `advance`, and then tells each sequence that has
/// logits what comes next: `append`, `fork` or `finish`. Sequences join and leave at every step (Yu et al. 2022, "Orca",
/// OSDI), and each step mixes the next token of all that decode with chunks of prompts (Agrawal et al. 2023 and 2024,
/// "Sarathi", arXiv:2308.16369 and arXiv:2403.02310).
///
/// **Memory.** The cache is a fixed number of blocks. A sequence gets blocks for its prompt when it is admitted and more
/// as it grows. When one needs a block and none is free, the lowest and most recently admitted sequence gives its own
/// back, waits at the front of its class, and is computed again later: its tokens are kept, and what of it is still in
/// the pool is found there. Running sequences are ordered by rank, then by seniority, which a sequence keeps when it
/// loses its blocks, and only those behind a sequence give way to it. So the first of them advances in every step, or a
/// wide group does, and everybody becomes the first in the end. Groups of several sequences (beams) are reserved as a
/// whole for their greatest length and never give way.
///
/// **Order.** A higher priority is admitted first, goes first among the chunks of prompts, and may take the blocks of
/// lower ones that are running; between equal ones an ``OwnerLedger`` decides, then the order of submission. Who is
/// overtaken by ``overtakingLimit`` later ones of higher priority rises a class.
public struct Scheduler {
    /// Bounds of a step.
    public struct Limits: Sendable, Hashable {
        /// Rows of a step at most.
        public var rowCount: Int
        /// Rows of prompts in a step at most: between two steps cancellation and deadlines are seen.
        public var prefillRowCount: Int
        /// Rows with logits in a step at most, and so sequences decoding at a time.
        public var logitRowCount: Int
        /// Rows of prompts at most in a step in which others decode: what holds up their next token.
        public var mixedRowCount: Int

        /// Makes bounds, each at least 1; no bound on mixed steps of their own by default.
        public init(rowCount: Int, prefillRowCount: Int, logitRowCount: Int, mixedRowCount: Int? = nil) {
            precondition(rowCount > 0 && prefillRowCount > 0 && logitRowCount > 0 && (mixedRowCount ?? 1) > 0)
            self.rowCount = rowCount
            self.prefillRowCount = prefillRowCount
            self.logitRowCount = logitRowCount
            self.mixedRowCount = mixedRowCount ?? prefillRowCount
        }

        /// Sequences decoding at a time at most.
        var width: Int { min(rowCount, logitRowCount) }
    }

    /// Later sequences of a higher class that may be admitted before one rises a class.
    public static let overtakingLimit = 32

    /// Who holds which block.
    public internal(set) var pool: BlockPool
    /// The bounds of the next step.
    public var limits: Limits
    /// On whose behalf `submit` is called; set by the loop before it calls a job.
    public var submitter = Submitter(job: JobID(0))
    /// What was decided and computed so far.
    public internal(set) var counters = SchedulerCounters()

    var sequences: [SequenceID: Sequence] = [:]
    var groups: [SequenceID: SequenceGroup] = [:]
    var ledger = OwnerLedger()
    /// Sequences without blocks, in no particular order.
    var waiting: [SequenceID] = []
    /// Sequences with blocks: by rank, then by seniority, forks after what they were forked from.
    var running: [SequenceID] = []
    /// Seats of running sequences; a wide group has as many as it is wide.
    var seatCount = 0
    /// Blocks of all admitted wide groups together.
    var reservedBlockCount = 0
    /// Of these, blocks that no member holds.
    var outstandingBlockCount = 0
    /// Whether ended sequences are remembered in ``retired`` until somebody takes them from there.
    var remembersRetired = false
    /// Ended sequences whose content stays in the pool; they hold no blocks.
    var retired: [Sequence] = []
    private var nextID: UInt64 = 1
    var nextSeniority: UInt64 = 1

    /// Makes a scheduler without sequences.
    public init(pool: BlockPool, limits: Limits) {
        self.pool = pool
        self.limits = limits
    }

    /// The sequence of that name, while it lives.
    public subscript(id: SequenceID) -> Sequence? { sequences[id] }

    /// How many sequences live, waiting ones included.
    public var count: Int { sequences.count }

    /// How many of them hold no blocks.
    public var waitingCount: Int { waiting.count }

    /// Submits a prompt.
    ///
    /// - Parameters:
    ///   - tokens: The prompt, at least one token.
    ///   - maximumLength: Tokens that prompt and answer come to together at most.
    ///   - width: How many sequences this one may be forked into, itself included.
    ///   - wantsAllLogits: Whether each prompt token's logits are wanted; nothing is reused then.
    /// - Throws: ``EngineError/Code/contextTooSmall`` when it wouldn't even fit alone.
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
        let sequence = Sequence(
            id: id,
            group: id,
            submitter: submitter,
            tokens: tokens,
            promptCount: tokens.count,
            wantsAllLogits: wantsAllLogits
        )
        ledger.open(sequence.account)
        sequences[id] = sequence
        groups[id] = SequenceGroup(width: width, blockCount: needed)
        waiting.append(id)
        return id
    }

    /// Blocks that a group holds at most: full blocks of the prompt once, everything after them per sequence.
    private func blockCount(promptCount: Int, maximumLength: Int, width: Int) -> Int {
        let length = max(promptCount, maximumLength)
        let all = blockCount(for: length)
        let shared = promptCount / pool.blockLength
        return shared + width * (all - shared)
    }

    /// Blocks that hold so many tokens.
    func blockCount(for tokenCount: Int) -> Int { (tokenCount + pool.blockLength - 1) / pool.blockLength }

    /// The greatest length, at most `limit`, to which `width` sequences of one prompt fit into the whole pool.
    public func maximumLength(promptCount: Int, width: Int, limit: Int) -> Int {
        let shared = promptCount / pool.blockLength
        let own = max(0, pool.blockCount - shared) / width
        return min(limit, (shared + own) * pool.blockLength)
    }

    mutating func makeID() -> SequenceID {
        defer { nextID += 1 }
        return SequenceID(rawValue: nextID)
    }
}
