import UnixSignals

/// Ctrl-C, or a request to terminate, as the cancellation of one piece of work instead of the end of the process.
enum Interruption {
    /// Runs `body`, and cancels its task when one of `kinds` comes.
    static func run<Result: Sendable>(
        on kinds: [UnixSignal] = [.sigint, .sigterm],
        _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        let signals = await UnixSignalsSequence(trapping: kinds)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                for await _ in signals { return nil }
                return nil
            }
            // The first to end is either the work, whose result counts, or the signal, which cancels the work.
            while let first = try await group.next() {
                group.cancelAll()
                if let result = first { return result }
            }
            throw CancellationError()
        }
    }
}
