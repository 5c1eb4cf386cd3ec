import HTTPTypes
import MartletCore
import Synchronization

/// The books of a server: what every caller uses of its limits, and what the metrics count.
public final class CallerLedger: TokenMetering {
    private let keys: KeyRing
    private let standardLimits: CallerLimits
    private let metrics: ServerMetrics
    private let now: @Sendable () -> Duration
    private let usages = Mutex<[String: CallerUsage]>([:])

    /// Opens the books.
    /// - Parameters:
    ///   - keys: Where each caller's own limits are.
    ///   - standardLimits: The limits of callers that have none of their own; each caller has its own count.
    ///   - now: The time, as a duration since any fixed instant.
    public init(
        keys: KeyRing,
        standardLimits: CallerLimits,
        metrics: ServerMetrics,
        now: @escaping @Sendable () -> Duration = CallerLedger.systemTime
    ) {
        self.keys = keys
        self.standardLimits = standardLimits
        self.metrics = metrics
        self.now = now
    }

    private static let start = ContinuousClock.now
    /// The time since the process first asked.
    @Sendable public static func systemTime() -> Duration { ContinuousClock.now - start }

    /// Lets work begin within its caller's limits.
    public func begin(
        _ work: MeteredWork,
        caller: Caller,
        model: String,
        estimatedTokenCount estimate: Int
    ) throws(APIError) -> GenerationLease {
        let limits = (keys.limits(of: caller.name) ?? CallerLimits()).filled(from: standardLimits)
        let time = now()
        let (admission, fields) = usages.withLock { usages in
            var usage = usages[caller.id] ?? CallerUsage(limits: limits, at: time)
            usage.change(to: limits, at: time)
            let admission = usage.admit(tokenCount: max(0, estimate), at: time)
            let fields = usage.headers(at: time)
            usages[caller.id] = usage
            return (admission, fields)
        }
        var headers = HTTPFields()
        for (name, value) in fields {
            guard let name = HTTPField.Name("x-ratelimit-" + name) else { continue }
            headers[name] = value
        }
        if case .refused(let limit, let retryAfter) = admission {
            metrics.noteRefusal(caller: caller.name, limit: limit.rawValue)
            throw .rateLimited(Self.explanation(limit, limits, retryAfter), retryAfter: retryAfter, headers: headers)
        }
        metrics.noteBegin(work, model: model)
        return GenerationLease(
            headers: headers,
            onFirstToken: { [metrics] duration in metrics.noteFirstToken(model: model, after: duration) },
            onEnd: { [self] outcome in
                end(outcome, caller: caller, estimate: max(0, estimate))
                switch work {
                case .generation: metrics.noteEnd(model: model, caller: caller.name, outcome)
                case .encoding:
                    metrics.noteEncoding(model: model, caller: caller.name, outcome, after: now() - time)
                }
            }
        )
    }

    private func end(_ outcome: GenerationLease.Outcome, caller: Caller, estimate: Int) {
        let used =
            switch outcome {
            case .settled(let usage, _), .released(let usage): usage.promptTokenCount + usage.generatedTokenCount
            case .encoded(let tokenCount, _): tokenCount
            }
        let time = now()
        usages.withLock { $0[caller.id]?.finish(estimate: estimate, used: used, at: time) }
    }

    private static func explanation(
        _ limit: CallerUsage.Limit,
        _ limits: CallerLimits,
        _ retryAfter: Duration
    ) -> String {
        let again = "Try again in \(retryAfter.shortText)."
        return switch limit {
        case .requestsPerMinute: "This key may begin \(limits.requestsPerMinute ?? 0) requests a minute. \(again)"
        case .tokensPerMinute: "This key may use \(limits.tokensPerMinute ?? 0) tokens a minute. \(again)"
        case .tokensPerDay: "This key may use \(limits.tokensPerDay ?? 0) tokens a day. \(again)"
        case .concurrentRequests:
            "This key may have \(limits.concurrentRequests ?? 0) requests under way. Wait for one of them to end."
        }
    }
}
