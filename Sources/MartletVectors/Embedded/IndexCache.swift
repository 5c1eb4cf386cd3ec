internal import Synchronization

/// The collections that are kept in memory, the least recently used ones only as far as there is room.
final class IndexCache: Sendable {
    private struct Entry {
        let index: CollectionIndex
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Int64: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let memoryLimit: Int
    private let state = Mutex(State())

    init(memoryLimit: Int) { self.memoryLimit = memoryLimit }

    /// What is kept of the collection with a number.
    func index(of number: Int64) -> CollectionIndex {
        state.withLock { state in
            state.clock += 1
            let index = state.entries[number]?.index ?? CollectionIndex()
            state.entries[number] = Entry(index: index, lastUse: state.clock)
            return index
        }
    }

    /// Forgets a collection.
    func forget(_ number: Int64) {
        state.withLock { state in _ = state.entries.removeValue(forKey: number) }
    }

    /// Gives the memory of the collections that were used longest ago back until the rest fits, but for the one named.
    func makeRoom(keeping number: Int64) {
        let entries = state.withLock { $0.entries.sorted { $0.value.lastUse < $1.value.lastUse } }
        var byteCount = entries.reduce(0) { $0 + $1.value.index.byteCount }
        for (other, entry) in entries where byteCount > memoryLimit && other != number {
            byteCount -= entry.index.byteCount
            entry.index.dropVectors()
        }
    }
}
