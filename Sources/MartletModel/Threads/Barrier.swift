internal import CMartletKernels
internal import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A meeting point that can be used again and again, with a counter of work units between meetings.
///
/// The counters lie on cache lines of their own. A waiter spins for about `spinCount` pauses, tens of microseconds; then
/// it offers its processor to others `yieldCount` times, a millisecond or so; then it parks on a condition variable. The
/// last to arrive wakes the parked only when there are any.
///
/// Yielding before parking matters when another program keeps a processor busy: a parked thread is woken on the
/// processor of the one that wakes it, where both then take turns, while threads that stay runnable are spread out.
struct Barrier: ~Copyable {
    private static let spinCount = 4000
    private static let yieldCount = 2000

    /// Lines of 64 bytes: generation, arrivals, units, sleepers, long waits.
    private static let lineCount = 5
    private let lines: UnsafeMutableRawPointer
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var count: Int

    init(count: Int) {
        self.count = count
        lines = .allocate(byteCount: Self.lineCount * 64, alignment: 64)
        for line in 0..<Self.lineCount {
            (lines + line * 64).initializeMemory(as: Atomic<Int>.self, to: Atomic(0))
        }
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
        lines.deallocate()
    }

    private var generation: UnsafeMutablePointer<Atomic<Int>> { line(0) }
    private var arrivals: UnsafeMutablePointer<Atomic<Int>> { line(1) }
    private var units: UnsafeMutablePointer<Atomic<Int>> { line(2) }
    private var sleepers: UnsafeMutablePointer<Atomic<Int>> { line(3) }
    private var longWaits: UnsafeMutablePointer<Atomic<Int>> { line(4) }

    @inline(__always)
    private func line(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
        (lines + index * 64).assumingMemoryBound(to: Atomic<Int>.self)
    }

    /// Takes part with fewer from now on; only while nobody waits who isn't counted.
    mutating func shrink(to count: Int) {
        self.count = count
    }

    /// The next unit since the last meeting.
    @inline(__always)
    borrowing func takeUnit() -> Int {
        units.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// How often a waiter has spun in vain so far: somebody else has a processor of the team's.
    borrowing func longWaitCount() -> Int {
        longWaits.pointee.load(ordering: .relaxed)
    }

    /// Waits for the others.
    borrowing func wait() {
        let seen = generation.pointee.load(ordering: .relaxed)
        if arrivals.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == count {
            arrivals.pointee.store(0, ordering: .relaxed)
            units.pointee.store(0, ordering: .relaxed)
            // Sequentially consistent with `park`: either a parked waiter is seen here, or it sees the generation.
            generation.pointee.store(seen &+ 1, ordering: .sequentiallyConsistent)
            if sleepers.pointee.load(ordering: .sequentiallyConsistent) > 0 { wake() }
            return
        }
        for _ in 0..<Self.spinCount {
            if generation.pointee.load(ordering: .acquiring) != seen { return }
            martlet_pause()
        }
        longWaits.pointee.wrappingAdd(1, ordering: .relaxed)
        for _ in 0..<Self.yieldCount {
            if generation.pointee.load(ordering: .acquiring) != seen { return }
            sched_yield()
        }
        park(seen)
    }

    private borrowing func park(_ seen: Int) {
        pthread_mutex_lock(mutex)
        sleepers.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while generation.pointee.load(ordering: .sequentiallyConsistent) == seen {
            pthread_cond_wait(condition, mutex)
        }
        sleepers.pointee.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    private borrowing func wake() {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
