internal import Synchronization

/// A segment on its way from the engine's thread to the disk.
package final class SnapshotCapture: Sendable {
    private struct State {
        var writer: SegmentWriter?
        var isFailed = false
    }

    /// What the segment is going to hold.
    let plan: SegmentPlan
    /// The names of the beginnings that end with each of its blocks.
    let names: [SnapshotDigest]
    /// Tells this capture from all others.
    let ticket: Int
    private let state = Mutex(State())

    init(_ plan: SegmentPlan, names: [SnapshotDigest], ticket: Int) {
        self.plan = plan
        self.names = names
        self.ticket = ticket
    }

    /// The segment's blocks, by their places in the prompt.
    package var blocks: Range<Int> { plan.firstBlock..<(plan.firstBlock + plan.blockCount) }

    /// Whether writing failed, so that further blocks are wasted.
    package var isFailed: Bool { state.withLock { $0.isFailed } }

    /// The open file; on the writing thread.
    var writer: SegmentWriter? {
        get { state.withLock { $0.writer } }
        set { state.withLock { $0.writer = newValue } }
    }

    /// Gives the file up; on the writing thread.
    func fail() {
        state.withLock { state in
            state.writer = nil
            state.isFailed = true
        }
    }
}
