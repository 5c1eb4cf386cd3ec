internal import Dispatch
internal import MartletCore
internal import Synchronization

/// What reads prepared texts on a thread of its own; confined to that thread.
protocol TextReading {
    /// Tokens that are read together at most, though one text always goes.
    var rowLimit: Int { get }
    /// Texts that are read together at most.
    var textLimit: Int { get }

    /// The values of each text.
    ///
    /// - Throws: What makes all of them fail, such as a damaged file.
    func read(_ texts: [PreparedText]) throws -> [Result<[Float], any Error>]
}

/// Reads texts on one thread of its own, batch after batch.
///
/// Requests, cancellations and deadlines are seen between batches; who waits holds no thread.
final class ReadingLoop: Sendable {
    /// What the loop's thread and its owner both hold.
    private final class Desk: Sendable {
        enum Phase { case open, draining, closed }

        struct State {
            var schedule: ReadingSchedule
            var phase = Phase.open
        }

        let state: Mutex<State>
        let wakeUp = DispatchSemaphore(value: 0)

        init(cache: VectorCache) {
            state = Mutex(State(schedule: ReadingSchedule(cache: cache)))
        }

        /// Runs until the end.
        func run(_ reader: any TextReading) {
            while true {
                let (batch, outcomes, isOver) = state.withLock { state in
                    let outcomes = state.schedule.expire(at: .now)
                    let batch = state.schedule.nextBatch(rowLimit: reader.rowLimit, textLimit: reader.textLimit)
                    let isOver = state.phase != .open && state.schedule.isEmpty
                    return (batch, outcomes, isOver)
                }
                for outcome in outcomes { outcome.tell() }
                if !batch.isEmpty {
                    read(batch, with: reader)
                } else if isOver {
                    return
                } else {
                    wakeUp.wait()
                }
            }
        }

        private func read(_ batch: ReadingSchedule.Batch, with reader: any TextReading) {
            let start = ContinuousClock.now
            let results = Result { try reader.read(batch.map(\.text)) }
            let named = batch.enumerated().map { index, item in
                let values = results.flatMap { $0[index] }
                return (
                    item.name,
                    values.map { ReadText(values: $0, tokenCount: item.text.tokens.count, isCut: item.text.isCut) }
                        .mapError { EngineError(reading: $0) as any Error }
                )
            }
            let outcomes = state.withLock { $0.schedule.finish(named, after: .now - start) }
            for outcome in outcomes { outcome.tell() }
        }
    }

    private let desk: Desk
    private let thread: DedicatedThread
    private let requestLimit: Int
    private let waitingTokenLimit: Int

    private init(_ desk: Desk, _ thread: DedicatedThread, requestLimit: Int, waitingTokenLimit: Int) {
        self.desk = desk
        self.thread = thread
        self.requestLimit = requestLimit
        self.waitingTokenLimit = waitingTokenLimit
    }

    deinit {
        close(draining: false)
    }

    /// Starts the thread, makes the reader on it and waits for that without holding a thread.
    ///
    /// - Parameter make: Makes the reader and says what it is; the cache's width comes with it.
    /// - Throws: What `make` throws, and ``EngineError/Code/unusableModel`` when the system gives no thread.
    static func start<Description: Sendable>(
        requestLimit: Int,
        waitingTokenLimit: Int,
        cacheByteCount: Int,
        make: @escaping @Sendable () throws -> (any TextReading, width: Int, Description)
    ) async throws -> (ReadingLoop, Description) {
        let ready = Ticket<(Desk, Description)>()
        let thread = try DedicatedThread {
            do {
                let (reader, width, description) = try make()
                let desk = Desk(cache: VectorCache(byteLimit: cacheByteCount, width: width))
                ready.resolve(.success((desk, description)))
                desk.run(reader)
            } catch {
                ready.resolve(.failure(error))
            }
        }
        let (desk, description) = try await ready.wait()
        let loop = ReadingLoop(
            desk,
            thread,
            requestLimit: max(1, requestLimit),
            waitingTokenLimit: max(1, waitingTokenLimit)
        )
        return (loop, description)
    }

    /// Remembered vectors; what is not remembered is missing.
    func find(_ names: [TextName]) -> [TextName: ReadText] {
        desk.state.withLock { $0.schedule.find(names) }
    }

    /// Takes note of a request that needs no reading, or of texts that need none.
    func noteFound(cacheHitCount: Int, sharedCount: Int, isWholeRequest: Bool) {
        desk.state.withLock {
            $0.schedule.noteFound(
                cacheHitCount: cacheHitCount,
                sharedCount: sharedCount,
                isWholeRequest: isWholeRequest
            )
        }
    }

    /// Reads texts, each of a name of its own.
    ///
    /// - Throws: ``EngineError`` or `CancellationError`.
    func read(
        _ texts: [(name: TextName, text: PreparedText)],
        owner: String?,
        deadline: ContinuousClock.Instant?
    ) async throws -> [TextName: ReadText] {
        let ticket = Ticket<[TextName: ReadText]>()
        let job = ReadingSchedule.Job(texts: texts, owner: owner, deadline: deadline, ticket: ticket)
        let tokenCount = texts.reduce(0) { $0 + $1.text.tokens.count }
        let (id, outcomes) = try desk.state.withLock { state throws(EngineError) in
            guard state.phase == .open else { throw EngineError.closedEngine }
            let counts = state.schedule.statistics
            let isFull = counts.liveRequestCount >= requestLimit
            let isTooMuch =
                counts.waitingTokenCount > 0 && counts.waitingTokenCount + tokenCount > waitingTokenLimit
            guard !isFull, !isTooMuch else {
                throw EngineError(
                    .busy,
                    isFull
                        ? "\(requestLimit) requests run or wait already"
                        : "\(counts.waitingTokenCount) tokens wait already",
                    remedy: "Try again later, or allow more waiting requests"
                )
            }
            return state.schedule.add(job)
        }
        for outcome in outcomes { outcome.tell() }
        desk.wakeUp.signal()
        return try await ticket.wait { [desk] in
            if let id { desk.state.withLock { $0.schedule.remove(id) } }
        }
    }

    /// The counts so far.
    var statistics: EmbeddingStatistics { desk.state.withLock { $0.schedule.statistics } }

    /// Ends the loop and waits for its thread, for no longer than a batch unless it drains.
    ///
    /// - Parameter draining: Whether requests that it has are answered; otherwise they fail as closed.
    func close(draining: Bool) {
        let outcomes = desk.state.withLock { state -> [ReadingSchedule.Outcome] in
            if state.phase != .closed { state.phase = draining ? .draining : .closed }
            return draining ? [] : state.schedule.failAll(EngineError.closedEngine)
        }
        for outcome in outcomes { outcome.tell() }
        desk.wakeUp.signal()
        thread.join()
    }
}

extension EngineError {
    static var deadlinePassed: EngineError {
        EngineError(.deadlinePassed, "the request's time is over", remedy: "Give it more time, or fewer texts")
    }

    /// A failure while texts were read.
    init(reading error: any Error) {
        self =
            error as? EngineError
            ?? EngineError(.stepFailed, "the model could not read the texts", remedy: "", underlying: error)
    }
}
