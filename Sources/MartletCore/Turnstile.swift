/// Lets those in one after the other who would only be in each other's way.
package actor Turnstile {
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    /// Makes an empty one.
    package init() {}

    /// Runs `body` when nobody else of the same name is in.
    package nonisolated func pass<Value: Sendable>(
        _ name: String,
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        await enter(name)
        do {
            let value = try await body()
            await leave(name)
            return value
        } catch {
            await leave(name)
            throw error
        }
    }

    private func enter(_ name: String) async {
        guard waiting[name] != nil else {
            waiting[name] = []
            return
        }
        await withCheckedContinuation { waiting[name]?.append($0) }
    }

    private func leave(_ name: String) {
        guard let next = waiting[name]?.first else {
            waiting[name] = nil
            return
        }
        waiting[name]?.removeFirst()
        next.resume()
    }
}
