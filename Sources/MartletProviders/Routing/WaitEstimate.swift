package import MartletCore

/// How long a request would wait for a local model, from the model's own counts.
///
/// The engine computes all its sequences in common steps, so the time that it spends in steps for each request that ends is
/// what each waiting request costs those behind it, however many run at once.
package struct WaitEstimate: Sendable, Hashable {
    private var last: (finished: Int, busy: Duration)?
    private var secondsPerRequest: Double?

    package init() {}

    /// Looks at the counts and says how long a request that comes now would wait.
    ///
    /// - Returns: nil as long as no request has ended that could be measured.
    package mutating func update(_ statistics: ModelStatistics) -> Duration? {
        let now = (finished: statistics.finishedRequestCount, busy: statistics.stepDuration)
        if let last {
            let ended = now.finished - last.finished
            if ended > 0 {
                let seconds = (now.busy - last.busy) / .seconds(1) / Double(ended)
                // The recent ones count most; one odd request doesn't turn everything round.
                secondsPerRequest = secondsPerRequest.map { $0 * 0.7 + max(0, seconds) * 0.3 } ?? max(0, seconds)
                self.last = now
            }
        } else {
            if now.finished > 0 { secondsPerRequest = now.busy / .seconds(1) / Double(now.finished) }
            last = now
        }
        return secondsPerRequest.map { .seconds($0 * Double(statistics.waitingRequestCount)) }
    }

    package static func == (left: WaitEstimate, right: WaitEstimate) -> Bool {
        left.secondsPerRequest == right.secondsPerRequest && left.last?.finished == right.last?.finished
            && left.last?.busy == right.last?.busy
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(secondsPerRequest)
        hasher.combine(last?.finished)
    }
}
