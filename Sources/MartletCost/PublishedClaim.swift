/// What the systems that Martlet follows have published about their cost, and what the arithmetic gives.
///
/// These are the project's regression cases: the formulas have to give the corrected figures.
public struct PublishedClaim: Sendable, Hashable, Codable {
    /// Who says it.
    public var source: String
    /// What is said.
    public var claim: String
    /// What the figures count.
    public var unit: Unit
    /// The figure that was published; nil where it was left out.
    public var published: Double?
    /// The figure that the formulas give.
    public var computed: Double
    /// Why the two differ, or that they don't.
    public var verdict: String

    /// What figures count.
    public enum Unit: String, Sendable, Hashable, Codable {
        /// US dollars.
        case dollars
        /// Gigabyte-seconds.
        case gigabyteSeconds = "gigabyte_seconds"
        /// Answers or requests.
        case count
    }

    /// Whether the published figure stands, within five percent.
    public var stands: Bool { published.map { abs($0 - computed) <= 0.05 * abs(computed) } ?? false }

    /// All of them.
    public static let all: [PublishedClaim] = [
        PublishedClaim(
            source: "Telegram bot on Lambda",
            claim: "one answer",
            unit: .gigabyteSeconds,
            published: 330,
            computed: bill(.x86, megabytes: 5500, seconds: 60, messages: 1).gigabyteSecondsPerMessage,
            verdict: "right, a little high: 5,500 MB are 5.37 GB to Lambda"
        ),
        PublishedClaim(
            source: "Telegram bot on Lambda",
            claim: "free answers a month",
            unit: .count,
            published: 1200,
            computed: (LambdaPrices.standard.freeGigabyteSeconds / 330).rounded(.down),
            verdict: "right: 400,000 / 330"
        ),
        PublishedClaim(
            source: "Telegram bot on Lambda",
            claim: "5,000 answers",
            unit: .dollars,
            published: 20,
            computed: (5000 * 330 - LambdaPrices.standard.freeGigabyteSeconds)
                * LambdaPrices.standard.x86.gigabyteSecond,
            verdict: "right, a little low; without the free tier it is $27.50"
        ),
        PublishedClaim(
            source: "Comparison with hosted models",
            claim: "free answers a month",
            unit: .count,
            published: 666,
            computed: (LambdaPrices.standard.freeGigabyteSeconds / 330).rounded(.down),
            verdict: "wrong: 666 takes 600 GB-s an answer, that is 10 GB of memory; with its own 5.5 GB it is 1,212"
        ),
        PublishedClaim(
            source: "Comparison with hosted models",
            claim: "5,000 answers at 600 GB-s, of which 666 are free",
            unit: .dollars,
            published: 20,
            computed: bill(.x86, megabytes: 10_240, seconds: 60, messages: 5000).running,
            verdict: "wrong: it takes the memory of one set-up and the free answers of another"
        ),
        PublishedClaim(
            source: "Comparison with hosted models",
            claim: "free requests a month that ask a hosted model, 5 s at 1 GB",
            unit: .count,
            published: 80_000,
            computed: bill(.x86, megabytes: 1024, seconds: 5, messages: 1).freeMessageCount ?? 0,
            verdict: "right; at 256 MB it is 320,000"
        ),
        PublishedClaim(
            source: "Comparison with hosted models",
            claim: "a month of 80,000 requests of 200 tokens on GPT-3.5",
            unit: .dollars,
            published: 1.6,
            computed: HostedOffer(name: "gpt-3.5-turbo", input: 0.5, output: 1.5).cost(
                of: Workload(messageCount: 80_000, secondsPerMessage: 5)
            ),
            verdict: "wrong by ten: 80,000 requests of 200 tokens are 16 million tokens, not 1.6 million"
        ),
        PublishedClaim(
            source: "Embeddings on Lambda",
            claim: "one request",
            unit: .dollars,
            published: 0.0008194,
            computed: bill(.arm64, megabytes: 10_240, seconds: 6, messages: 1, includesFreeTier: false).total,
            verdict: "high by 2.4 %: 10,240 MB are 10 GB to Lambda, not 10.24"
        ),
        PublishedClaim(
            source: "Embeddings on Lambda",
            claim: "a cold start of 150 s",
            unit: .dollars,
            published: nil,
            computed: LambdaBill(
                LambdaFunction(memoryMegabytes: 10_240),
                Workload(messageCount: 0, secondsPerMessage: 0, coldStartCount: 1, coldStartSeconds: 150),
                includesFreeTier: false
            ).running,
            verdict: "left out: one cold start costs as much as 25 warm requests"
        ),
        PublishedClaim(
            source: "Embeddings on Lambda",
            claim: "free requests a month",
            unit: .count,
            published: nil,
            computed: bill(.arm64, megabytes: 10_240, seconds: 6, messages: 1).freeMessageCount ?? 0,
            verdict: "left out"
        ),
    ]

    private static func bill(
        _ architecture: LambdaFunction.Architecture,
        megabytes: Int,
        seconds: Double,
        messages: Double,
        includesFreeTier: Bool = true
    ) -> LambdaBill {
        LambdaBill(
            LambdaFunction(architecture: architecture, memoryMegabytes: megabytes),
            Workload(messageCount: messages, secondsPerMessage: seconds),
            includesFreeTier: includesFreeTier
        )
    }
}
