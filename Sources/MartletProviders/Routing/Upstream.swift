public import MartletCore
import Synchronization

/// A model that stands behind one or several names, and how it fares.
public final class Upstream: Sendable {
    /// Its name in the configuration and in messages.
    public let name: String
    /// The model.
    public let model: any LanguageModel
    private let maximumConcurrentRequestCount: Int
    private let state: Mutex<State>

    private struct State {
        var breaker: CircuitBreaker
        var activeCount = 0
        var wait = WaitEstimate()
    }

    /// Makes an upstream.
    ///
    /// - Parameter maximumConcurrentRequestCount: Requests that it gets at the same time, at least 1; others go elsewhere.
    public convenience init(name: String, model: any LanguageModel, maximumConcurrentRequestCount: Int = .max) {
        self.init(
            name: name,
            model: model,
            maximumConcurrentRequestCount: maximumConcurrentRequestCount,
            breaker: CircuitBreaker()
        )
    }

    package init(
        name: String,
        model: any LanguageModel,
        maximumConcurrentRequestCount: Int,
        breaker: CircuitBreaker
    ) {
        precondition(maximumConcurrentRequestCount >= 1)
        self.name = name
        self.model = model
        self.maximumConcurrentRequestCount = maximumConcurrentRequestCount
        state = Mutex(State(breaker: breaker))
    }

    /// How it fares at the moment.
    public var health: UpstreamHealth {
        let now = ContinuousClock.now
        let wait = estimateWait()
        return state.withLock { state in
            let condition: UpstreamHealth.Condition =
                switch state.breaker.state {
                case .closed(let count): .healthy(failureCount: count)
                case .open(let until, _): .resting(for: max(.zero, until - now))
                case .halfOpen: .onTrial
                }
            return UpstreamHealth(
                name: name,
                isLocal: model.information.isLocal,
                condition: condition,
                activeRequestCount: state.activeCount,
                estimatedWait: wait
            )
        }
    }

    /// What the plan needs to know.
    func candidate(at now: ContinuousClock.Instant) -> RoutePlan.Candidate {
        let wait = estimateWait()
        return state.withLock { state in
            RoutePlan.Candidate(
                isLocal: model.information.isLocal,
                isHealthy: state.breaker.wouldAdmit(at: now),
                hasRoom: state.activeCount < maximumConcurrentRequestCount,
                estimatedWait: wait
            )
        }
    }

    private func estimateWait() -> Duration? {
        guard model.information.isLocal, let observed = model as? any ModelObserving else { return nil }
        let statistics = observed.statistics
        return state.withLock { $0.wait.update(statistics) }
    }

    /// A place among the concurrent requests, or nil where there is none any more.
    func acquire() -> Permit? {
        let now = ContinuousClock.now
        let isAdmitted = state.withLock { state in
            guard state.activeCount < maximumConcurrentRequestCount, state.breaker.admit(at: now) else { return false }
            state.activeCount += 1
            return true
        }
        return isAdmitted ? Permit(self) : nil
    }

    /// A request's place; given back when nobody holds it any more.
    final class Permit: Sendable {
        private let upstream: Upstream
        private let isSettled = Mutex(false)

        fileprivate init(_ upstream: Upstream) {
            self.upstream = upstream
        }

        deinit {
            settle { $0.noteAbandoned(at: .now) }
        }

        /// The request ended well.
        func succeed() {
            settle { $0.noteSuccess() }
        }

        /// The request failed.
        func fail(_ verdict: RoutePlan.Verdict) {
            settle { breaker in
                switch verdict {
                case .healthy: breaker.noteSuccess()
                case .failed(let rest): breaker.noteFailure(at: .now, requestedRest: rest)
                case .unknown: breaker.noteAbandoned(at: .now)
                }
            }
        }

        private func settle(_ note: (inout CircuitBreaker) -> Void) {
            let isFirst = isSettled.withLock { settled in
                defer { settled = true }
                return !settled
            }
            guard isFirst else { return }
            upstream.state.withLock { state in
                state.activeCount -= 1
                note(&state.breaker)
            }
        }
    }
}

/// How an upstream fares, for people and metrics.
public struct UpstreamHealth: Sendable, Hashable {
    /// Whether requests reach it.
    public enum Condition: Sendable, Hashable {
        /// They do; so many failed in a row.
        case healthy(failureCount: Int)
        /// They don't for so long.
        case resting(for: Duration)
        /// One does, to find out.
        case onTrial
    }

    /// Its name in the configuration.
    public var name: String
    /// Whether it runs in this process.
    public var isLocal: Bool
    /// Whether requests reach it.
    public var condition: Condition
    /// Requests that it is at.
    public var activeRequestCount: Int
    /// How long a request would wait; nil is not known.
    public var estimatedWait: Duration?
}
