internal import MartletModel

/// Guessed tokens are rows behind a sequence's own next token: computed as if they had come, with logits for each, so
/// that every one that does come spares a step. They are no tokens of the sequence until it is told so, their blocks
/// are never sealed before, and whatever isn't confirmed is overwritten by what comes instead.
extension Scheduler {
    /// Offers tokens that may follow a sequence's latest one; the next step that it decodes in computes those that pay.
    ///
    /// - Precondition: The offer stays within the sequence's announced length.
    package mutating func offer(_ offer: DraftOffer, for id: SequenceID) {
        sequences[id]?.offer = offer
    }

    /// The tokens of a step's part, guessed ones included.
    package func tokens(of work: Schedule.Work) -> ArraySlice<Int32> {
        guard let sequence = sequences[work.sequence] else { return [] }
        let own = sequence.tokens.count
        guard work.positions.upperBound > own else { return sequence.tokens[work.positions] }
        return (sequence.tokens[work.positions.lowerBound...] + sequence.draft[..<(work.positions.upperBound - own)])[
            ...
        ]
    }

    /// Adds guessed tokens to a step of decoding sequences, in rows and blocks that nobody else needs.
    mutating func planDrafts(_ draft: inout StepDraft) {
        let offering = draft.schedule.work.indices.filter { index in
            sequences[draft.schedule.work[index].sequence].map { !$0.offer.tokens.isEmpty && $0.state == .decoding }
                ?? false
        }
        guard !offering.isEmpty else { return }
        let rowCount = draft.schedule.rowCount
        let counts = DraftBudget.counts(
            chances: offering.map { sequences[draft.schedule.work[$0].sequence]?.offer.chances[...] ?? [] },
            rowCount: rowCount,
            limit: min(limits.rowCount - rowCount, draft.logitRowCount)
        )
        for (index, count) in zip(offering, counts) where count > 0 {
            let work = draft.schedule.work[index]
            let secured = secureDraftBlocks(count, for: work.sequence)
            guard secured > 0, let offer = sequences[work.sequence]?.offer.tokens else { continue }
            sequences[work.sequence]?.draft = Array(offer.prefix(secured))
            draft.schedule.work[index].positions = work.positions.lowerBound..<(work.positions.upperBound + secured)
            draft.schedule.work[index].logits = .all
            draft.logitRowCount -= secured
            counters.draftedTokenCount += secured
        }
    }

    /// Gets blocks for guessed tokens, as far as some are free beyond one for each running sequence.
    ///
    /// - Returns: How many of the tokens have room.
    private mutating func secureDraftBlocks(_ count: Int, for id: SequenceID) -> Int {
        guard let sequence = sequences[id] else { return 0 }
        var held = sequence.blocks.count
        while held < blockCount(for: sequence.tokens.count + count), freeBlockCount > running.count {
            let block = takeBlock(for: id, group: sequence.group)
            sequences[id]?.blocks.append(block)
            held += 1
        }
        return min(count, held * pool.blockLength - sequence.tokens.count)
    }

    /// Compares a sequence's next token with the one that was guessed.
    ///
    /// - Returns: Whether the token is computed already.
    mutating func confirmDraft(_ token: Int32, of id: SequenceID) -> Bool {
        guard var sequence = sequences[id], let guess = sequence.draft.first else { return false }
        guard guess == token else {
            sequences[id]?.draft = []
            trim(id)
            return false
        }
        sequence.draft.removeFirst()
        sequence.computedCount += 1
        sequence.reachedCount = max(sequence.reachedCount, sequence.computedCount)
        seal(&sequence)
        sequences[id] = sequence
        counters.acceptedTokenCount += 1
        return true
    }

    /// Gives back the blocks that only guessed tokens were in.
    private mutating func trim(_ id: SequenceID) {
        guard let sequence = sequences[id] else { return }
        let needed = blockCount(for: sequence.tokens.count)
        guard needed < sequence.blocks.count else { return }
        for block in sequence.blocks[needed...].reversed() { release(block, in: sequence.group) }
        sequences[id]?.blocks.removeLast(sequence.blocks.count - needed)
    }
}
