/// Whether a small batch is worth a team while other programs want the same processors.
///
/// The phases of a few rows take microseconds, and a worker without a processor holds all others up at each of their ends
/// for as long as the system leaves it waiting. One thread alone is then several times faster.
package struct TeamworkChoice {
    /// Batches of more rows always have the team.
    package static let rowLimit = 128
    private static let shortestRetreat = 8
    private static let longestRetreat = 256

    /// Batches that are still read alone.
    private var retreat = 0
    /// What the next retreat will be.
    private var nextRetreat = shortestRetreat

    /// A choice that knows of no trouble yet.
    package init() {}

    /// Whether the next batch is read by the team; asked once a batch.
    package mutating func takesTeam(rowCount: Int) -> Bool {
        guard rowCount <= Self.rowLimit, retreat > 0 else { return true }
        retreat -= 1
        return false
    }

    /// Takes note of how a team fared with a batch: after long waits in most of its layers the next batches do without.
    package mutating func note(rowCount: Int, longWaitCount: Int, layerCount: Int) {
        guard rowCount <= Self.rowLimit else { return }
        guard longWaitCount > layerCount else {
            nextRetreat = Self.shortestRetreat
            return
        }
        retreat = nextRetreat
        nextRetreat = min(2 * nextRetreat, Self.longestRetreat)
    }
}
