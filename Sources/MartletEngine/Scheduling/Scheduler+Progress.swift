public import MartletCore

extension Scheduler {
    /// Takes note that a schedule's step is computed.
    public mutating func advance(_ schedule: Schedule) {
        for work in schedule.work {
            guard var sequence = sequences[work.sequence] else { continue }
            count(work.positions.clamped(to: 0..<sequence.tokens.count), of: sequence)
            // Guessed tokens lie beyond the sequence's own; they count when they are confirmed.
            sequence.computedCount = min(work.positions.upperBound, sequence.tokens.count)
            sequence.reachedCount = max(sequence.reachedCount, sequence.computedCount)
            seal(&sequence)
            if sequence.pendingCount == 0 { sequence.state = .decoding }
            sequences[work.sequence] = sequence
        }
    }

    /// Makes the blocks that are full of computed tokens known to later prompts.
    mutating func seal(_ sequence: inout Sequence) {
        while (sequence.sealedCount + 1) * pool.blockLength <= sequence.computedCount {
            let start = sequence.sealedCount * pool.blockLength
            sequence.lastContent = pool.seal(
                sequence.blocks[sequence.sealedCount],
                after: sequence.lastContent,
                tokens: sequence.tokens[start..<(start + pool.blockLength)]
            )
            sequence.sealedCount += 1
        }
    }

    /// Counts computed tokens; those computed before count as computed again.
    private mutating func count(_ positions: Range<Int>, of sequence: Sequence) {
        counters.recomputedTokenCount += positions.clamped(to: 0..<sequence.reachedCount).count
        guard sequence.reachedCount < sequence.promptCount else { return }
        counters.computedPromptTokenCount += positions.clamped(to: sequence.reachedCount..<sequence.promptCount).count
    }

    /// Adds a generated token, which the next step computes unless it was guessed and computed in the last one.
    ///
    /// - Returns: Whether it was: then the step's next row has its logits.
    /// - Precondition: All earlier tokens are computed, and the sequence stays within its announced length.
    @discardableResult
    public mutating func append(_ token: Int32, to id: SequenceID) -> Bool {
        precondition(sequences[id]?.state == .decoding && sequences[id]?.pendingCount == 0)
        sequences[id]?.tokens.append(token)
        sequences[id]?.offer = DraftOffer()
        return confirmDraft(token, of: id)
    }

    /// Makes another sequence with the same tokens, sharing all blocks until one of them writes.
    ///
    /// - Precondition: The group was announced wider than 1, and when the next step is scheduled it is no wider than
    ///   announced.
    public mutating func fork(_ id: SequenceID) -> SequenceID? {
        guard let parent = sequences[id], parent.state == .decoding else { return nil }
        precondition(groups[parent.group]?.isWide == true, "a sequence that was announced alone is forked")
        let copy = makeID()
        var child = Sequence(
            id: copy,
            group: parent.group,
            submitter: parent.submitter,
            tokens: parent.tokens,
            promptCount: parent.promptCount,
            wantsAllLogits: parent.wantsAllLogits
        )
        child.state = parent.state
        child.rank = parent.rank
        child.seniority = parent.seniority
        child.computedCount = parent.computedCount
        child.reachedCount = parent.reachedCount
        child.reusedCount = parent.reusedCount
        child.blocks = parent.blocks
        child.sealedCount = parent.sealedCount
        child.lastContent = parent.lastContent
        for block in child.blocks {
            pool.retain(block)
            noteHolder(of: block, in: parent.group)
        }
        ledger.open(child.account)
        groups[parent.group]?.memberCount += 1
        insertRunning(child)
        sequences[copy] = child
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
            release(block, in: sequence.group)
            if !keepsContent { pool.discard(block) }
        }
        sequence.blocks = []
        ledger.close(sequence.account)
        if sequence.state == .waiting {
            waiting.removeAll { $0 == id }
        } else {
            running.removeAll { $0 == id }
        }
        if var group = groups[sequence.group] {
            group.memberCount -= 1
            groups[sequence.group] = group.memberCount > 0 ? group : nil
            if group.memberCount == 0 && group.isAdmitted {
                seatCount -= group.width
                if group.isWide {
                    reservedBlockCount -= group.blockCount
                    outstandingBlockCount -= group.outstandingCount
                }
            }
        }
        sequence.state = .finished(reason)
        if remembersRetired && keepsContent { retired.append(sequence) }
        return sequence
    }
}
