internal import Synchronization

extension SnapshotStore {
    /// Bytes of blocks that are read ahead of the engine.
    private static let readAheadByteCount = 32 << 20

    /// What the disk has of a prompt beyond the blocks that memory has.
    ///
    /// - Parameters:
    ///   - tokens: The prompt.
    ///   - count: How many of its leading blocks are in memory.
    ///   - limit: Blocks that are of use at most, those in memory included.
    /// - Returns: nil when the disk adds nothing.
    /// - Complexity: About a microsecond a block.
    package func match(_ tokens: ArraySlice<Int32>, inMemory count: Int, limit: Int) -> SnapshotMatch? {
        rescanIfNeeded()
        let last = min(limit, tokens.count / blockLength)
        guard count < last else { return nil }
        let match = state.withLock { state -> SnapshotMatch? in
            guard state.phase == .ready else { return nil }
            var digest = state.root
            var places: [SnapshotIndex.Place] = []
            for block in 0..<last {
                let start = tokens.startIndex + block * blockLength
                let next = TokenChain.name(after: digest, block: tokens[start..<(start + blockLength)])
                if block >= count {
                    guard let place = state.index.place(of: next, preferring: places.last?.segment) else { break }
                    places.append(place)
                }
                digest = next
            }
            return places.isEmpty ? nil : SnapshotMatch(firstBlock: count, places: places, end: digest)
        }
        if count == 0 { noteMiss(of: match?.places ?? [], blockCount: last) }
        return match
    }

    /// Whether the disk has all whole blocks of a beginning as nobody's.
    package func isShared(_ tokens: ArraySlice<Int32>) -> Bool {
        state.withLock { state in
            state.phase == .ready
                && TokenChain.names(after: state.root, tokens: tokens, blockLength: blockLength).allSatisfy {
                    state.index.place(of: $0, sharedOnly: true) != nil
                }
        }
    }

    /// Begins to read what was matched.
    package func read(_ match: SnapshotMatch) -> SnapshotRead {
        let roomCount = max(2, Self.readAheadByteCount / max(1, blockByteCount))
        let read = SnapshotRead(match, roomCount: roomCount)
        let isTaken = reader.submit { [weak self] in
            self?.fill(read)
            read.finish()
            self?.onChange()
        }
        if !isTaken { read.finish() }
        return read
    }

    private func fill(_ read: SnapshotRead) {
        var open: (name: SegmentName, file: SegmentFile)?
        for place in read.match.places {
            guard read.waitForRoom() else { return }
            do throws(SnapshotFault) {
                let file: SegmentFile
                if let open, open.name == place.segment {
                    file = open.file
                } else {
                    guard let folder = folder(of: place.segment) else { return }
                    file = try SegmentFile(place.segment, in: folder)
                    guard isOurs(file.header) else { throw .foreign }
                    open = (place.segment, file)
                }
                read.append(try file.block(place.block))
                onChange()
            } catch {
                dismiss(place.segment, error)
                return
            }
        }
        let (folder, path) = state.withLock { state in
            state.statistics.readCount += 1
            let path = state.index.path(to: read.match.end).filter { !state.pack.names.contains($0) }
            return (state.folder, path)
        }
        folder?.touch(path)
    }

    func isOurs(_ header: SegmentHeader) -> Bool {
        header.fingerprint == state.withLock { $0.fingerprint } && header.blockLength == blockLength
            && header.blockByteCount == blockByteCount
    }

    /// Looks for what other processes have written, when the directory has changed, every now and then.
    private func rescanIfNeeded() {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard state.phase == .ready, now - state.lastScan > options.rescanInterval, let folder = state.folder,
                folder.modificationNanoseconds != state.scannedFolderTime
            else { return false }
            state.lastScan = now
            return true
        }
        if isDue { reader.submit { [weak self] in self?.scan() } }
    }

    /// Brings the index up to date with the directory: the newest segments first, headers only.
    func scan() {
        guard let folder = state.withLock({ $0.folder }) else { return }
        let time = folder.modificationNanoseconds
        state.withLock { $0.unlisted = [] }
        let (entries, abandoned) = folder.list()
        for name in abandoned { folder.remove(name) }
        let model = state.withLock { $0.fingerprint }.hexadecimal(byteCount: 8)
        let listed = Set(entries.map(\.name))
        let unknown = state.withLock { state in
            let present = listed.union(state.unlisted).union(state.pack.names)
            for name in Array(state.index.names) where !present.contains(name) { state.index.remove(name) }
            state.ignored.formIntersection(present)
            state.totalByteCount = entries.reduce(0) { $0 &+ $1.byteCount }
            state.scannedFolderTime = time
            state.lastScan = .now
            return entries.filter { entry in
                entry.name.model == model && !state.index.contains(entry.name) && !state.ignored.contains(entry.name)
            }
        }
        for entry in unknown.sorted(by: { $0.lastUse > $1.lastUse }) {
            if state.withLock({ $0.isClosed }) { return }
            do throws(SnapshotFault) {
                let header = try SegmentFile(entry.name, in: folder).header
                guard isOurs(header) else { throw .foreign }
                guard state.withLock({ $0.index.insert(header) }) else { return }
            } catch {
                dismiss(entry.name, error)
            }
        }
    }
}
