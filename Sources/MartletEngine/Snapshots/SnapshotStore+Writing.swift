internal import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension SnapshotStore {
    /// Plans to keep what the disk doesn't have yet of a beginning that is computed.
    ///
    /// - Parameters:
    ///   - tokens: Whole blocks of tokens from the start of the text.
    ///   - owner: Whose text it is; nil is nobody's.
    ///   - isShared: Whether it is to stay when its owner's things are erased, as a persona that was computed ahead.
    ///   - leastBlockCount: Fewer blocks aren't worth it now.
    /// - Returns: nil when the disk has it all, or nothing can be written now. Every capture ends with `finish` or
    ///   `abandon`.
    package func capture(
        _ tokens: ArraySlice<Int32>,
        owner: String?,
        isShared: Bool = false,
        leastBlockCount: Int = 1
    ) -> SnapshotCapture? {
        let count = tokens.count / blockLength
        return state.withLock { state -> SnapshotCapture? in
            guard state.phase == .ready, !state.isClaim, !state.isClosed, state.folder != nil, state.byteLimit > 0
            else {
                return nil
            }
            if let end = state.pauseEnd, end > .now { return nil }
            let names = TokenChain.names(after: state.root, tokens: tokens, blockLength: blockLength)
            func isKept(_ block: Int) -> Bool {
                state.captured[names[block]] != nil
                    || state.index.place(of: names[block], sharedOnly: isShared) != nil
            }
            guard let first = (0..<count).first(where: { !isKept($0) }) else { return nil }
            let end = min((first..<count).first(where: isKept) ?? count, first + SegmentHeader.maximumBlockCount)
            guard end - first >= leastBlockCount, (end - first) * blockByteCount <= state.byteLimit else { return nil }
            let start = tokens.startIndex
            let plan = SegmentPlan(
                fingerprint: state.fingerprint,
                parent: first == 0 ? state.root : names[first - 1],
                owner: isShared ? nil : owner.map { OwnerTag($0) },
                firstBlock: first,
                blockLength: blockLength,
                blockByteCount: blockByteCount,
                tokens: Array(tokens[(start + first * blockLength)..<(start + end * blockLength)])
            )
            let capture = SnapshotCapture(plan, names: Array(names[first..<end]), ticket: state.nextTicket)
            state.nextTicket += 1
            state.captures[capture.ticket] = capture
            for name in capture.names { state.captured[name, default: 0] += 1 }
            return capture
        }
    }

    /// Whether a block may be handed over now.
    package var hasRoom: Bool {
        state.withLock { state in
            let hasRoom =
                state.byteCountInFlight == 0
                || state.byteCountInFlight + blockByteCount <= options.byteCountInFlight
            state.isRoomWanted = !hasRoom
            return hasRoom
        }
    }

    /// Hands over a capture's next block.
    package func append(_ block: [UInt8], to capture: SnapshotCapture) {
        state.withLock { $0.byteCountInFlight += block.count }
        writer.submit { [weak self] in
            guard let self else { return }
            write(block, to: capture)
            let isRoomWanted = state.withLock { state in
                state.byteCountInFlight -= block.count
                return state.isRoomWanted
            }
            if isRoomWanted { onChange() }
        }
    }

    private func write(_ block: [UInt8], to capture: SnapshotCapture) {
        guard !capture.isFailed, let folder = state.withLock({ $0.folder }) else { return }
        do throws(SnapshotFault) {
            if capture.writer == nil { capture.writer = try SegmentWriter(capture.plan, in: folder) }
            try capture.writer?.append(block)
        } catch {
            fail(capture, error)
        }
    }

    /// Ends a capture all of whose blocks were handed over.
    package func finish(_ capture: SnapshotCapture) {
        let isTaken = writer.submit { [weak self] in
            self?.commit(capture)
            self?.release(capture)
        }
        if !isTaken { release(capture) }
    }

    /// Ends a capture that nobody will complete.
    ///
    /// - Parameter isDrop: Whether that is a loss worth counting.
    package func abandon(_ capture: SnapshotCapture, isDrop: Bool = true) {
        if isDrop { state.withLock { $0.statistics.dropCount += 1 } }
        let isTaken = writer.submit { [weak self] in
            capture.fail()
            self?.release(capture)
        }
        if !isTaken { release(capture) }
    }

    private func commit(_ capture: SnapshotCapture) {
        guard !capture.isFailed, let folder = state.withLock({ $0.folder }) else { return }
        // Erased in the meantime: an owner's things are not written after that.
        guard state.withLock({ $0.captures[capture.ticket] != nil }) else { return capture.fail() }
        do throws(SnapshotFault) {
            guard let header = try capture.writer?.commit() else { return }
            capture.writer = nil
            let path = state.withLock { state in
                state.index.insert(header)
                if state.unlisted.count < 1 << 12 { state.unlisted.insert(SegmentName(header)) }
                state.statistics.writeCount += 1
                // Forged totals can't be added to: sizes of files that this process wrote are small.
                state.totalByteCount += header.fileByteCount
                return state.index.path(to: header.parent).filter { !state.pack.names.contains($0) }
            }
            folder.touch(path)
        } catch {
            fail(capture, error)
        }
        makeRoom(in: folder)
    }

    private func fail(_ capture: SnapshotCapture, _ fault: SnapshotFault) {
        capture.fail()
        state.withLock { $0.pauseEnd = .now + .seconds(60) }
        let remedy =
            switch fault {
            case .system(ENOSPC), .system(EDQUOT): "free some space, or set a lower limit"
            default: "check that the directory \(options.directory ?? "") may be written to"
            }
        warn("write", "Snapshots can't be written now: \(fault.description); \(remedy). Answers go on without them.")
    }

    private func release(_ capture: SnapshotCapture) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.captures[capture.ticket] = nil
            for name in capture.names {
                let left = (state.captured[name] ?? 1) - 1
                state.captured[name] = left > 0 ? left : nil
            }
            guard state.captures.isEmpty else { return [] }
            defer { state.flushes = [] }
            return state.flushes
        }
        for flush in waiting { flush.resume() }
    }

    // MARK: Bounds

    /// Removes the least recently used segments until all fit the limit, other models' and other processes' included.
    ///
    /// A beginning is at least as recently used as what follows it; of two that were used together the later part goes
    /// first.
    private func makeRoom(in folder: SnapshotFolder) {
        let isNeeded = state.withLock { state in
            state.totalByteCount > state.byteLimit || state.statistics.writeCount % 16 == 0
        }
        guard isNeeded else { return }
        let entries = folder.list().entries
        var total = entries.reduce(0) { $0 &+ $1.byteCount }
        var count = entries.count
        let limit = state.withLock { $0.byteLimit }
        for entry in entries.sorted(by: isDispensable) {
            guard total > limit || count > SnapshotFolder.maximumEntryCount / 4 else { break }
            folder.remove(entry.name.text)
            total -= entry.byteCount
            count -= 1
            state.withLock { $0.index.remove(entry.name) }
        }
        state.withLock { $0.totalByteCount = total }
    }

    private func isDispensable(_ left: SnapshotFolder.Entry, before right: SnapshotFolder.Entry) -> Bool {
        // Files of one use are touched within moments of each other.
        let moment: Int64 = 50_000_000
        return (left.lastUse / moment, -left.name.firstBlock, left.lastUse)
            < (right.lastUse / moment, -right.name.firstBlock, right.lastUse)
    }
}
