/// How many rows of prompts join a step in which answers go on, from how long rows have taken so far.
///
/// A chunk holds up the next token of everybody who decodes (Agrawal et al. 2024, "Taming Throughput-Latency Tradeoff in
/// LLM Inference with Sarathi-Serve", arXiv:2403.02310). So it is as large as fits a bounded time on this machine; not
/// smaller than ``leastRowCount``, because weights are unpacked once a step and few rows would pay for it. A request
/// alone is never in such a step: its steps don't depend on any clock.
package struct StepPacer {
    /// How long prompts may hold up the next tokens of answers.
    package static let delay = Duration.milliseconds(250)
    /// Rows that a chunk has at least.
    package static let leastRowCount = 32
    /// Chunks are multiples of this, the height of the kernels' tiles.
    package static let quantum = 16

    /// Seconds that a row of a prompt takes, as it was lately.
    private var rowDuration: Double?

    /// Knows nothing yet, and bounds nothing.
    package init() {}

    /// Takes note of a step; those with few rows are about reading weights and say nothing.
    package mutating func record(rowCount: Int, duration: Duration) {
        guard rowCount >= Self.leastRowCount else { return }
        let latest = duration.seconds / Double(rowCount)
        // A quarter of the latest: one step that the machine held up changes little.
        rowDuration = rowDuration.map { $0 + (latest - $0) / 4 } ?? latest
    }

    /// Rows of prompts in a step in which answers go on, at most `limit`.
    package func rowCount(limit: Int) -> Int {
        guard let rowDuration else { return limit }
        let fitting = min(Self.delay.seconds / max(rowDuration, 1e-9), Double(limit))
        return min(limit, max(Self.leastRowCount, Int(fitting) / Self.quantum * Self.quantum))
    }
}
