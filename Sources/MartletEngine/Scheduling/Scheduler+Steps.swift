internal import MartletModel

extension Scheduler {
    /// Decides the next step.
    ///
    /// Sequences that decode come first, a row each; chunks of prompts follow, and those that wait are admitted while
    /// there are rows to begin their prompts with. Where no prompt is in the step, guessed tokens may be.
    public mutating func schedule() -> Schedule {
        var draft = StepDraft(logitRowCount: limits.logitRowCount)
        makeRoom()
        planGroups(&draft)
        planDecoding(&draft)
        let decodingCount = draft.schedule.rowCount
        // Sarathi's stall-free batching: what decodes rides along, and the prompt's part is bounded by how long the
        // decoding ones' next token may take.
        let bound = decodingCount > 0 ? min(limits.mixedRowCount, limits.prefillRowCount) : limits.prefillRowCount
        draft.promptRowCount = min(bound, limits.rowCount - decodingCount)
        planPrompts(&draft)
        // A chunk of a prompt uses the cores fully: guesses would only make it wait.
        if decodingCount > 0, draft.schedule.rowCount == decodingCount { planDrafts(&draft) }
        return draft.schedule
    }

    /// Gives the members of wide groups their rows.
    ///
    /// They come first, because a group that lost a block which it shared gets another one from any other sequence, and
    /// that one must have no part in the step yet.
    private mutating func planGroups(_ draft: inout StepDraft) {
        for id in running {
            guard let sequence = sequences[id], sequence.state == .decoding, sequence.pendingCount > 0,
                groups[sequence.group]?.isWide == true
            else { continue }
            while pool.availableCount == 0, let victim = lastToGiveWay(behind: -1) { preempt(victim) }
            planNextToken(of: sequence, &draft)
        }
    }

    /// Gives all other decoding sequences their rows, the first in order first.
    private mutating func planDecoding(_ draft: inout StepDraft) {
        var index = 0
        // Only sequences behind `index` leave the list on the way.
        while index < running.count {
            let id = running[index]
            if let sequence = sequences[id], sequence.state == .decoding, sequence.pendingCount > 0,
                groups[sequence.group]?.isWide == false,
                secureBlocks(sequence.computedCount + 1, for: id, at: index)
            {
                planNextToken(of: sequence, &draft)
            }
            index += 1
        }
    }

    /// Adds a decoding sequence's row.
    ///
    /// There is always room: seats are no more than rows with logits.
    private mutating func planNextToken(of sequence: Sequence, _ draft: inout StepDraft) {
        ledger.charge(sequence.account, OwnerLedger.tokenCost)
        plan(
            sequence.id,
            positions: sequence.computedCount..<(sequence.computedCount + 1),
            logits: .last,
            in: &draft
        )
    }

    /// Adds as much of a prompt as the step has room for.
    mutating func planChunk(of id: SequenceID, _ draft: inout StepDraft) {
        guard let sequence = sequences[id] else { return }
        var length = min(draft.promptRowCount, sequence.pendingCount)
        var logits = StepPlan.Logits.none
        if !sequence.wantsAllLogits {
            if length == sequence.pendingCount { logits = .last }
        } else if sequence.computedCount < sequence.reachedCount {
            // These logits were given before the sequence lost its blocks.
            length = min(length, sequence.reachedCount - sequence.computedCount)
        } else {
            length = min(length, draft.logitRowCount)
            logits = .all
        }
        let start = sequence.computedCount
        ledger.charge(
            sequence.account,
            OwnerLedger.promptCost * (start..<(start + length)).clamped(to: sequence.unchargedRange).count
        )
        plan(id, positions: start..<(start + length), logits: logits, in: &draft)
        draft.promptRowCount -= length
    }

    /// Adds work to a step and gets the blocks that it writes.
    private mutating func plan(
        _ id: SequenceID,
        positions: Range<Int>,
        logits: StepPlan.Logits,
        in draft: inout StepDraft
    ) {
        guard let group = sequences[id]?.group, let held = sequences[id]?.blocks.count else { return }
        let first = positions.lowerBound / pool.blockLength
        if first < held, let block = sequences[id]?.blocks[first], pool.holderCount(of: block) > 1 {
            let copy = takeBlock(for: id, group: group)
            draft.schedule.copies.append(Schedule.BlockCopy(source: block, destination: copy))
            release(block, in: group)
            sequences[id]?.blocks[first] = copy
        }
        for _ in held..<max(held, blockCount(for: positions.upperBound)) {
            let block = takeBlock(for: id, group: group)
            sequences[id]?.blocks.append(block)
        }
        draft.schedule.work.append(Schedule.Work(sequence: id, positions: positions, logits: logits))
        switch logits {
        case .none: break
        case .last: draft.logitRowCount -= 1
        case .all: draft.logitRowCount -= positions.count
        }
    }
}

extension Sequence {
    /// Positions that were never in the cache.
    var unchargedRange: Range<Int> { reachedCount..<max(reachedCount, tokens.count) }
}
