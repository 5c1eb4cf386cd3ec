internal import GRDB
internal import MartletCore

/// A reader's view of the file is older than what is in memory.
struct OutdatedView: Error {}

extension VectorStoreError {
    /// What is in the file can't be what was written; `what` is a sentence without its full stop.
    static func damaged(_ what: String) -> VectorStoreError {
        VectorStoreError(
            .damaged,
            what,
            remedy: "Put a copy of the vector store in its place, or delete it and index again"
        )
    }

    /// Translates whatever GRDB throws; a statement that ended because its task did is a cancellation.
    static func translating(_ error: any Error, path: String?) -> any Error {
        guard let database = error as? DatabaseError else { return error }
        // GRDB interrupts what runs for a task that is cancelled, and refuses what would follow in its transaction.
        if database.resultCode == .SQLITE_INTERRUPT { return CancellationError() }
        if database.resultCode == .SQLITE_ABORT, Task.isCancelled { return CancellationError() }
        let place = path.map { "the vector store \($0)" } ?? "the vector store in memory"
        // The statement and its arguments stay out: they hold what people wrote.
        return switch database.resultCode {
        case .SQLITE_CORRUPT:
            damaged("\(place) is damaged")
        case .SQLITE_NOTADB:
            // It may be a file of another kind, which nobody should be told to delete.
            VectorStoreError(
                .damaged,
                "\(place) is damaged or no database",
                remedy: "Name another file, or put a copy of the vector store in its place"
            )
        case .SQLITE_FULL:
            VectorStoreError(.unavailable, "\(place) has no room on its disk", remedy: "Make room, then try again")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            VectorStoreError(
                .unavailable,
                "\(place) is being written by another process",
                remedy: "Try again when it is done"
            )
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
            VectorStoreError(.unavailable, "\(place) can't be opened for writing", remedy: "Mend its permissions")
        case .SQLITE_TOOBIG, .SQLITE_NOMEM:
            VectorStoreError(.tooLarge, "\(place) can't take so much at once", remedy: "Send less at once")
        default:
            VectorStoreError(
                .unavailable,
                "\(place) failed: SQLite \(database.extendedResultCode.rawValue)",
                remedy: "Check the disk, then try again"
            )
        }
    }
}
