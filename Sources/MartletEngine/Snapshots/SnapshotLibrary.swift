/// A directory of snapshots, for people who look after it; needs no model.
public struct SnapshotLibrary: Sendable {
    /// The snapshots of one model.
    public struct Model: Sendable, Hashable {
        /// The beginning of the model's fingerprint.
        public var name: String
        /// How many files.
        public var fileCount: Int
        /// Tokens of all of them.
        public var tokenCount: Int
        /// Of these, tokens that belong to chats.
        public var ownedTokenCount: Int
        /// Bytes of all files.
        public var byteCount: Int
        /// When the latest of them was used, in seconds since 1970.
        public var lastUse: Int
    }

    private let folder: SnapshotFolder

    /// Opens a directory.
    ///
    /// - Throws: ``EngineError/Code/invalidOption`` when there is none, or it isn't for this user alone.
    public init(directory: String) throws(EngineError) {
        do {
            folder = try SnapshotFolder(path: directory)
        } catch {
            throw EngineError(
                .invalidOption,
                "the directory of snapshots \(directory) can't be used (\(error.description))",
                remedy: "Name a directory that belongs to this user and that nobody else may write to"
            )
        }
    }

    /// What is there, the latest used model first; damaged files don't count.
    ///
    /// - Complexity: Reads every file's header.
    public func models() -> [Model] {
        var models: [String: Model] = [:]
        for entry in folder.list().entries {
            guard let header = try? SegmentFile(entry.name, in: folder).header else { continue }
            let name = String(entry.name.model)
            var model =
                models[name]
                ?? Model(name: name, fileCount: 0, tokenCount: 0, ownedTokenCount: 0, byteCount: 0, lastUse: 0)
            model.fileCount += 1
            model.tokenCount += header.tokens.count
            model.ownedTokenCount += header.owner == nil ? 0 : header.tokens.count
            model.byteCount += entry.byteCount
            model.lastUse = max(model.lastUse, Int(entry.lastUse / 1_000_000_000))
            models[name] = model
        }
        return models.values.sorted { ($0.lastUse, $0.name) > ($1.lastUse, $1.name) }
    }

    /// Removes all snapshots, or those of the models whose fingerprints begin so.
    ///
    /// - Returns: How many files and bytes went.
    @discardableResult
    public func clear(model: String = "") -> (fileCount: Int, byteCount: Int) {
        var (fileCount, byteCount) = (0, 0)
        for entry in folder.list().entries where entry.name.model.hasPrefix(model) {
            folder.remove(entry.name.text)
            fileCount += 1
            byteCount += entry.byteCount
        }
        return (fileCount, byteCount)
    }

    /// Erases what is kept of one owner, of all models; what others' prompts begin with as well stays, as nobody's.
    ///
    /// - Returns: How many files went.
    /// - Complexity: Reads all headers, and copies the shared parts.
    @discardableResult
    public func erase(owner: String) -> Int {
        SnapshotErasure(of: OwnerTag(owner), in: folder).removed.count
    }
}
