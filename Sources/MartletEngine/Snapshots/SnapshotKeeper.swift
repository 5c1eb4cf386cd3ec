internal import MartletModel

/// The engine's side of prompts on disk: gets blocks from the disk before a job begins, and copies finished blocks out
/// between steps.
///
/// Lives on the loop's thread and never waits for a disk, except for a bounded time at the very end. While others are being
/// answered it copies a bounded number of bytes between two steps.
final class SnapshotKeeper {
    /// A job that waits for the disk.
    struct Restoration {
        enum Stage {
            /// The store is still finding out what it has.
            case waiting
            /// Blocks come in.
            case reading(SnapshotRead)
        }

        let job: JobID
        let prompt: [Int32]
        var stage = Stage.waiting
        /// The prompt's leading blocks that are in the cache, held until the job begins.
        var held: [BlockIndex] = []
        var content: ContentID?
        /// When to go on without the disk.
        var patienceEnd = ContinuousClock.now + SnapshotKeeper.patience
    }

    /// A segment whose blocks are being copied.
    struct Copying {
        let capture: SnapshotCapture
        /// The capture's blocks, held until they are copied.
        var blocks: ArraySlice<BlockIndex>
        let end = ContinuousClock.now + SnapshotKeeper.patience
    }

    /// How long a disk may show no progress before the engine goes on without it.
    static let patience = Duration.seconds(5)
    /// Bytes copied between two steps that somebody waits for: about a millisecond.
    static let copyByteCount = 8 << 20
    /// Segments that wait to be copied; more are dropped.
    static let copyingLimit = 16
    /// New blocks that are worth writing before the answer is complete; fewer wait for the answer's end.
    static let earlyBlockCount = 8

    let store: SnapshotStore
    let cache: any BlockTransferring
    var restorations: [Restoration] = []
    var copying: [Copying] = []
    var uses: [JobID: SnapshotUse] = [:]
    /// Seconds that a row of a prompt takes, as it was lately.
    var rowSeconds: Double?
    /// Prompt tokens that came from the disk.
    private(set) var restoredTokenCount = 0
    /// Whether the store has said whose prompts it has.
    private var isConfirmed = false

    /// Opens the store for a model, or nothing when its blocks can't be carried away or there are no threads.
    ///
    /// - Parameter onChange: Wakes the loop; called from any thread.
    init?(_ source: SnapshotSource, _ executor: any StepExecuting, onChange: @escaping @Sendable () -> Void) {
        guard let cache = executor as? any BlockTransferring else { return nil }
        let identity = cache.cacheIdentity
        do {
            store = try SnapshotStore(
                options: source.options,
                blockLength: executor.blockLength,
                blockByteCount: cache.blockByteCount,
                fingerprint: { source.fingerprint(identity, $0) },
                claim: source.options.pack?.fingerprint(identity),
                onChange: onChange
            )
        } catch {
            source.options.onWarning?("Snapshots are off: \(error)")
            return nil
        }
        self.cache = cache
    }

    /// Whether blocks are held that nobody computes with.
    var isHolding: Bool { !copying.isEmpty || restorations.contains { !$0.held.isEmpty } }

    /// Whether something goes on when time passes.
    var isWaiting: Bool { !copying.isEmpty || !restorations.isEmpty }

    /// Blocks to copy between two steps.
    private func blockBudget(isBusy: Bool) -> Int {
        isBusy ? max(1, Self.copyByteCount / max(1, cache.blockByteCount)) : Int.max
    }

    // MARK: Restoring

    /// Takes note of a job, and looks whether the disk knows more of its prompt than the cache does.
    ///
    /// - Returns: Whether the job is to begin later, when ``advance(_:isBusy:)`` names it.
    func accept(_ use: SnapshotUse, of job: JobID, _ scheduler: inout Scheduler) -> Bool {
        uses[job] = use
        let limit = (use.prompt.count - 1) / scheduler.pool.blockLength
        guard limit > 0 else { return false }
        var restoration = Restoration(job: job, prompt: use.prompt)
        switch store.phase {
        case .off, .opening(isEmpty: true): return false
        case .opening(isEmpty: false):
            // A pack is open in a moment.
            guard use.prompt.count >= store.options.minimumTokenCount || store.options.pack != nil else { return false }
        case .ready:
            guard begin(&restoration, &scheduler) else { return false }
        }
        restorations.append(restoration)
        return true
    }

    /// Begins to read what the disk has; false when it adds nothing.
    private func begin(_ restoration: inout Restoration, _ scheduler: inout Scheduler) -> Bool {
        let prompt = restoration.prompt[...]
        // The last token is always computed: its logits are what the prompt is for.
        let limit = (prompt.count - 1) / scheduler.pool.blockLength
        let known = scheduler.pool.find(prefixOf: prompt, limit: limit).count
        guard let match = store.match(prompt, inMemory: known, limit: limit),
            known + match.blockCount <= scheduler.spareBlockCount
        else { return false }
        (restoration.held, restoration.content) = scheduler.pool.reuse(prefixOf: prompt, limit: known)
        restoration.stage = .reading(store.read(match))
        return true
    }

    /// Puts blocks that have come into the cache.
    ///
    /// - Parameter isBusy: Whether somebody waits for the next step.
    /// - Returns: Jobs that are to begin now.
    func advance(_ scheduler: inout Scheduler, isBusy: Bool) -> [JobID] {
        guard !restorations.isEmpty else { return [] }
        var budget = blockBudget(isBusy: isBusy)
        var ready: [JobID] = []
        for index in restorations.indices {
            if advance(&restorations[index], &scheduler, &budget) {
                release(restorations[index], &scheduler)
                ready.append(restorations[index].job)
            }
        }
        restorations.removeAll { ready.contains($0.job) }
        return ready
    }

    /// Takes one job further; true when it is to begin.
    private func advance(_ restoration: inout Restoration, _ scheduler: inout Scheduler, _ budget: inout Int) -> Bool {
        if restoration.patienceEnd < .now {
            if case .reading(let read) = restoration.stage { read.cancel() }
            return true
        }
        guard case .reading(let read) = restoration.stage else {
            if case .opening(isEmpty: false) = store.phase { return false }
            return store.phase != .ready || !begin(&restoration, &scheduler)
        }
        let (blocks, isLast) = read.take(limit: budget)
        budget -= blocks.count
        for bytes in blocks where !place(bytes, &restoration, &scheduler) {
            read.cancel()
            return true
        }
        if !blocks.isEmpty { restoration.patienceEnd = .now + Self.patience }
        return isLast
    }

    /// Puts the next block's content into the cache; false when there is no room.
    private func place(_ bytes: [UInt8], _ restoration: inout Restoration, _ scheduler: inout Scheduler) -> Bool {
        guard scheduler.spareBlockCount > 0, let block = scheduler.pool.allocate() else { return false }
        bytes.withUnsafeBytes { cache.importBlock(block, from: $0) }
        let length = scheduler.pool.blockLength
        let start = restoration.held.count * length
        restoration.content = scheduler.pool.seal(
            block,
            after: restoration.content,
            tokens: restoration.prompt[start..<(start + length)]
        )
        restoration.held.append(block)
        restoredTokenCount += length
        return true
    }

    /// Leaves a prompt's blocks to whoever finds them, the job first.
    private func release(_ restoration: Restoration, _ scheduler: inout Scheduler) {
        // The end first: what is older in the list goes first when room is needed, and a beginning is worth more.
        for block in restoration.held.reversed() { scheduler.pool.release(block) }
    }

    /// Gives back all that is held, because the engine needs it now; names the jobs that are to begin as they are.
    func yield(_ scheduler: inout Scheduler) -> [JobID] {
        drop(&scheduler)
        let ended = restorations
        restorations = []
        for restoration in ended {
            if case .reading(let read) = restoration.stage { read.cancel() }
            release(restoration, &scheduler)
        }
        return ended.map(\.job)
    }

    /// Whether what came from the disk is this model's; false once, when it turns out that it is not.
    ///
    /// Waits, before the first answer that rests on it, for the model file's last bytes, which that answer needs anyway.
    func confirm() -> Bool {
        guard restoredTokenCount > 0, !isConfirmed else { return true }
        isConfirmed = true
        return store.confirm()
    }

    /// Takes note that a job ended, begun or not.
    func forget(_ job: JobID, _ scheduler: inout Scheduler) {
        uses[job] = nil
        guard let index = restorations.firstIndex(where: { $0.job == job }) else { return }
        let restoration = restorations.remove(at: index)
        if case .reading(let read) = restoration.stage { read.cancel() }
        release(restoration, &scheduler)
    }
}

extension Scheduler {
    /// Blocks that may be taken without anybody who runs missing them soon.
    var spareBlockCount: Int { freeBlockCount - running.count }
}
