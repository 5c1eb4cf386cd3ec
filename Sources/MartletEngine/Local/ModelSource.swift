internal import MartletModel
internal import MartletWeights

/// A model's file, being read, with the prompts that are kept for it.
struct ModelSource {
    /// The file, whose weights come from the disk from now on.
    let file: GGUFFile
    /// Where prompts are kept; nil where none are.
    let snapshots: SnapshotSource?

    /// Opens the file.
    ///
    /// Trouble with packed prompts is told and costs time only.
    /// - Throws: `GGUFError`.
    init(path: String, options: LocalModelOptions) throws(GGUFError) {
        let kept = Self.snapshotOptions(options, path: path)
        let digest = FileDigest()
        var reading = ReadingOptions()
        reading.mode = options.reading
        reading.byteLimit = Self.readAheadLimit(available: MemoryLimit.availableByteCount)
        if kept != nil { reading.onCell = { digest.note($0, $1) } }
        let file = try GGUFFile.open(path: path, reading: reading)
        self.file = file
        snapshots = kept.map { kept in
            SnapshotSource(options: kept) { identity, isWanted in
                // What is read anyway is digested in passing; a file that can't be read has no identity.
                guard (try? file.reading?.waitUntilOver()) != nil || file.reading == nil, file.isReadable else {
                    return nil
                }
                return digest.digest(of: file.bytes, isWanted: isWanted).map {
                    ModelFingerprint.bytes(of: $0, cacheIdentity: identity)
                }
            }
        }
    }

    /// Bytes of a file that are read ahead at most: some of what is left stays for keys and values and everything else.
    static func readAheadLimit(available: Int) -> Int { max(0, available - available / 16 - (64 << 20)) }

    private static func snapshotOptions(_ options: LocalModelOptions, path: String) -> SnapshotOptions? {
        guard options.usesPack else { return options.snapshots }
        do {
            guard let pack = try PromptPack(ofModelAt: path) else { return options.snapshots }
            var snapshots = options.snapshots ?? SnapshotOptions(directory: nil)
            snapshots.pack = pack
            snapshots.onWarning = snapshots.onWarning ?? options.onWarning
            return snapshots
        } catch {
            let warn = options.snapshots?.onWarning ?? options.onWarning
            warn?("The prompts packed with the model (\(PromptPack.directory(ofModelAt: path))) are not used: \(error)")
            return options.snapshots
        }
    }
}

extension GGUFFile {
    /// Whether nothing is known that keeps the file from being read.
    fileprivate var isReadable: Bool { (try? checkReadability()) != nil }
}
