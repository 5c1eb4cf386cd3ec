package import MartletCore
import Synchronization

/// Hands the events of several generations to one reader, everything that is ready at a time.
///
/// At most `capacity` entries and one for each writer wait; a writer that finds it full waits for the reader.
package final class EventQueue: Sendable {
    /// What comes out.
    package enum Entry: Sendable {
        /// Something that the generation of a choice reports.
        case event(GenerationEvent, choice: Int)
        /// A generation failed; nothing more comes of it.
        case failure(any Error)
    }

    private struct State {
        var entries: [Entry] = []
        var hasTick = false
        var isClosed = false
        var reader: CheckedContinuation<[Entry]?, Never>?
        var writers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// Makes an empty queue.
    package init(capacity: Int = 256) {
        self.capacity = capacity
    }

    /// Adds an entry, then waits while there are too many.
    ///
    /// - Returns: Whether more is wanted.
    package func put(_ entry: Entry) async -> Bool {
        let reader = state.withLock { state -> CheckedContinuation<[Entry]?, Never>? in
            guard !state.isClosed else { return nil }
            defer { state.reader = nil }
            if state.reader == nil { state.entries.append(entry) }
            return state.reader
        }
        if let reader {
            reader.resume(returning: [entry])
            return true
        }
        let isFull = state.withLock { !$0.isClosed && $0.entries.count >= capacity }
        if isFull { await waitForReader() }
        return state.withLock { !$0.isClosed }
    }

    private func waitForReader() async {
        await withCheckedContinuation { continuation in
            let mayGoOn = state.withLock { state in
                guard !state.isClosed, state.entries.count >= capacity else { return true }
                state.writers.append(continuation)
                return false
            }
            if mayGoOn { continuation.resume() }
        }
    }

    /// Everything that is ready; waits where nothing is.
    ///
    /// - Returns: No entries after a tick, nil when the queue is closed or the task is cancelled. One task reads at a time.
    package func take() async -> [Entry]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (result, writers) = state.withLock { state -> ([Entry]??, [CheckedContinuation<Void, Never>]) in
                    precondition(state.reader == nil, "a queue has one reader")
                    if !state.entries.isEmpty {
                        defer {
                            state.entries.removeAll(keepingCapacity: true)
                            state.writers.removeAll()
                        }
                        return (.some(state.entries), state.writers)
                    }
                    if state.isClosed { return (.some(nil), []) }
                    if state.hasTick {
                        state.hasTick = false
                        return (.some([]), [])
                    }
                    state.reader = continuation
                    return (nil, [])
                }
                for writer in writers { writer.resume() }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            close()
        }
    }

    /// Lets a waiting reader, or the next one, go on without entries.
    package func tick() {
        let reader = state.withLock { state -> CheckedContinuation<[Entry]?, Never>? in
            guard !state.isClosed else { return nil }
            defer { state.reader = nil }
            if state.reader == nil { state.hasTick = true }
            return state.reader
        }
        reader?.resume(returning: [])
    }

    /// Ends the queue: what is in it can still be taken, nothing can be added.
    package func close() {
        let (reader, writers) = state.withLock { state in
            defer {
                state.isClosed = true
                state.reader = nil
                state.writers.removeAll()
            }
            return (state.reader, state.writers)
        }
        for writer in writers { writer.resume() }
        reader?.resume(returning: nil)
    }
}
