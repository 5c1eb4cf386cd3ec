public import MartletCore
public import MartletModel

/// Names a sequence within one engine.
public struct SequenceID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Counts up from 1 in the order of submission.
    public let rawValue: UInt64

    /// The number in decimal.
    public var description: String { "\(rawValue)" }

    /// Orders by submission.
    public static func < (left: SequenceID, right: SequenceID) -> Bool { left.rawValue < right.rawValue }
}

/// One stream of tokens on its way through the model, and the cache blocks that hold what is computed of it.
public struct Sequence {
    /// Where a sequence is in its life.
    public enum State: Hashable, Sendable {
        /// Submitted; becomes `prefilling` when blocks for its whole length are free.
        case waiting
        /// Its prompt is being computed in chunks; becomes `decoding` with the last of them.
        case prefilling
        /// All its tokens are computed, or all but the latest.
        case decoding
        /// Retired, its blocks given back.
        case finished(FinishReason)
    }

    /// The sequence's name.
    public let id: SequenceID
    /// The sequence that this one's block reservation belongs to: itself, or the one it was forked from.
    public let group: SequenceID
    /// Where it is in its life.
    public internal(set) var state = State.waiting
    /// Prompt and generated tokens.
    public internal(set) var tokens: [Int32]
    /// How many of the tokens are the prompt.
    public let promptCount: Int
    /// How many tokens' keys and values are in the cache.
    public internal(set) var computedCount = 0
    /// Of these, how many were there from an earlier sequence.
    public internal(set) var reusedCount = 0
    /// Its blocks in order: position p lies in block `p / blockLength`.
    public internal(set) var blocks: [BlockIndex] = []
    /// How many of its blocks are sealed.
    var sealedCount = 0
    /// The content of the last sealed block.
    var lastContent: ContentID?
    /// Whether logits are wanted for every token of the prompt, as for perplexity, and so nothing is reused.
    let wantsAllLogits: Bool

    init(id: SequenceID, group: SequenceID, tokens: [Int32], promptCount: Int, wantsAllLogits: Bool) {
        self.id = id
        self.group = group
        self.tokens = tokens
        self.promptCount = promptCount
        self.wantsAllLogits = wantsAllLogits
    }

    /// How many tokens are still to be computed.
    public var pendingCount: Int { tokens.count - computedCount }
}
