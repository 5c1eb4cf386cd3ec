public import MartletCore

/// Runs all steps of one model on one thread of its own.
///
/// Requests come through a bounded inbox; results leave through whatever each request carries. Cancellation, deadlines
/// and new requests are seen before every step.
public final class EngineLoop: Sendable {
    /// Makes what the loop drives; called once, on the loop's thread.
    public typealias MakeExecutor = @Sendable () throws -> any StepExecuting

    private let inbox: Inbox
    private let thread: DedicatedThread
    private let start: Promise<Void>
    private let board: StatisticsBoard
    private let store: Promise<SnapshotStore?>

    /// Starts the thread, on which the model is then made.
    ///
    /// - Parameters:
    ///   - prefillRowCount: Rows of prompts in a step at most: what may pass before a cancellation is seen. Steps in which
    ///     answers go on have fewer; see ``StepPacer``.
    ///   - requestLimit: Requests that run and wait together at most.
    ///   - snapshots: Where prompts are kept on disk, for a model whose blocks can be carried away.
    ///   - makeExecutor: Makes the model.
    /// - Throws: ``EngineError/Code/unusableModel`` when the system gives no thread.
    public init(
        prefillRowCount: Int,
        requestLimit: Int,
        snapshots: SnapshotSource? = nil,
        makeExecutor: @escaping MakeExecutor
    ) throws(EngineError) {
        let inbox = Inbox(limit: requestLimit)
        let start = Promise<Void>()
        self.inbox = inbox
        self.start = start
        let board = StatisticsBoard()
        self.board = board
        let store = Promise<SnapshotStore?>()
        self.store = store
        thread = try DedicatedThread {
            do {
                let executor = try makeExecutor()
                let pool = BlockPool(blockCount: executor.blockCount, blockLength: executor.blockLength)
                let limits = Scheduler.Limits(
                    rowCount: executor.maximumRowCount,
                    prefillRowCount: prefillRowCount,
                    logitRowCount: executor.maximumLogitRowCount
                )
                let keeper = snapshots.flatMap { SnapshotKeeper($0, executor) { inbox.wake() } }
                store.set(.success(keeper?.store))
                let engine = EngineState(
                    executor: executor,
                    scheduler: Scheduler(pool: pool, limits: limits),
                    board: board,
                    keeper: keeper
                )
                start.set(.success(()))
                engine.run(inbox)
            } catch {
                inbox.close(.cancelling)
                for request in inbox.take().requests { request.reject(error) }
                store.set(.failure(error))
                start.set(.failure(error))
            }
        }
    }

    /// Waits until the model is made.
    ///
    /// - Throws: What making it threw.
    public func waitUntilReady() throws {
        try start.get()
    }

    deinit {
        close(draining: false)
    }

    /// Hands a request over.
    ///
    /// - Throws: ``EngineError/Code/busy`` when the limit is reached, ``EngineError/Code/closed`` after the end.
    public func submit(_ request: any EngineRequest) throws(EngineError) {
        try inbox.submit(request)
    }

    /// The counts so far; cheap, callable from any thread.
    public var statistics: ModelStatistics {
        var statistics = board.statistics
        statistics.waitingRequestCount = max(0, inbox.liveCount - statistics.activeRequestCount)
        if let snapshots = snapshotStore?.statistics {
            statistics.snapshotWriteCount = snapshots.writeCount
            statistics.snapshotReadCount = snapshots.readCount
            statistics.snapshotFailureCount = snapshots.failureCount
        }
        return statistics
    }

    /// What is kept on disk; nil where nothing is, or before the model is made.
    package var snapshotStore: SnapshotStore? { store.valueIfSet.flatMap { $0 } }

    /// Makes the loop look at cancellations now, should it be asleep.
    public func wake() {
        inbox.wake()
    }

    /// Ends the loop and waits for its thread, unless called on that thread.
    ///
    /// - Parameter draining: Whether requests that it has are finished; otherwise they end as cancelled.
    public func close(draining: Bool) {
        inbox.close(draining ? .draining : .cancelling)
        thread.join()
    }
}
