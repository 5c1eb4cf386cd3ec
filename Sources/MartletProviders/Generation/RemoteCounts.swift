import MartletCore
import Synchronization

/// Counts a hosted model's work.
final class RemoteCounts: Sendable {
    private let state = Mutex(ModelStatistics())

    /// The counts so far.
    var statistics: ModelStatistics { state.withLock { $0 } }

    /// A request begins.
    func begin() {
        state.withLock { $0.activeRequestCount += 1 }
    }

    /// A request ended; nil where it failed.
    func end(_ usage: Usage?) {
        state.withLock { counts in
            counts.activeRequestCount -= 1
            counts.finishedRequestCount += 1
            guard let usage else { return }
            counts.computedPromptTokenCount += usage.promptTokenCount - usage.reusedTokenCount
            counts.reusedPromptTokenCount += usage.reusedTokenCount
            counts.generatedTokenCount += usage.generatedTokenCount
        }
    }
}
