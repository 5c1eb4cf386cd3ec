internal import Dispatch
internal import Synchronization

/// Jobs that one thread of its own does one after the other, for waiting on disks.
final class WorkQueue: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isClosed = false
    }

    /// What the queue and its thread both hold.
    private final class Shared: Sendable {
        let state = Mutex(State())
        let wakeUp = DispatchSemaphore(value: 0)

        func run() {
            while true {
                wakeUp.wait()
                let (jobs, isClosed) = state.withLock { state in
                    defer { state.jobs.removeAll() }
                    return (state.jobs, state.isClosed)
                }
                for job in jobs { job() }
                if isClosed { return }
            }
        }
    }

    private let shared = Shared()
    private let thread: DedicatedThread

    /// Starts the thread.
    ///
    /// - Parameter isBackground: Whether the thread gives way to all others.
    /// - Throws: ``EngineError/Code/unusableModel`` when the system gives no thread.
    init(isBackground: Bool) throws(EngineError) {
        thread = try DedicatedThread { [shared] in
            if isBackground { DedicatedThread.giveWay() }
            shared.run()
        }
    }

    deinit {
        close()
    }

    /// Adds a job; false when the queue is closed.
    @discardableResult
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = shared.state.withLock { state in
            if !state.isClosed { state.jobs.append(job) }
            return !state.isClosed
        }
        shared.wakeUp.signal()
        return isTaken
    }

    /// Takes no more jobs, and waits until those that it has are done, unless called by one of them.
    func close() {
        shared.state.withLock { $0.isClosed = true }
        shared.wakeUp.signal()
        thread.join()
    }
}
