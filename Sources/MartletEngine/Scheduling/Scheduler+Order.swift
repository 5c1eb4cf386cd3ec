internal import MartletCore

extension Scheduler {
    /// Where a waiting sequence stands.
    private struct Place {
        var id: SequenceID
        var rank: GenerationRequest.Priority
        /// Of one that lost its blocks: it goes before all that never had any.
        var seniority: UInt64?
        var charge: Int

        func isBefore(_ other: Place) -> Bool {
            if rank != other.rank { return rank > other.rank }
            switch (seniority, other.seniority) {
            case (let own?, let other?): return own < other
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil): return charge != other.charge ? charge < other.charge : id < other.id
            }
        }
    }

    /// Gives prompts the step's remaining rows, and admits those that wait in their turn.
    ///
    /// The first one that doesn't fit ends the admissions of this step: nobody slips past it, so that it gets its room.
    mutating func planPrompts(_ draft: inout StepDraft) {
        var begun = running.filter { sequences[$0]?.state == .prefilling }
        var candidate = nextWaiting()
        while draft.promptRowCount > 0, draft.logitRowCount > 0 {
            let next = nextIndex(in: begun)
            if let id = candidate, goesFirst(id, before: next.map { begun[$0] }) {
                guard fits(id) else {
                    candidate = nil
                    continue
                }
                admit(id)
                planChunk(of: id, &draft)
                candidate = nextWaiting()
            } else if let next {
                planChunk(of: begun.remove(at: next), &draft)
            } else {
                return
            }
        }
    }

    /// The waiting sequence whose turn it is, apart from those that wait for a beginning which another one computes.
    mutating func nextWaiting() -> SequenceID? {
        while true {
            var best: Place?
            for id in waiting {
                guard let sequence = sequences[id], !isAwaiting(sequence) else { continue }
                let place = Place(
                    id: id,
                    rank: sequence.rank,
                    seniority: sequence.seniority,
                    charge: ledger.charge(of: sequence.account)
                )
                if best.map({ place.isBefore($0) }) ?? true { best = place }
            }
            guard let id = best?.id, let awaited = leader(of: id) else { return best?.id }
            sequences[id]?.awaited = awaited
        }
    }

    /// The prompt that goes on next: the first of the highest rank, unless another one may pass it.
    private func nextIndex(in begun: [SequenceID]) -> Int? {
        guard let first = begun.first, let rank = sequences[first]?.rank else { return nil }
        let equals = begun.prefix { sequences[$0]?.rank == rank }
        let passing = equals.indices.filter { mayPass(equals[$0], first) }
        return passing.min { charge(of: equals[$0]) < charge(of: equals[$1]) } ?? 0
    }

    /// Whether a waiting sequence is admitted before a prompt that has begun goes on.
    private func goesFirst(_ id: SequenceID, before begun: SequenceID?) -> Bool {
        guard let begun, let other = sequences[begun]?.rank, let rank = sequences[id]?.rank else { return true }
        return rank != other ? rank > other : mayPass(id, begun)
    }

    /// Whether a prompt goes on before another one of its rank that has begun: a shorter one of somebody who has been
    /// given much less.
    ///
    /// Prompts are finished one after the other rather than all a little at a time, which would give every one of them
    /// its first token late; but a very long one lets short ones of others pass.
    private func mayPass(_ id: SequenceID, _ begun: SequenceID) -> Bool {
        guard let sequence = sequences[id], let other = sequences[begun], sequence.pendingCount < other.pendingCount
        else { return false }
        return charge(of: begun) > charge(of: id) + limits.prefillRowCount
    }

    private func charge(of id: SequenceID) -> Int {
        sequences[id].map { ledger.charge(of: $0.account) } ?? 0
    }
}
