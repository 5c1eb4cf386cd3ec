import Synchronization

/// Keeps retries to a small share of the requests to a server, so that one in trouble is not buried by them.
///
/// A success earns a tenth of a retry, and only so many are saved up.
package final class RetryBudget: Sendable {
    private let tenths: Mutex<Int>
    private let capacity: Int

    /// Makes a full budget.
    /// - Parameter capacity: Retries that can be saved up.
    package init(capacity: Int = 10) {
        self.capacity = capacity * 10
        tenths = Mutex(capacity * 10)
    }

    /// Takes one retry, or says that there is none.
    package func spend() -> Bool {
        tenths.withLock { count in
            guard count >= 10 else { return false }
            count -= 10
            return true
        }
    }

    /// Notes a success.
    package func earn() {
        tenths.withLock { $0 = min($0 + 1, capacity) }
    }
}
