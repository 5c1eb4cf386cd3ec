internal import MartletModel

/// Sequences that were forked from one another, and the blocks reserved for them.
struct SequenceGroup {
    /// How many sequences it may have.
    var width: Int
    /// Blocks that it may need at most.
    var blockCount: Int
    /// How many sequences it has.
    var memberCount = 1
    /// Whether it is admitted.
    var isAdmitted = false
    /// For a wide group, how many members hold each of its blocks.
    var holderCounts: [BlockIndex: Int] = [:]

    /// Whether its blocks are reserved as a whole: its members advance together or not at all.
    var isWide: Bool { width > 1 }
    /// Reserved blocks that no member holds.
    var outstandingCount: Int { isWide && isAdmitted ? blockCount - holderCounts.count : 0 }
}
