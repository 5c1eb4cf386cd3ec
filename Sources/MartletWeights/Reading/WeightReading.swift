internal import Dispatch
internal import Synchronization

/// The reading of a file's weights ahead of their use, in the order of use, by threads of its own.
///
/// Whoever needs a stage of the weights waits until that stage and all before it are there; the first layers of a prompt
/// are computed while later ones still come from the disk. Nothing is copied: bytes go to the system's page cache, which
/// the file's mapping shows.
public final class WeightReading: Sendable {
    /// Brings bytes of the file into memory; false when they were there before.
    package typealias ReadChunk = (Range<Int>) throws(GGUFError) -> Bool

    private struct State {
        var nextChunk = 0
        var isDone: [Bool]
        /// How many leading chunks are done.
        var doneCount = 0
        var waiters: [(need: Int, arrival: DispatchSemaphore)] = []
        var failure: GGUFError?
        var isCancelled = false
    }

    private let plan: ReadingPlan
    private let state: Mutex<State>
    /// How many of the plan's leading cells are there; `Int.max` when nothing more will come.
    private let mark = Atomic<Int>(0)
    private let onCell: (@Sendable (Int, Range<Int>) -> Void)?

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - plan: What is read.
    ///   - threadCount: Threads that read side by side; where the system gives none, nothing is read ahead.
    ///   - onCell: Called for each cell that wasn't there before, with its number and place.
    ///   - makeReader: Makes what reads; called on each thread.
    package init(
        _ plan: ReadingPlan,
        threadCount: Int,
        onCell: (@Sendable (Int, Range<Int>) -> Void)? = nil,
        makeReader: @escaping @Sendable () -> ReadChunk
    ) {
        self.plan = plan
        self.onCell = onCell
        state = Mutex(State(isDone: Array(repeating: false, count: plan.chunks.count)))
        guard !plan.chunks.isEmpty else {
            finish()
            return
        }
        var startedCount = 0
        for _ in 0..<max(1, min(threadCount, plan.chunks.count)) {
            let status = SystemThread.start(stackByteCount: 256 << 10) { [self] in run(makeReader()) }
            if status == 0 { startedCount += 1 }
        }
        if startedCount == 0 { finish() }
    }

    // MARK: Waiting

    /// Whether a stage and all before it are there; costs one load.
    public func isThere(_ stage: WeightStage) -> Bool { mark.load(ordering: .acquiring) >= plan.need(of: stage) }

    /// Whether nothing is left to wait for, because all is there or because no more will come.
    public var isOver: Bool { mark.load(ordering: .acquiring) == .max }

    /// Why no more comes; nil while nothing went wrong.
    public var failure: GGUFError? { isOver ? state.withLock { $0.failure } : nil }

    /// Waits until a stage and all before it are there.
    ///
    /// - Throws: The file's fault, such as `truncated`.
    public func wait(for stage: WeightStage) throws(GGUFError) {
        try wait(until: plan.need(of: stage))
    }

    /// Waits until all that is read ahead is there.
    ///
    /// - Throws: The file's fault, such as `truncated`.
    public func waitUntilOver() throws(GGUFError) {
        try wait(until: .max)
    }

    private func wait(until need: Int) throws(GGUFError) {
        if mark.load(ordering: .acquiring) < need {
            let arrival = state.withLock { state -> DispatchSemaphore? in
                guard mark.load(ordering: .relaxed) < need else { return nil }
                let arrival = DispatchSemaphore(value: 0)
                state.waiters.append((need, arrival))
                return arrival
            }
            arrival?.wait()
        }
        if let failure { throw failure }
    }

    /// Ends the reading after the chunks at hand.
    public func cancel() {
        state.withLock { $0.isCancelled = true }
        finish()
    }

    // MARK: Reading

    private func run(_ read: ReadChunk) {
        while let chunk = takeChunk() {
            do throws(GGUFError) {
                let cells = plan.chunks[chunk]
                let isNew = try read(plan.bytes(of: cells))
                if isNew, let onCell {
                    for cell in plan.cells[cells] { onCell(cell, plan.bytes(of: cell)) }
                }
                complete(chunk)
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
                return finish()
            }
        }
    }

    private func takeChunk() -> Int? {
        state.withLock { state in
            guard !state.isCancelled, state.failure == nil, state.nextChunk < plan.chunks.count else { return nil }
            defer { state.nextChunk += 1 }
            return state.nextChunk
        }
    }

    private func complete(_ chunk: Int) {
        let arrived = state.withLock { state -> [DispatchSemaphore] in
            state.isDone[chunk] = true
            let before = state.doneCount
            while state.doneCount < state.isDone.count, state.isDone[state.doneCount] { state.doneCount += 1 }
            guard state.doneCount > before, state.failure == nil else { return [] }
            let isAll = state.doneCount == plan.chunks.count
            let reached = isAll ? Int.max : plan.chunks[state.doneCount - 1].upperBound
            mark.store(reached, ordering: .releasing)
            defer { state.waiters.removeAll { $0.need <= reached } }
            return state.waiters.filter { $0.need <= reached }.map(\.arrival)
        }
        for arrival in arrived { arrival.signal() }
    }

    /// Lets everybody go on: nothing more will come.
    private func finish() {
        let arrived = state.withLock { state in
            mark.store(.max, ordering: .releasing)
            defer { state.waiters = [] }
            return state.waiters.map(\.arrival)
        }
        for arrival in arrived { arrival.signal() }
    }
}
