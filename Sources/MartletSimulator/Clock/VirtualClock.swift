import Synchronization

/// The simulator's clock: it goes with real time and can be turned forward, or stands still until it is turned.
///
/// Whoever sleeps on it wakes when the clock gets there, however that happens, so that hours pass in a test in milliseconds.
public final class VirtualClock: Sendable {
    private struct State {
        var isManual: Bool
        /// What the clock showed at `anchor`.
        var shown: SimulatedDate
        var anchor: ContinuousClock.Instant

        var now: SimulatedDate { isManual ? shown : shown + (.now - anchor) }
    }

    private let state: Mutex<State>
    private let signal = ChangeSignal()

    /// Makes a clock that shows `start`.
    /// - Parameter isManual: Whether it stands still until it is turned.
    public init(start: SimulatedDate, isManual: Bool = false) {
        state = Mutex(State(isManual: isManual, shown: start, anchor: .now))
    }

    /// What it shows.
    public var now: SimulatedDate { state.withLock { $0.now } }

    /// Whether it stands still until it is turned.
    public var isManual: Bool {
        get { state.withLock { $0.isManual } }
        set {
            state.withLock { state in
                state = State(isManual: newValue, shown: state.now, anchor: .now)
            }
            signal.notify()
        }
    }

    /// Turns the clock forward; it never goes back.
    public func advance(by duration: Duration) {
        state.withLock { state in
            state = State(isManual: state.isManual, shown: state.now + max(duration, .zero), anchor: .now)
        }
        signal.notify()
    }

    /// Sleeps until the clock shows `date`.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(until date: SimulatedDate) async throws {
        while true {
            try Task.checkCancellation()
            let count = signal.count
            let left = date - now
            guard left > .zero else { return }
            await signal.wait(after: count, timeout: isManual ? nil : left)
        }
    }
}
