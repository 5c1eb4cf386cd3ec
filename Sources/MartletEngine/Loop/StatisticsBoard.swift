internal import MartletCore
internal import Synchronization

/// Where the loop writes its counts and others read them.
final class StatisticsBoard: Sendable {
    private let state = Mutex(ModelStatistics())

    /// The counts as they were last written.
    var statistics: ModelStatistics { state.withLock { $0 } }

    /// Writes some of the counts; the others stay as they are.
    func update(_ change: (inout ModelStatistics) -> Void) {
        state.withLock { change(&$0) }
    }
}
