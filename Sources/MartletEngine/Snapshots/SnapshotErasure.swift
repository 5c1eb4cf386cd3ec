internal import Synchronization

/// Takes everything of one owner out of a directory, of all models.
///
/// What others' segments follow was said to them as well, word for word: that part stays, as nobody's. So a system prompt
/// survives the first chat that it was computed for, and nothing that only this owner's chats contain does.
struct SnapshotErasure {
    private let folder: SnapshotFolder
    private let owner: OwnerTag
    /// Which beginnings are needed by segments that stay.
    private var needed: Set<SnapshotDigest> = []
    /// Segments that took the place of longer ones.
    private(set) var kept: [SegmentHeader] = []
    /// Segments that are gone.
    private(set) var removed: [SegmentName] = []

    /// Erases.
    ///
    /// - Complexity: Reads all headers, and copies the shared parts.
    init(of owner: OwnerTag, in folder: SnapshotFolder) {
        self.folder = folder
        self.owner = owner
        run()
    }

    private mutating func run() {
        // The end of a text before its beginning: what a segment needs is known before its parents are looked at.
        for entry in folder.list().entries.sorted(by: { $0.name.firstBlock > $1.name.firstBlock }) {
            guard let file = try? SegmentFile(entry.name, in: folder) else { continue }
            let header = file.header
            guard header.owner == owner else {
                needed.insert(header.parent)
                continue
            }
            let keptCount = (file.names.lastIndex { needed.contains($0) } ?? -1) + 1
            if keptCount > 0 {
                needed.insert(header.parent)
                if let shorter = try? copy(file, blockCount: keptCount) { kept.append(shorter) }
            }
            if kept.last.map({ SegmentName($0) == entry.name }) != true {
                folder.remove(entry.name.text)
                removed.append(entry.name)
            }
        }
    }

    /// Writes a segment's first blocks as nobody's.
    private func copy(_ file: SegmentFile, blockCount: Int) throws(SnapshotFault) -> SegmentHeader {
        let header = file.header.prefix(blockCount: blockCount, owner: nil)
        let plan = SegmentPlan(
            fingerprint: header.fingerprint,
            parent: header.parent,
            owner: nil,
            firstBlock: header.firstBlock,
            blockLength: header.blockLength,
            blockByteCount: header.blockByteCount,
            tokens: header.tokens
        )
        let writer = try SegmentWriter(plan, in: folder)
        for block in 0..<blockCount {
            try writer.append(try file.block(block))
        }
        return try writer.commit()
    }
}

extension SnapshotStore {
    /// Erases what is kept of an owner, for all models, and what is on its way to the disk.
    ///
    /// - Returns: How many segments are gone.
    @discardableResult
    package func erase(owner: String) async -> Int {
        let tag = OwnerTag(owner)
        let dropped = state.withLock { state in
            let dropped = state.captures.values.filter { $0.plan.owner == tag }
            for capture in dropped { state.captures[capture.ticket] = nil }
            return dropped
        }
        return await withCheckedContinuation { continuation in
            let isTaken = writer.submit { [weak self] in
                guard let self, let folder = state.withLock({ $0.folder }) else {
                    return continuation.resume(returning: 0)
                }
                for capture in dropped { capture.fail() }
                let erasure = SnapshotErasure(of: tag, in: folder)
                state.withLock { state in
                    for name in erasure.removed { state.index.remove(name) }
                    for header in erasure.kept where header.fingerprint == state.fingerprint {
                        state.index.insert(header)
                    }
                }
                continuation.resume(returning: erasure.removed.count)
            }
            if !isTaken { continuation.resume(returning: 0) }
        }
    }
}
