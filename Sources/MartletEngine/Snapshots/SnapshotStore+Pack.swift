internal import Synchronization

/// What a store knows of the prompts that were packed with its model.
struct PackedSegments {
    /// Where they lie; never written to.
    var folder: SnapshotFolder?
    /// Those that are this model's.
    var names: Set<SegmentName> = []
    /// Blocks of the shortest of the prompts.
    var shortestBlockCount = Int.max
}

extension SnapshotStore {
    /// Opens the packed prompts' directory; false when there is none.
    func openPack() -> Bool {
        guard let pack = options.pack else { return false }
        do {
            let folder = try SnapshotFolder(path: pack.directory, trusting: pack.owners)
            state.withLock { $0.pack.folder = folder }
            return true
        } catch {
            warn(
                "pack",
                "The prompts packed with the model (\(pack.directory)) can't be used: \(error.reasonOfFolder)."
            )
            return false
        }
    }

    /// Takes the packed prompts into the index, as far as they are this model's.
    func scanPack() {
        guard let folder = state.withLock({ $0.pack.folder }) else { return }
        state.withLock { state in
            state.pack.names = []
            state.pack.shortestBlockCount = .max
        }
        let entries = folder.list().entries
        for entry in entries {
            do throws(SnapshotFault) {
                let header = try SegmentFile(entry.name, in: folder).header
                guard isOurs(header) else { continue }
                state.withLock { state in
                    guard state.index.insert(header) else { return }
                    state.pack.names.insert(entry.name)
                    state.pack.shortestBlockCount = min(
                        state.pack.shortestBlockCount,
                        header.firstBlock + header.blockCount
                    )
                }
            } catch {
                dismiss(entry.name, error)
            }
        }
        guard !entries.isEmpty, state.withLock({ $0.isClaim && $0.pack.names.isEmpty }) else { return }
        warn(
            "pack",
            "The prompts packed with the model are of another version of Martlet or for another --kv-cache or --context, "
                + "and are not used. Pack the model again as it is used."
        )
    }

    /// Where a segment lies.
    func folder(of name: SegmentName) -> SnapshotFolder? {
        state.withLock { $0.pack.names.contains(name) ? $0.pack.folder : $0.folder }
    }

    /// Says so when a prompt that is long enough for it begins with none of the packed ones.
    func noteMiss(of places: [SnapshotIndex.Place], blockCount: Int) {
        let isMiss = state.withLock { state in
            !state.pack.names.isEmpty && blockCount >= state.pack.shortestBlockCount
                && !places.contains { state.pack.names.contains($0.segment) }
        }
        guard isMiss else { return }
        warn(
            "pack miss",
            "A prompt begins with none of those that were packed with the model, so all of it is computed. "
                + "Pack the model again with the instructions in use."
        )
    }
}
