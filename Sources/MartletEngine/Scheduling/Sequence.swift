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
        /// Holds no block. Becomes `prefilling` when there are blocks for its tokens and rows to compute them in.
        case waiting
        /// Its tokens are being computed in chunks; becomes `decoding` with the last of them, and `waiting` again when
        /// it loses its blocks to another sequence.
        case prefilling
        /// All its tokens are computed, or all but the latest; becomes `waiting` again when it loses its blocks.
        case decoding
        /// Retired, its blocks given back.
        case finished(FinishReason)
    }

    /// The sequence's name.
    public let id: SequenceID
    /// The sequence that this one's block reservation belongs to: itself, or the one it was forked from.
    public let group: SequenceID
    /// On whose behalf it was submitted.
    public let submitter: Submitter
    /// Where it is in its life.
    public internal(set) var state = State.waiting
    /// Prompt and generated tokens.
    public internal(set) var tokens: [Int32]
    /// How many of the tokens are the prompt.
    public let promptCount: Int
    /// How many tokens' keys and values are in the cache.
    public internal(set) var computedCount = 0
    /// How many of the prompt's tokens this sequence never had to compute, because another one had.
    public internal(set) var reusedCount = 0
    /// Its blocks in order: position p lies in block `p / blockLength`.
    public internal(set) var blocks: [BlockIndex] = []
    /// How often it lost its blocks to another sequence.
    public internal(set) var preemptionCount = 0
    /// The priority that counts now: the submitter's, or a higher one after a long wait.
    public internal(set) var rank: GenerationRequest.Priority
    /// How many sequences that came later and rank higher were admitted since the last rise of `rank`.
    var overtakenCount = 0
    /// Counts admissions, so that less is earlier; kept through pre-emption, nil until the first admission.
    var seniority: UInt64?
    /// The most tokens that were in the cache at a time: what lies below was computed, or found, before.
    var reachedCount = 0
    /// Tokens that may follow the latest one, for the next step.
    var offer = DraftOffer()
    /// Guessed tokens that the last step computed and that neither came nor were ruled out yet.
    var draft: [Int32] = []
    /// How many of its blocks are sealed.
    var sealedCount = 0
    /// The content of the last sealed block.
    var lastContent: ContentID?
    /// The sequence that is computing a beginning which this one shares, while this one waits for it.
    var awaited: Awaited?
    /// Whether logits are wanted for every token of the prompt, as for perplexity, and so nothing is reused.
    let wantsAllLogits: Bool

    /// A shared beginning that another sequence is computing.
    struct Awaited: Hashable, Sendable {
        /// Who computes it.
        var leader: SequenceID
        /// How many of the leader's tokens have to be in the cache.
        var count: Int
    }

    init(
        id: SequenceID,
        group: SequenceID,
        submitter: Submitter,
        tokens: [Int32],
        promptCount: Int,
        wantsAllLogits: Bool
    ) {
        self.id = id
        self.group = group
        self.submitter = submitter
        self.tokens = tokens
        self.promptCount = promptCount
        self.wantsAllLogits = wantsAllLogits
        rank = submitter.priority
    }

    /// Rows that the last step computed for guessed tokens that are still open.
    var draftCount: Int { draft.count }

    /// How many tokens are still to be computed.
    public var pendingCount: Int { tokens.count - computedCount }

    /// Who its rows are charged to.
    var account: OwnerLedger.Key { submitter.owner.map { .named($0) } ?? .single(group) }
}
