internal import FoundationEssentials
internal import GRDB
internal import MartletCore

extension EmbeddedVectorStore {
    /// A store in memory with what a file holds that can't be written, such as one in a container's image; the file stays as it is.
    ///
    /// Takes as much memory as the file has bytes, and as much room in the temporary folder meanwhile.
    /// - Throws: ``VectorStoreError``, whose description names the remedy.
    public static func inMemory(copyOf path: String, options: Options = Options()) throws -> EmbeddedVectorStore {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appending(path: "store").path
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // What a writer that died left in the log belongs to the store.
            for ending in ["", "-wal"] where ending.isEmpty || FileManager.default.fileExists(atPath: path + ending) {
                try FileManager.default.copyItem(atPath: path + ending, toPath: copy + ending)
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy + ending)
            }
        } catch {
            throw VectorStoreError(
                .unavailable,
                "the vector store \(path) can't be copied to \(folder.path)",
                remedy: "Check its rights, make room there, or name another place with TMPDIR"
            )
        }
        let configuration = VectorFile.configuration(lockTimeout: options.lockTimeout)
        let queue = try translatingErrors(of: path) {
            let file = try DatabaseQueue(path: copy, configuration: configuration)
            let queue = try DatabaseQueue(configuration: configuration)
            try file.backup(to: queue)
            try file.close()
            return queue
        }
        return try EmbeddedVectorStore(queue, path: nil, options: options)
    }
}
