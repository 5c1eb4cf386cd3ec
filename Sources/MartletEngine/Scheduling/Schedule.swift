public import MartletModel

/// What the next step computes, as the scheduler decided.
public struct Schedule: Sendable, Hashable {
    /// One sequence's part.
    public struct Work: Sendable, Hashable {
        /// Whose tokens.
        public var sequence: SequenceID
        /// Which of its tokens, by position; guessed ones lie beyond the sequence's own.
        public var positions: Range<Int>
        /// Which of them give logits.
        public var logits: StepPlan.Logits
    }

    /// A block to copy before the step, for a sequence that writes into a block which others hold too.
    public struct BlockCopy: Sendable, Hashable {
        /// The block that stays as it is.
        public var source: BlockIndex
        /// The block that is written.
        public var destination: BlockIndex
    }

    /// The sequences' parts, in the order of the step's rows.
    public internal(set) var work: [Work] = []
    /// Copies to make first, in order.
    public internal(set) var copies: [BlockCopy] = []

    /// Nothing to do.
    public init() {}

    /// Whether there is nothing to compute.
    public var isEmpty: Bool { work.isEmpty }

    /// Rows of the step.
    public var rowCount: Int { work.reduce(0) { $0 + $1.positions.count } }
}

/// A step while it is being put together.
struct StepDraft {
    /// What it has so far.
    var schedule = Schedule()
    /// Rows that it may still get for prompts.
    var promptRowCount = 0
    /// Rows with logits that it may still get.
    var logitRowCount: Int
}
