import MartletHTTP
import Testing

@Suite("What a caller uses of its limits")
struct CallerUsageTests {
    private enum Step {
        case admit(Int, at: Double)
        case refuse(Int, at: Double, CallerUsage.Limit, after: Double)
        case finish(estimate: Int, used: Int, at: Double)
    }

    private func play(_ limits: CallerLimits, _ steps: [Step]) {
        var usage = CallerUsage(limits: limits, at: .zero)
        for (index, step) in steps.enumerated() {
            switch step {
            case .admit(let tokens, let time):
                #expect(usage.admit(tokenCount: tokens, at: .seconds(time)) == .admitted, "step \(index)")
            case .refuse(let tokens, let time, let limit, let after):
                guard case .refused(limit, let retryAfter) = usage.admit(tokenCount: tokens, at: .seconds(time)) else {
                    Issue.record("step \(index) was not refused for \(limit)")
                    continue
                }
                #expect(abs(retryAfter / .seconds(1) - after) < 0.001, "step \(index)")
            case .finish(let estimate, let used, let time):
                usage.finish(estimate: estimate, used: used, at: .seconds(time))
            }
        }
    }

    @Test("lets everything through without limits")
    func unlimited() {
        play(CallerLimits(), (0..<1000).map { .admit($0 * 1_000_000, at: 0) })
    }

    @Test("refuses requests over the limit of a minute, and lets one through as soon as there is room")
    func requests() {
        play(
            CallerLimits(requestsPerMinute: 3),
            [
                .admit(0, at: 0), .admit(0, at: 0), .admit(0, at: 0),
                .refuse(0, at: 0, .requestsPerMinute, after: 20), .refuse(0, at: 15, .requestsPerMinute, after: 5),
                .admit(0, at: 20), .refuse(0, at: 20, .requestsPerMinute, after: 20),
                // A long rest fills the bucket once, not more.
                .admit(0, at: 500), .admit(0, at: 500), .admit(0, at: 500),
                .refuse(0, at: 500, .requestsPerMinute, after: 20),
            ]
        )
    }

    @Test("takes the estimate at once and corrects it at the end")
    func correction() {
        play(
            CallerLimits(tokensPerMinute: 600),
            [
                .admit(500, at: 0), .refuse(200, at: 0, .tokensPerMinute, after: 10),
                .finish(estimate: 500, used: 100, at: 0), .admit(200, at: 0),
                // More than was thought is owed.
                .finish(estimate: 200, used: 1100, at: 0), .refuse(1, at: 0, .tokensPerMinute, after: 60.1),
                .admit(1, at: 61),
            ]
        )
    }

    @Test("lets a request through that is larger than the limit, when nothing else was used")
    func oversized() {
        play(
            CallerLimits(tokensPerMinute: 60),
            [.admit(6000, at: 0), .refuse(1, at: 60, .tokensPerMinute, after: 5881), .admit(60, at: 6000)]
        )
    }

    @Test("keeps the day's limit beside the minute's, and names the one that lasts longest")
    func day() {
        play(
            CallerLimits(tokensPerMinute: 60, tokensPerDay: 86_400),
            [.admit(86_400, at: 0), .refuse(60, at: 0, .tokensPerMinute, after: 86_400)]
        )
        play(
            CallerLimits(tokensPerDay: 864),
            [.admit(864, at: 0), .refuse(1, at: 0, .tokensPerDay, after: 100), .admit(1, at: 101)]
        )
    }

    @Test("counts what runs at the same time, and a refused request uses nothing")
    func concurrency() {
        play(
            CallerLimits(requestsPerMinute: 3, concurrentRequests: 2),
            [
                .admit(0, at: 0), .admit(0, at: 0), .refuse(0, at: 0, .concurrentRequests, after: 1),
                .finish(estimate: 0, used: 0, at: 0), .admit(0, at: 0), .finish(estimate: 0, used: 0, at: 0),
                .refuse(0, at: 0, .requestsPerMinute, after: 20),
            ]
        )
    }

    @Test("never fills when the clock goes back")
    func clock() {
        play(
            CallerLimits(requestsPerMinute: 1),
            [.admit(0, at: 100), .refuse(0, at: 50, .requestsPerMinute, after: 60), .admit(0, at: 160)]
        )
    }

    @Test("goes on with other limits without forgetting what runs")
    func change() {
        var usage = CallerUsage(limits: CallerLimits(concurrentRequests: 2), at: .zero)
        #expect(usage.admit(tokenCount: 0, at: .zero) == .admitted)
        usage.change(to: CallerLimits(concurrentRequests: 1), at: .zero)
        #expect(usage.admit(tokenCount: 0, at: .zero) == .refused(.concurrentRequests, retryAfter: .seconds(1)))
        usage.finish(estimate: 0, used: 0, at: .zero)
        #expect(usage.activeCount == 0)
    }

    @Test("says in header fields what is left")
    func headers() {
        var usage = CallerUsage(limits: CallerLimits(requestsPerMinute: 60, tokensPerMinute: 6000), at: .zero)
        _ = usage.admit(tokenCount: 3000, at: .zero)
        let fields = usage.headers(at: .zero).map { "\($0.name): \($0.value)" }
        #expect(
            fields == [
                "limit-requests: 60", "remaining-requests: 59", "reset-requests: 1s", "limit-tokens: 6000",
                "remaining-tokens: 3000", "reset-tokens: 30s",
            ]
        )
        var unlimited = CallerUsage(limits: CallerLimits(concurrentRequests: 1), at: .zero)
        #expect(unlimited.headers(at: .zero).isEmpty)
    }

    @Test(
        "writes durations as OpenAI does",
        arguments: [
            (0.0, "0ms"), (0.02, "20ms"), (0.0001, "1ms"), (1, "1s"), (1.5, "1.5s"), (59.999, "59.999s"), (60, "1m0s"),
            (360, "6m0s"), (86_341, "23h59m1s"), (3600.25, "1h0m0.25s"),
        ]
    )
    func durations(seconds: Double, text: String) {
        #expect(Duration.seconds(seconds).shortText == text)
    }
}
