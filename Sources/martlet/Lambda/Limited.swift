/// Gives `body` so much time.
/// - Returns: Its value, or nil where it took longer; it is cancelled then, and waited for.
func limited<Value: Sendable>(
    to duration: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: duration)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
