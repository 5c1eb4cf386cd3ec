import MartletCost
import Testing

@Suite("What it costs")
struct CostTests {
    private func near(_ value: Double, _ wanted: Double) -> Bool { abs(value - wanted) <= 0.001 * abs(wanted) }

    private let gpt35 = HostedOffer(name: "gpt-3.5-turbo", input: 0.5, output: 1.5)

    @Test("reckons the published figures, and corrects the wrong ones")
    func published() {
        let computed = Dictionary(
            uniqueKeysWithValues: PublishedClaim.all.map { ("\($0.source): \($0.claim)", $0) }
        )
        func claim(_ source: String, _ words: String) -> PublishedClaim? {
            computed.first { $0.key.hasPrefix(source) && $0.key.contains(words) }?.value
        }
        #expect(near(claim("Telegram", "one answer")?.computed ?? 0, 322.27))
        #expect(claim("Telegram", "free answers")?.computed == 1212)
        #expect(near(claim("Telegram", "5,000")?.computed ?? 0, 20.83))
        #expect(claim("Comparison", "free answers")?.computed == 1212)
        #expect(claim("Comparison", "free answers")?.stands == false)
        #expect(near(claim("Comparison", "5,000 answers")?.computed ?? 0, 43.33))
        #expect(claim("Comparison", "5 s at 1 GB")?.computed == 80_000)
        #expect(near(claim("Comparison", "80,000 requests of 200")?.computed ?? 0, 16))
        #expect(claim("Comparison", "80,000 requests of 200")?.stands == false)
        #expect(near(claim("Embeddings", "one request")?.computed ?? 0, 0.0008002))
        #expect(near(claim("Embeddings", "cold start")?.computed ?? 0, 0.02))
        #expect(claim("Embeddings", "free requests")?.computed == 6666)
    }

    private static let rows: [(memory: Int, seconds: Double, free: Double, beyond: Double)] = [
        (5500, 55, 1354, 0.003939), (6144, 19.5, 3418, 0.00156), (10_240, 14.2, 2816, 0.001893),
        (4096, 14.7, 6802, 0.000784), (3072, 7.4, 18_018, 0.000296), (2048, 3.8, 52_631, 0.0001013),
    ]

    @Test("gives free answers and the price beyond them for a set-up", arguments: rows.indices)
    func functions(index: Int) throws {
        let row = Self.rows[index]
        let function = LambdaFunction(memoryMegabytes: row.memory)
        let bill = LambdaBill(function, Workload(messageCount: 1, secondsPerMessage: row.seconds))
        #expect(try #require(bill.freeMessageCount) == row.free)
        #expect(bill.total == 0)
        let beyond = LambdaBill(
            function,
            Workload(messageCount: 1000, secondsPerMessage: row.seconds),
            includesFreeTier: false
        )
        #expect(abs(beyond.running / 1000 - row.beyond) < 0.002 * row.beyond)
        #expect(near(beyond.requests, 1000 * 0.0000002))
    }

    @Test("knows the gigabyte-seconds at which a hosted model costs the same")
    func gigabyteSeconds() {
        let workload = Workload(messageCount: 1, secondsPerMessage: 1)
        let offers: [(HostedOffer, Double)] = [
            (gpt35, 15.0), (HostedOffer(name: "4o-mini", input: 0.15, output: 0.6), 5.62),
            (HostedOffer(name: "4.1-nano", input: 0.1, output: 0.4), 3.75),
            (HostedOffer(name: "5-nano", input: 0.05, output: 0.4), 3.375),
            (HostedOffer(name: "5-mini", input: 0.25, output: 2), 16.875),
        ]
        for (offer, wanted) in offers {
            #expect(abs(BreakEven.gigabyteSeconds(.arm64, offer, workload) - wanted) < 0.01)
        }
    }

    @Test("finds the number of messages from which on a hosted model is cheaper")
    func breakEven() throws {
        let function = LambdaFunction(memoryMegabytes: 6144)
        let workload = Workload(messageCount: 5000, secondsPerMessage: 19.5)
        guard case .functionUpTo(let count) = BreakEven(function, gpt35, workload) else {
            Issue.record("the free tier makes the function cheaper for a few messages")
            return
        }
        func difference(_ count: Double) -> Double {
            LambdaBill(function, workload.scaled(to: count)).total - gpt35.cost(of: workload.scaled(to: count))
        }
        #expect(difference(count) <= 0)
        #expect(difference(count + 1) > 0)
        #expect(BreakEven(function, gpt35, workload, includesFreeTier: false) == .hostedAlways)
        let small = LambdaFunction(memoryMegabytes: 2048)
        let quick = Workload(messageCount: 1, secondsPerMessage: 1)
        #expect(BreakEven(small, gpt35, quick) == .functionAlways)
        let ready = LambdaFunction(memoryMegabytes: 2048, readyCount: 1)
        guard case .functionFrom(let least) = BreakEven(ready, gpt35, quick) else {
            Issue.record("what is kept ready costs something before the first message")
            return
        }
        #expect(least > 1)
    }

    @Test("bills whole milliseconds, disk beyond what is free, and environments that are kept ready")
    func details() {
        let workload = Workload(messageCount: 1000, secondsPerMessage: 0.0001)
        let plain = LambdaBill(LambdaFunction(memoryMegabytes: 1024), workload, includesFreeTier: false)
        #expect(near(plain.gigabyteSeconds, 1))
        let disk = LambdaBill(
            LambdaFunction(memoryMegabytes: 1024, storageMegabytes: 10_240),
            workload,
            includesFreeTier: false
        )
        #expect(near(disk.storage, 9.5 * 0.0000000309))
        let ready = LambdaBill(
            LambdaFunction(memoryMegabytes: 10_240, readyCount: 1),
            Workload(messageCount: 0, secondsPerMessage: 1, coldStartCount: 9, coldStartSeconds: 9)
        )
        #expect(near(ready.total, 86.4))
        #expect(ready.freeMessageCount == nil)
        // Neither its seconds nor its requests are free then.
        let million = Workload(messageCount: 1_000_000, secondsPerMessage: 0.001)
        #expect(near(LambdaBill(LambdaFunction(memoryMegabytes: 1024, readyCount: 1), million).requests, 0.2))
        #expect(LambdaBill(LambdaFunction(memoryMegabytes: 1024), million).requests == 0)
    }

    @Test("says no more messages are free than requests are")
    func quickAnswers() {
        let bill = LambdaBill(
            LambdaFunction(memoryMegabytes: 128),
            Workload(messageCount: 5_000_000, secondsPerMessage: 0.1)
        )
        #expect(bill.freeMessageCount == 1_000_000)
        #expect(near(bill.total, 0.8))
    }

    @Test(
        "shows amounts as people write them",
        arguments: [
            (20.833, "$20.83"), (0.00080020, "$0.0008002"), (0, "$0"), (12_400, "$12,400"), (0.1, "$0.10"),
            (0.02, "$0.02"), (0.0000002, "$0.0000002"), (-3, "-$3.00"), (.infinity, "-"), (1_234_567, "$1,234,567"),
        ]
    )
    func amounts(amount: Double, text: String) {
        #expect(Dollars(amount).description == text)
    }

    @Test("draws a chart with a line for each way, and writes names as text")
    func chart() {
        let chart = CostChart(
            [CostChart.Line("a<b>&c") { $0 * 0.001 }, CostChart.Line("free") { _ in 0 }],
            messageCount: 5000
        )
        let svg = chart.svg
        #expect(svg.contains("a&lt;b&gt;&amp;c: $5.00"))
        #expect(svg.components(of: "<polyline") == 2)
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
