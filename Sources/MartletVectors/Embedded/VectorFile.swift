internal import GRDB
internal import MartletCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The file of a store: who may read it, and how SQLite treats it.
enum VectorFile {
    /// Makes the folders (mode 0700) and the file (mode 0600) where they are missing, before SQLite could make them wider.
    static func prepare(at path: String) throws(VectorStoreError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw VectorStoreError(.invalid, "a vector store's path is empty", remedy: "Name a file")
        }
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            end = slash
            if mkdir(String(path[..<slash]), 0o700) != 0, errno != EEXIST { throw refusal(of: path, errno) }
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw refusal(of: path, errno) }
        close(descriptor)
    }

    private static func refusal(of path: String, _ number: Int32) -> VectorStoreError {
        VectorStoreError(
            .unavailable,
            "the vector store \(path) can't be opened: \(String(cString: strerror(number)))",
            remedy: "Name a file in a folder that this user may write to, on a disk with room"
        )
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
