import FoundationEssentials
import MartletCore
import Synchronization

/// The extensions of the environment: processes beside the runtime that hear of invocations and of the end.
final class ExtensionBook: Sendable {
    private struct Entry {
        var name: String
        var events: Set<String>
        var waiting: [JSONValue] = []
        var waiter: CheckedContinuation<JSONValue?, Never>?
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// The kinds of events that there are.
    static let kinds: Set<String> = ["INVOKE", "SHUTDOWN"]

    /// Whether there is one.
    var isEmpty: Bool { entries.withLock { $0.isEmpty } }

    /// Takes an extension in.
    ///
    /// - Returns: What it names itself by from now on.
    func register(name: String, events: Set<String>) -> String {
        let id = UUID().uuidString.lowercased()
        entries.withLock { $0[id] = Entry(name: name, events: events) }
        return id
    }

    /// Whether an extension is known.
    func isKnown(_ id: String) -> Bool { entries.withLock { $0[id] != nil } }

    /// The next event for an extension; nil when the environment ends, the task is cancelled, or it asks a second time.
    func next(_ id: String) async -> JSONValue? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let event = entries.withLock { entries -> JSONValue?? in
                    guard var entry = entries[id], entry.waiter == nil, !Task.isCancelled else { return .some(nil) }
                    defer { entries[id] = entry }
                    if !entry.waiting.isEmpty { return .some(entry.waiting.removeFirst()) }
                    entry.waiter = continuation
                    return nil
                }
                if let event { continuation.resume(returning: event) }
            }
        } onCancel: {
            withdraw(id)
        }
    }

    /// An extension's connection is gone.
    func withdraw(_ id: String) {
        let waiter = entries.withLock { entries in
            defer { entries[id]?.waiter = nil }
            return entries[id]?.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// Tells those who want to know of an invocation.
    func announce(_ invocation: EmulatedInvocation, settings: LambdaEmulator.Settings) {
        send(
            "INVOKE",
            [
                "eventType": "INVOKE",
                "deadlineMs": .integer(Int64(invocation.deadline.timeIntervalSince1970 * 1000)),
                "requestId": .string(invocation.id), "invokedFunctionArn": .string(settings.functionARN),
                "tracing": ["type": "X-Amzn-Trace-Id", "value": .string(invocation.traceID)],
            ]
        )
    }

    /// Tells those who want to know that the environment ends.
    func announceEnd(within duration: Duration) {
        let deadline = Date(timeIntervalSinceNow: duration / .seconds(1))
        send(
            "SHUTDOWN",
            [
                "eventType": "SHUTDOWN", "shutdownReason": "spindown",
                "deadlineMs": .integer(Int64(deadline.timeIntervalSince1970 * 1000)),
            ]
        )
    }

    /// The environment is gone, and its extensions with it.
    func clear() {
        let waiters = entries.withLock { entries in
            defer { entries = [:] }
            return entries.values.compactMap(\.waiter)
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }

    private func send(_ kind: String, _ event: JSONValue) {
        let waiters = entries.withLock { entries in
            var waiters: [CheckedContinuation<JSONValue?, Never>] = []
            for (id, entry) in entries where entry.events.contains(kind) {
                if let waiter = entry.waiter {
                    waiters.append(waiter)
                    entries[id]?.waiter = nil
                } else {
                    entries[id]?.waiting.append(event)
                }
            }
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: event) }
    }
}
