internal import CMartletKernels
internal import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Threads that run one job together, in lockstep: all start it, meet at barriers inside it, and finish it.
///
/// The calling thread is worker 0, so a team of one has no threads at all. Waiting is a short spin and then a park, so
/// that a core that another process took is given up rather than burnt. Nothing here allocates after `init`.
///
/// A team belongs to the thread that runs its jobs; its jobs never overlap.
public final class WorkerTeam {
    /// A job: gets its context, the worker's index and the team's state, which make a ``TeamMember``.
    ///
    /// A C function rather than a closure: nothing to allocate or to count.
    package typealias Job = @convention(c) (UnsafeMutableRawPointer, Int, UnsafeMutableRawPointer) -> Void

    /// Workers, the calling thread included.
    public let threadCount: Int
    private let state: UnsafeMutablePointer<TeamState>
    private var threads: [pthread_t] = []

    /// Starts `threadCount - 1` threads.
    ///
    /// - Throws: ``ModelError`` with `invalidOption` when the system refuses them or the count isn't in 1...256.
    public init(threadCount: Int) throws(ModelError) {
        guard (1...256).contains(threadCount) else {
            throw ModelError(
                .invalidOption,
                "\(threadCount) threads",
                remedy: "Ask for 1 to 256 threads; this process may use \(ProcessorCount.available) processors."
            )
        }
        self.threadCount = threadCount
        state = .allocate(capacity: 1)
        state.initialize(to: TeamState(threadCount: threadCount))
        for index in 1..<max(1, threadCount) {
            let start = UnsafeMutablePointer<ThreadStart>.allocate(capacity: 1)
            start.initialize(to: ThreadStart(member: TeamMember(index: index, state: state)))
            guard let thread = startThread(start) else {
                start.deinitialize(count: 1)
                start.deallocate()
                stop()
                throw ModelError(
                    .invalidOption,
                    "the system refused thread \(index) of \(threadCount)",
                    remedy: "Ask for fewer threads or raise the limit of processes."
                )
            }
            threads.append(thread)
        }
    }

    deinit {
        stop()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Runs `job` on every worker and returns when all have finished it.
    package func run(_ context: UnsafeMutableRawPointer, _ job: Job) {
        let member = TeamMember(index: 0, state: state)
        state.pointee.context = context
        state.pointee.job = job
        member.meet()
        job(context, 0, UnsafeMutableRawPointer(state))
        member.meet()
    }

    /// How often a worker has waited for longer than others take that have a processor each.
    package var longWaitCount: Int { state.pointee.barrier.longWaitCount() }

    /// Ends the threads that were started.
    private func stop() {
        state.pointee.job = nil
        if !threads.isEmpty {
            // A team that failed to start in full meets with those that are there.
            state.pointee.barrier.shrink(to: threads.count + 1)
            TeamMember(index: 0, state: state).meet()
        }
        for thread in threads { pthread_join(thread, nil) }
        threads = []
    }
}

/// What the workers of a team share.
struct TeamState: ~Copyable {
    var context: UnsafeMutableRawPointer?
    var job: WorkerTeam.Job?
    var barrier: Barrier
    let threadCount: Int

    init(threadCount: Int) {
        self.threadCount = threadCount
        barrier = Barrier(count: threadCount)
    }
}

/// One worker's view of its team.
package struct TeamMember {
    /// 0 for the calling thread.
    package let index: Int
    fileprivate let state: UnsafeMutablePointer<TeamState>

    fileprivate init(index: Int, state: UnsafeMutablePointer<TeamState>) {
        self.index = index
        self.state = state
    }

    /// What a job's second and third argument stand for.
    package init(index: Int, of team: UnsafeMutableRawPointer) {
        self.init(index: index, state: team.assumingMemoryBound(to: TeamState.self))
    }

    /// Workers in the team.
    package var count: Int { state.pointee.threadCount }

    /// Gives work to a team of this worker alone, whose units and meetings are nobody else's.
    ///
    /// The lone member keeps this one's index.
    package func withLoneMember(_ body: (TeamMember) -> Void) {
        Self.withLoneMember(index: index, body)
    }

    /// Gives work to a team of one, the worker of that number in another team.
    package static func withLoneMember(index: Int, _ body: (TeamMember) -> Void) {
        var state = TeamState(threadCount: 1)
        withUnsafeMutablePointer(to: &state) { body(TeamMember(index: index, state: $0)) }
    }

    /// Waits until every worker is here; everything written before is seen by all after.
    ///
    /// Also starts the next phase: its units of work are handed out from 0 again.
    @inline(__always)
    package func meet() {
        state.pointee.barrier.wait()
    }

    /// Takes the next unit of this phase; units beyond the phase's last mean that nothing is left.
    @inline(__always)
    package func takeUnit() -> Int {
        state.pointee.barrier.takeUnit()
    }

    /// Runs jobs until the team stops.
    fileprivate func serve() {
        while true {
            meet()
            guard let job = state.pointee.job, let context = state.pointee.context else { return }
            job(context, index, UnsafeMutableRawPointer(state))
            meet()
        }
    }
}

private struct ThreadStart {
    let member: TeamMember
}

private func startThread(_ start: UnsafeMutablePointer<ThreadStart>) -> pthread_t? {
    #if canImport(Darwin)
    var thread: pthread_t?
    let failed = pthread_create(&thread, nil, { serve($0) }, start)
    return failed == 0 ? thread : nil
    #else
    var thread = pthread_t()
    let failed = pthread_create(&thread, nil, { $0.flatMap { serve($0) } }, start)
    return failed == 0 ? thread : nil
    #endif
}

private func serve(_ raw: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let start = raw.assumingMemoryBound(to: ThreadStart.self)
    let member = start.move().member
    start.deallocate()
    member.serve()
    return nil
}
