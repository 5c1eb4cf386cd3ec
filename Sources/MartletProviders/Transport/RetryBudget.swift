import Synchronization

/// Keeps retries to a small share of an upstream's requests, so that an upstream in trouble is not buried by them.
///
/// A success earns a tenth of a retry, at most ten are saved up.
final class RetryBudget: Sendable {
    private let tenths: Mutex<Int>
    private let capacity: Int

    /// Makes a full budget.
    /// - Parameter capacity: Retries that can be saved up.
    init(capacity: Int = 10) {
        self.capacity = capacity * 10
        tenths = Mutex(capacity * 10)
    }

    /// Takes one retry, or says that there is none.
    func spend() -> Bool {
        tenths.withLock { count in
            guard count >= 10 else { return false }
            count -= 10
            return true
        }
    }

    /// Notes a success.
    func earn() {
        tenths.withLock { $0 = min($0 + 1, capacity) }
    }
}
