internal import MartletModel

extension Scheduler {
    /// Blocks that sequences outside wide groups can have now; below zero when a wide group lost a block that it shared
    /// with one of them.
    var freeBlockCount: Int { pool.availableCount - outstandingBlockCount }

    /// Takes a block for a sequence, at the end of its table.
    ///
    /// - Precondition: One is available.
    mutating func takeBlock(for id: SequenceID, group: SequenceID) -> BlockIndex {
        // A wide group holds at most what it reserved, and reservations together stay within the pool; others ask
        // ``secureBlocks(_:for:behind:)`` first.
        guard let block = pool.allocate() else { preconditionFailure("a reserved block is missing") }
        noteHolder(of: block, in: group)
        return block
    }

    /// Takes note that a member of a group holds a block, in the account of a wide group.
    mutating func noteHolder(of block: BlockIndex, in group: SequenceID) {
        guard groups[group]?.isWide == true else { return }
        let count = groups[group]?.holderCounts[block] ?? 0
        groups[group]?.holderCounts[block] = count + 1
        if count == 0 { outstandingBlockCount -= 1 }
    }

    /// Takes a holder of a block away, in the pool and in the account of a wide group.
    mutating func release(_ block: BlockIndex, in group: SequenceID) {
        pool.release(block)
        guard groups[group]?.isWide == true, let count = groups[group]?.holderCounts[block] else { return }
        groups[group]?.holderCounts[block] = count > 1 ? count - 1 : nil
        if count == 1 { outstandingBlockCount += 1 }
    }

    /// Makes sure that a running sequence outside wide groups has blocks for its first `count` tokens, at the cost of
    /// sequences behind it.
    ///
    /// - Parameter index: The place of the sequence in `running`; those behind it have no part in the step yet.
    /// - Returns: false when even they have nothing left to give: the sequence keeps what it has and waits.
    mutating func secureBlocks(_ count: Int, for id: SequenceID, at index: Int) -> Bool {
        let wanted = blockCount(for: count)
        while let held = sequences[id]?.blocks.count, held < wanted {
            if freeBlockCount > 0 {
                let block = takeBlock(for: id, group: id)
                sequences[id]?.blocks.append(block)
            } else if let victim = lastToGiveWay(behind: index) {
                preempt(victim)
            } else {
                return false
            }
        }
        return true
    }

    /// The last running sequence behind a place that can give its blocks back.
    func lastToGiveWay(behind index: Int) -> SequenceID? {
        running[(index + 1)...].last { id in sequences[id].map { canGiveWay($0) } ?? false }
    }

    /// Whether a running sequence can give its blocks back: it isn't in a wide group, and its logits are not out before
    /// its next token is in, as these would come again.
    func canGiveWay(_ sequence: Sequence) -> Bool {
        sequence.pendingCount > 0 && groups[sequence.group]?.isWide == false
    }

    /// Takes everything back that is in the cache: sequences wait and are computed again from their tokens.
    ///
    /// Call it between ``schedule()`` and ``advance(_:)``, in the place of the latter.
    /// - Returns: Jobs whose sequences can't be computed again and have to be ended: wide groups.
    mutating func startOver() -> Set<JobID> {
        var lost: Set<JobID> = []
        for id in running {
            guard let sequence = sequences[id] else { continue }
            if groups[sequence.group]?.isWide == true {
                lost.insert(sequence.submitter.job)
            } else {
                preempt(id)
                if sequence.tokens.count == sequence.promptCount {
                    sequences[id]?.reachedCount = 0
                    sequences[id]?.reusedCount = 0
                }
            }
        }
        return lost
    }

    /// Takes a running sequence's blocks; it waits and keeps its tokens and its seniority.
    mutating func preempt(_ id: SequenceID) {
        guard let group = sequences[id]?.group, let blocks = sequences[id]?.blocks else { return }
        // The end first: what is older in the list goes first when room is needed, and a beginning is worth more.
        for block in blocks.reversed() { release(block, in: group) }
        sequences[id]?.blocks = []
        sequences[id]?.sealedCount = 0
        sequences[id]?.lastContent = nil
        sequences[id]?.computedCount = 0
        sequences[id]?.preemptionCount += 1
        sequences[id]?.state = .waiting
        running.removeAll { $0 == id }
        waiting.append(id)
        groups[group]?.isAdmitted = false
        seatCount -= 1
        counters.preemptionCount += 1
    }
}
