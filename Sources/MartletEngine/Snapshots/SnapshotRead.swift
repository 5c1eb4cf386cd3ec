internal import Dispatch
internal import Synchronization

/// Blocks on their way from the disk to the engine's thread, in order, a few of them at a time.
package final class SnapshotRead: Sendable {
    private struct State {
        var blocks: [[UInt8]] = []
        var isFinished = false
        var isCancelled = false
    }

    /// What is read.
    package let match: SnapshotMatch
    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)

    init(_ match: SnapshotMatch, roomCount: Int) {
        self.match = match
        // Signalled rather than made with this value: a semaphore must not end below the value that it began with.
        for _ in 0..<roomCount { room.signal() }
    }

    /// Takes at most `limit` of the verified blocks that have come.
    ///
    /// - Returns: The blocks, and whether these were the last.
    package func take(limit: Int) -> (blocks: [[UInt8]], isLast: Bool) {
        let (blocks, isLast) = state.withLock { state in
            let taken = Array(state.blocks.prefix(limit))
            state.blocks.removeFirst(taken.count)
            return (taken, state.isFinished && state.blocks.isEmpty)
        }
        for _ in blocks { room.signal() }
        return (blocks, isLast)
    }

    /// Ends the reading.
    package func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.isFinished = true
            state.blocks = []
        }
        room.signal()
    }

    /// Waits for room, on the reading thread; false when nobody wants more.
    func waitForRoom() -> Bool {
        room.wait()
        return !state.withLock { $0.isCancelled }
    }

    func append(_ block: [UInt8]) {
        state.withLock { state in
            if !state.isCancelled { state.blocks.append(block) }
        }
    }

    func finish() {
        state.withLock { $0.isFinished = true }
    }
}

/// What the disk knows of a prompt beyond what memory has.
package struct SnapshotMatch: Sendable {
    /// How many leading blocks are in memory.
    package var firstBlock: Int
    /// Where the blocks after them lie, in order.
    let places: [SnapshotIndex.Place]
    /// The name of the beginning that the last of them ends.
    let end: SnapshotDigest

    /// How many blocks the disk adds.
    package var blockCount: Int { places.count }
}
