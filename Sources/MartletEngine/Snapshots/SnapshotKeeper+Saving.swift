internal import MartletModel

extension SnapshotKeeper {
    /// Bytes a second that a slow disk reads: what a beginning on disk has to beat.
    private static let slowDisk = 200e6

    /// Takes note of how long a step took.
    func record(rowCount: Int, duration: Duration) {
        guard rowCount >= 32 else { return }
        let latest = duration.seconds / Double(rowCount)
        rowSeconds = rowSeconds.map { $0 + (latest - $0) / 4 } ?? latest
    }

    /// Whether a beginning of so many tokens is worth a file.
    private func isWorthKeeping(_ tokenCount: Int, _ use: SnapshotUse) -> Bool {
        if use.isShared { return true }
        guard tokenCount >= store.options.minimumTokenCount else { return false }
        guard let rowSeconds, store.options.minimumComputation > .zero else { return true }
        let readSeconds = Double(cache.blockByteCount) / Double(store.blockLength) / Self.slowDisk
        return rowSeconds > readSeconds
            && rowSeconds * Double(tokenCount) >= store.options.minimumComputation.seconds
    }

    /// Keeps the prompts that a step has completed; call it after the scheduler has taken note of the step.
    func keepPrompts(of schedule: Schedule, _ scheduler: inout Scheduler) {
        for work in schedule.work {
            guard let sequence = scheduler[work.sequence], work.positions.contains(sequence.promptCount - 1),
                let use = uses[sequence.submitter.job], use.keepsAnswer || use.isShared
            else { continue }
            keep(
                sequence.tokens[..<(sequence.sealedCount * scheduler.pool.blockLength)],
                use,
                owner: sequence.submitter.owner,
                leastBlockCount: use.isShared ? 1 : Self.earlyBlockCount,
                &scheduler
            )
        }
    }

    /// Keeps what ended sequences have computed.
    func keepRetired(_ scheduler: inout Scheduler) {
        let retired = scheduler.retired
        scheduler.retired.removeAll(keepingCapacity: true)
        for sequence in retired {
            guard let use = uses[sequence.submitter.job], use.keepsAnswer, !use.isShared else { continue }
            keep(
                sequence.tokens[..<(sequence.sealedCount * scheduler.pool.blockLength)],
                use,
                owner: sequence.submitter.owner,
                leastBlockCount: 1,
                &scheduler
            )
        }
    }

    /// Holds the blocks of a beginning that the disk doesn't have, to be copied when there is time.
    private func keep(
        _ tokens: ArraySlice<Int32>,
        _ use: SnapshotUse,
        owner: String?,
        leastBlockCount: Int,
        _ scheduler: inout Scheduler
    ) {
        guard isWorthKeeping(tokens.count, use), copying.count < Self.copyingLimit,
            let capture = store.capture(
                tokens,
                owner: owner,
                isShared: use.isShared,
                leastBlockCount: leastBlockCount
            )
        else { return }
        let (blocks, _) = scheduler.pool.reuse(prefixOf: tokens, limit: capture.blocks.upperBound)
        let isWhole = blocks.count == capture.blocks.upperBound
        let wanted = isWhole ? capture.blocks : 0..<0
        for (index, block) in blocks.enumerated() where !wanted.contains(index) { scheduler.pool.release(block) }
        // The content may be elsewhere, or lost to a hash that collides.
        guard isWhole else { return store.abandon(capture, isDrop: false) }
        copying.append(Copying(capture: capture, blocks: blocks[wanted]))
    }

    /// Copies held blocks to the writing thread, as many as there is time and room for.
    func copy(_ scheduler: inout Scheduler, isBusy: Bool) {
        guard !copying.isEmpty else { return }
        if scheduler.spareBlockCount < 0 { return drop(&scheduler) }
        var byteCount = isBusy ? Self.copyByteCount : Int.max
        while let first = copying.first {
            if first.capture.isFailed || first.end < .now {
                end(&scheduler, isComplete: false)
                continue
            }
            guard let block = first.blocks.first else {
                end(&scheduler, isComplete: true)
                continue
            }
            guard byteCount > 0, store.hasRoom else { return }
            let bytes = [UInt8](unsafeUninitializedCapacity: cache.blockByteCount) { buffer, count in
                cache.exportBlock(block, to: UnsafeMutableRawBufferPointer(buffer))
                count = cache.blockByteCount
            }
            store.append(bytes, to: first.capture)
            copying[0].blocks.removeFirst()
            scheduler.pool.release(block)
            byteCount -= cache.blockByteCount
        }
    }

    /// Ends the first of the copies.
    private func end(_ scheduler: inout Scheduler, isComplete: Bool) {
        let ended = copying.removeFirst()
        for block in ended.blocks.reversed() { scheduler.pool.release(block) }
        if isComplete { store.finish(ended.capture) } else { store.abandon(ended.capture) }
    }

    /// Gives all blocks back that wait to be copied: the engine needs them.
    func drop(_ scheduler: inout Scheduler) {
        while !copying.isEmpty { end(&scheduler, isComplete: false) }
    }

    /// Copies what is left, for a bounded time, and closes the store.
    ///
    /// - Parameter wait: Waits until there may be room, or for the given time.
    func close(_ scheduler: inout Scheduler, wait: (Duration) -> Void) {
        let end = ContinuousClock.now + store.options.closingPatience
        while !copying.isEmpty, .now < end {
            copy(&scheduler, isBusy: false)
            if !copying.isEmpty { wait(.milliseconds(50)) }
        }
        drop(&scheduler)
        store.close()
    }
}
