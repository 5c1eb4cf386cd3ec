internal import MartletCore
internal import MartletModel

extension Scheduler {
    /// Blocks that sequences get beyond what they have while one is admitted: one for each that runs, so that the one
    /// that has just come isn't the first to give its blocks back.
    private var watermark: Int { running.count }

    /// What of a waiting sequence's tokens may be found in the pool rather than computed, in blocks.
    ///
    /// The last token is always computed: its logits are what the others are for.
    func reuseLimit(of sequence: Sequence) -> Int {
        let count = sequence.wantsAllLogits ? sequence.reachedCount : sequence.tokens.count
        return min(count, sequence.tokens.count - 1) / pool.blockLength
    }

    /// Blocks that the pool loses when a waiting sequence is admitted: those that it needs, without those that others
    /// hold already.
    private func cost(of sequence: Sequence, in group: SequenceGroup) -> Int {
        let found = pool.find(prefixOf: sequence.tokens[...], limit: reuseLimit(of: sequence))
        return (group.isWide ? group.blockCount : blockCount(for: sequence.tokens.count)) - found.heldCount
    }

    /// Whether a waiting sequence can be admitted now.
    ///
    /// One that fits alone can be when nobody runs.
    func fits(_ id: SequenceID) -> Bool {
        guard let sequence = sequences[id], let group = groups[id], seatCount + group.width <= limits.width else {
            return false
        }
        if group.isWide && reservedBlockCount + group.blockCount > pool.blockCount { return false }
        return cost(of: sequence, in: group) + watermark <= freeBlockCount
    }

    /// Takes blocks from running sequences when one that goes before them waits and doesn't fit, if that helps.
    mutating func makeRoom() {
        guard let last = lastToGiveWay(behind: -1), let id = nextWaiting(), let sequence = sequences[id],
            let group = groups[id], gives(last, to: sequence), !fits(id)
        else { return }
        var (victimCount, blockCount) = (0, 0)
        for other in running where gives(other, to: sequence) {
            guard let victim = sequences[other], canGiveWay(victim) else { continue }
            victimCount += 1
            for block in victim.blocks where pool.holderCount(of: block) == 1 { blockCount += 1 }
        }
        guard seatCount - victimCount + group.width <= limits.width,
            !group.isWide || reservedBlockCount + group.blockCount <= pool.blockCount,
            cost(of: sequence, in: group) + watermark - victimCount <= freeBlockCount + blockCount
        else { return }
        while !fits(id), let victim = lastToGiveWay(behind: -1), gives(victim, to: sequence) { preempt(victim) }
    }

    /// Whether a running sequence comes after a waiting one: it has a lower rank, or the same rank and less seniority.
    private func gives(_ id: SequenceID, to waiting: Sequence) -> Bool {
        guard let sequence = sequences[id], let own = sequence.seniority else { return false }
        if sequence.rank != waiting.rank { return sequence.rank < waiting.rank }
        return waiting.seniority.map { own > $0 } ?? false
    }

    /// Gives a waiting sequence that fits blocks for all its tokens, shared where they are known.
    mutating func admit(_ id: SequenceID) {
        guard var sequence = sequences[id], let group = groups[id] else { return }
        waiting.removeAll { $0 == id }
        groups[id]?.isAdmitted = true
        seatCount += group.width
        if group.isWide {
            reservedBlockCount += group.blockCount
            outstandingBlockCount += group.blockCount
        }
        let limit = reuseLimit(of: sequence)
        (sequence.blocks, sequence.lastContent) = pool.reuse(prefixOf: sequence.tokens[...], limit: limit)
        for block in sequence.blocks { noteHolder(of: block, in: id) }
        sequence.sealedCount = sequence.blocks.count
        sequence.computedCount = sequence.blocks.count * pool.blockLength
        // Own tokens that are found again after a pre-emption were computed, not reused.
        let saved = (sequence.reachedCount..<max(sequence.reachedCount, sequence.computedCount))
            .clamped(to: 0..<max(sequence.reachedCount, sequence.promptCount)).count
        sequence.reusedCount += saved
        counters.reusedPromptTokenCount += saved
        sequence.reachedCount = max(sequence.reachedCount, sequence.computedCount)
        for _ in sequence.blocks.count..<blockCount(for: sequence.tokens.count) {
            sequence.blocks.append(takeBlock(for: id, group: id))
        }
        sequence.awaited = nil
        sequence.state = .prefilling
        if sequence.seniority == nil {
            sequence.seniority = nextSeniority
            nextSeniority += 1
            age(overtakenBy: sequence)
        }
        insertRunning(sequence)
        sequences[id] = sequence
    }

    /// Puts a sequence where it belongs among the running ones.
    mutating func insertRunning(_ sequence: Sequence) {
        func key(_ sequence: Sequence) -> (Int, UInt64, UInt64) {
            (-sequence.rank.rawValue, sequence.seniority ?? 0, sequence.id.rawValue)
        }
        let own = key(sequence)
        let place = running.firstIndex { id in sequences[id].map { key($0) > own } ?? false }
        running.insert(sequence.id, at: place ?? running.count)
    }

    /// Counts a later sequence of a higher class against those that it overtakes; each rises a class in the end.
    private mutating func age(overtakenBy winner: Sequence) {
        guard winner.rank > .background else { return }
        for id in waiting + running {
            guard let sequence = sequences[id], sequence.rank < winner.rank, id < winner.id,
                sequence.state != .decoding
            else { continue }
            guard sequence.overtakenCount + 1 >= Self.overtakingLimit,
                let rank = GenerationRequest.Priority(rawValue: sequence.rank.rawValue + 1)
            else {
                sequences[id]?.overtakenCount += 1
                continue
            }
            sequences[id]?.overtakenCount = 0
            sequences[id]?.rank = rank
            if sequence.state == .prefilling, let risen = sequences[id] {
                running.removeAll { $0 == id }
                insertRunning(risen)
            }
        }
    }
}
