internal import GRDB
internal import MartletCore

/// The file of a store: who may read it, and how SQLite treats it.
enum VectorFile {
    /// Makes the file where it is missing, readable by its owner only.
    static func prepare(at path: String) throws(VectorStoreError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw VectorStoreError(.invalid, "a vector store's path is empty", remedy: "Name a file")
        }
        do {
            try PrivateFile.prepare(at: path)
        } catch {
            throw VectorStoreError(
                .unavailable,
                "the vector store \(path) can't be opened: \(error.reason)",
                remedy: "Name a file in a folder that this user may write to, on a disk with room"
            )
        }
    }

    /// Settings of every connection: what is written is on the disk, what is erased is overwritten.
    static func configuration(lockTimeout: Duration) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(lockTimeout / .seconds(1))
        configuration.prepareDatabase { database in
            // Pages of 16 KiB hold whole vectors of the usual widths without much waste, and are read in a third of the time.
            try database.execute(
                sql: """
                    PRAGMA page_size = 16384; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
                    PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864
                    """
            )
        }
        return configuration
    }
}
