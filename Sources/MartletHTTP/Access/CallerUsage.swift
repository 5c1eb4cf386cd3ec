/// What one caller uses of its limits: a state machine without a clock.
package struct CallerUsage: Sendable, Hashable {
    /// The limit that a request would break.
    package enum Limit: String, Sendable, Hashable, CaseIterable {
        case requestsPerMinute = "requests_per_minute"
        case tokensPerMinute = "tokens_per_minute"
        case tokensPerDay = "tokens_per_day"
        case concurrentRequests = "concurrent_requests"
    }

    /// The answer to a request.
    package enum Admission: Sendable, Hashable {
        /// It may begin.
        case admitted
        /// It may not, and after this time it might.
        case refused(Limit, retryAfter: Duration)
    }

    /// The limits that are kept.
    package private(set) var limits: CallerLimits
    private var requests: TokenBucket?
    private var minuteTokens: TokenBucket?
    private var dayTokens: TokenBucket?
    /// Generations that run.
    package private(set) var activeCount = 0

    /// Begins with nothing used.
    package init(limits: CallerLimits, at now: Duration) {
        self.limits = limits
        requests = limits.requestsPerMinute.map { TokenBucket(capacity: $0, per: .seconds(60), at: now) }
        minuteTokens = limits.tokensPerMinute.map { TokenBucket(capacity: $0, per: .seconds(60), at: now) }
        dayTokens = limits.tokensPerDay.map { TokenBucket(capacity: $0, per: .seconds(86_400), at: now) }
    }

    /// Goes on with other limits; what runs still counts, the buckets are full again.
    package mutating func change(to limits: CallerLimits, at now: Duration) {
        guard limits != self.limits else { return }
        let activeCount = activeCount
        self = CallerUsage(limits: limits, at: now)
        self.activeCount = activeCount
    }

    /// Lets a generation of about `tokenCount` tokens begin, or says why not; only an admitted one uses anything.
    package mutating func admit(tokenCount: Int, at now: Duration) -> Admission {
        let tokens = Double(tokenCount)
        if let limit = limits.concurrentRequests, activeCount >= limit {
            return .refused(.concurrentRequests, retryAfter: .seconds(1))
        }
        let waits: [(Limit, Duration?)] = [
            (.requestsPerMinute, requests?.wait(for: 1, at: now)),
            (.tokensPerMinute, minuteTokens?.wait(for: tokens, at: now)),
            (.tokensPerDay, dayTokens?.wait(for: tokens, at: now)),
        ]
        let longest = waits.compactMap { limit, wait in wait.map { (limit, $0) } }.max { $0.1 < $1.1 }
        if let (limit, wait) = longest, wait > .zero { return .refused(limit, retryAfter: wait) }
        requests?.take(1, at: now)
        minuteTokens?.take(tokens, at: now)
        dayTokens?.take(tokens, at: now)
        activeCount += 1
        return .admitted
    }

    /// Ends a generation that was admitted with `estimate` tokens and used `used`.
    package mutating func finish(estimate: Int, used: Int, at now: Duration) {
        precondition(activeCount > 0, "a generation ends that never began")
        activeCount -= 1
        minuteTokens?.take(Double(used - estimate), at: now)
        dayTokens?.take(Double(used - estimate), at: now)
    }

    /// The `x-ratelimit-…` fields, without their prefix: `limit-requests`, `remaining-requests`, `reset-requests`, and the
    /// same for tokens; those of the day only where no others are set.
    package mutating func headers(at now: Duration) -> [(name: String, value: String)] {
        var fields: [(String, String)] = []
        func add(_ kind: String, _ bucket: inout TokenBucket?) {
            guard let capacity = bucket?.capacity else { return }
            fields.append(("limit-\(kind)", "\(Int(capacity))"))
            fields.append(("remaining-\(kind)", "\(bucket?.remaining(at: now) ?? 0)"))
            fields.append(("reset-\(kind)", (bucket?.timeToFull(at: now) ?? .zero).shortText))
        }
        add("requests", &requests)
        if minuteTokens != nil { add("tokens", &minuteTokens) } else { add("tokens", &dayTokens) }
        return fields
    }
}

extension Duration {
    /// The way that OpenAI writes durations in header fields: `20ms`, `1.5s`, `6m0s`, `23h59m1s`.
    package var shortText: String {
        let milliseconds = Int((self / .milliseconds(1)).rounded(.up))
        if milliseconds < 1000 { return "\(max(0, milliseconds))ms" }
        let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60)
        let rest = milliseconds % 60_000
        let fraction = rest % 1000
        var digits = fraction == 0 ? "" : "." + String(1000 + fraction).dropFirst()
        while digits.hasSuffix("0") { digits.removeLast() }
        let seconds = "\(rest / 1000)\(digits)s"
        if hours > 0 { return "\(hours)h\(minutes)m\(seconds)" }
        return minutes > 0 ? "\(minutes)m\(seconds)" : seconds
    }
}
