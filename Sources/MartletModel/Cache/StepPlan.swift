/// What one step computes: rows of tokens of any number of sequences, and which rows' logits are wanted.
///
/// Rows of one sequence are consecutive and at consecutive positions; prompts in chunks and single tokens mix freely.
/// A plan is kept and refilled from step to step: `removeAll` keeps its memory.
///
/// A sequence's table names its blocks in order: position p lies in `table[p / KVCache.blockLength]`.
public struct StepPlan: Sendable, Hashable {
    /// Which of a slice's rows give logits.
    public enum Logits: Sendable, Hashable {
        /// No row, as in all chunks of a prompt but its last.
        case none
        /// The last row, as for the next token.
        case last
        /// Every row, as for perplexity.
        case all
    }

    /// One sequence's part of the step.
    public struct SequenceSlice: Sendable, Hashable {
        /// Rows of the step, within `tokens`.
        public var rows: Range<Int>
        /// Position of the first row in its sequence.
        public var firstPosition: Int
        /// The sequence's block table, within `blocks`.
        public var blocks: Range<Int>
    }

    /// The rows' tokens, `[B]`.
    public private(set) var tokens: [Int32] = []
    /// The sequences' parts, in the order of rows.
    public private(set) var slices: [SequenceSlice] = []
    /// All block tables, one after the other.
    public private(set) var blocks: [BlockIndex] = []
    /// Rows whose logits are computed, ascending.
    public private(set) var logitRows: [Int] = []

    /// An empty plan.
    public init() {}

    /// Empties the plan and keeps its memory.
    public mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        slices.removeAll(keepingCapacity: true)
        blocks.removeAll(keepingCapacity: true)
        logitRows.removeAll(keepingCapacity: true)
    }

    /// Adds a sequence's next tokens.
    ///
    /// - Parameters:
    ///   - tokens: At least one token, at `firstPosition` and after; earlier positions are in the cache already.
    ///   - firstPosition: The first token's position in its sequence.
    ///   - table: The sequence's blocks, enough for the last token.
    ///   - logits: Which rows' logits are wanted.
    public mutating func append(
        tokens newTokens: some Collection<Int32>,
        firstPosition: Int,
        blocks table: some Collection<BlockIndex>,
        logits: Logits
    ) {
        let first = tokens.count
        tokens.append(contentsOf: newTokens)
        let firstBlock = blocks.count
        blocks.append(contentsOf: table)
        slices.append(
            SequenceSlice(
                rows: first..<tokens.count,
                firstPosition: firstPosition,
                blocks: firstBlock..<blocks.count
            )
        )
        switch logits {
        case .none: break
        case .last: if tokens.count > first { logitRows.append(tokens.count - 1) }
        case .all: logitRows.append(contentsOf: first..<tokens.count)
        }
    }
}
