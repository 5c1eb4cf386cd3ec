internal import MartletModel

extension Scheduler {
    /// Whether a waiting sequence still waits for a beginning that another one is computing.
    ///
    /// It stops when that one is through, gone, or has lost its blocks: nobody waits for what isn't being computed.
    func isAwaiting(_ sequence: Sequence) -> Bool {
        guard let awaited = sequence.awaited, let leader = sequences[awaited.leader] else { return false }
        return leader.state == .prefilling && leader.rank >= sequence.rank && leader.computedCount < awaited.count
    }

    /// The running sequence that is computing most of what a waiting one begins with, when waiting for it saves at least
    /// a quarter of the waiting one's computation.
    ///
    /// A leader of lower rank isn't waited for, as its own turn may be far.
    func leader(of id: SequenceID) -> Sequence.Awaited? {
        guard let sequence = sequences[id], !sequence.wantsAllLogits else { return nil }
        let limit = reuseLimit(of: sequence)
        guard limit > 0 else { return nil }
        var found: Int?
        var best: (awaited: Sequence.Awaited, gain: Int)?
        for other in running {
            guard let leader = sequences[other], leader.state == .prefilling, leader.rank >= sequence.rank,
                leader.tokens[0] == sequence.tokens[0]
            else { continue }
            let shared = min(limit, commonCount(leader.tokens, sequence.tokens) / pool.blockLength)
            guard shared * pool.blockLength > leader.computedCount else { continue }
            let known = found ?? pool.find(prefixOf: sequence.tokens[...], limit: limit).count
            found = known
            let gain = (shared - max(known, leader.computedCount / pool.blockLength)) * pool.blockLength
            guard gain > 0, gain * 4 >= sequence.tokens.count - known * pool.blockLength, gain > best?.gain ?? 0 else {
                continue
            }
            best = (Sequence.Awaited(leader: other, count: shared * pool.blockLength), gain)
        }
        return best?.awaited
    }

    /// How many tokens two sequences begin with in common.
    private func commonCount(_ left: [Int32], _ right: [Int32]) -> Int {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                let count = min(left.count, right.count)
                var index = 0
                while index < count, left[index] == right[index] { index += 1 }
                return index
            }
        }
    }
}
