internal import MartletWeights
internal import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Keys and values of prompts' beginnings on disk, for one model: what is there, reading and writing it.
///
/// All waiting for the disk is done by two threads of its own, one that reads and one that writes. Everything else comes
/// back at once and may be called from any thread. Whatever goes wrong with files costs computing time, never an answer.
package final class SnapshotStore: Sendable {
    /// Counts since the store was opened.
    package struct Statistics: Sendable, Hashable {
        /// Segments written.
        package var writeCount = 0
        /// Prompts that were continued from the disk.
        package var readCount = 0
        /// Damaged segments, thrown away.
        package var failureCount = 0
        /// Segments that were dropped because the disk was slower than the engine.
        package var dropCount = 0
    }

    /// How far the store is.
    package enum Phase: Sendable, Equatable {
        /// The model's identity is computed and headers are read; `isEmpty` when there is nothing to wait for.
        case opening(isEmpty: Bool)
        /// All is known.
        case ready
        /// There is no directory to use, or no model to keep anything for.
        case off
    }

    /// Identifies the model; gives up with nil when nobody waits any longer.
    package typealias Fingerprint = @Sendable (_ isWanted: () -> Bool) -> [UInt8]?

    struct State {
        var phase = Phase.opening(isEmpty: false)
        var fingerprint = SnapshotDigest(domain: "")
        var root = SnapshotDigest(domain: "")
        var index = SnapshotIndex()
        /// Segments of this model that are of no use, such as another version's.
        var ignored: Set<SegmentName> = []
        /// Captures that are not on disk yet.
        var captures: [Int: SnapshotCapture] = [:]
        /// The blocks that they hold, each with how many of them do.
        var captured: [SnapshotDigest: Int] = [:]
        var nextTicket = 1
        var flushes: [CheckedContinuation<Void, Never>] = []
        var byteCountInFlight = 0
        /// Whether the engine waits for less to be in flight.
        var isRoomWanted = false
        /// No more segments are written until then.
        var pauseEnd: ContinuousClock.Instant?
        var statistics = Statistics()
        /// Kinds of trouble that were told, and damaged files that were.
        var warnings: Set<String> = []
        var folder: SnapshotFolder?
        /// The prompts that were packed with the model, and where they lie.
        var pack = PackedSegments()
        /// Whether the fingerprint is what ``pack`` says and has yet to be found out.
        var isClaim = false
        /// When the directory was last read, by the clock and by its own time of change.
        var lastScan = ContinuousClock.now
        var scannedFolderTime: Int64 = 0
        /// Segments written since the directory's latest listing began, which may lack them.
        var unlisted: Set<SegmentName> = []
        var totalByteCount = 0
        var byteLimit = 0
        var isClosed = false
    }

    let options: SnapshotOptions
    let blockLength: Int
    let blockByteCount: Int
    let state = Mutex(State())
    let reader: WorkQueue
    let writer: WorkQueue
    /// Makes the engine look for what has changed.
    let onChange: @Sendable () -> Void
    /// Whether the model is the one that was claimed.
    private let confirmation = Promise<Bool>()

    /// Opens the directory and begins to read it, in the background.
    ///
    /// - Parameters:
    ///   - fingerprint: Identifies the model and the form of its cache; called once, on the reading thread; may end
    ///     early with nil when the store is closed.
    ///   - claim: What the pack says that the fingerprint is; believed at once, and then confirmed or refuted.
    ///   - onChange: Called from any thread when blocks were read, and when there is room to write more.
    /// - Throws: ``EngineError/Code/unusableModel`` when the system gives no threads.
    package init(
        options: SnapshotOptions,
        blockLength: Int,
        blockByteCount: Int,
        fingerprint: @escaping Fingerprint,
        claim: [UInt8]? = nil,
        onChange: @escaping @Sendable () -> Void
    ) throws(EngineError) {
        self.options = options
        self.blockLength = blockLength
        self.blockByteCount = blockByteCount
        self.onChange = onChange
        reader = try WorkQueue(isBackground: false)
        writer = try WorkQueue(isBackground: true)
        reader.submit { [weak self] in self?.open(fingerprint, claim: claim) }
    }

    deinit {
        close()
    }

    /// How far the store is.
    package var phase: Phase { state.withLock { $0.phase } }

    /// The counts so far.
    package var statistics: Statistics { state.withLock { $0.statistics } }

    /// Ends the store after what it was given is written.
    package func close() {
        state.withLock { $0.isClosed = true }
        reader.close()
        writer.close()
        confirmation.set(.success(true))
        let waiting = state.withLock { state in
            defer { state.flushes = [] }
            return state.flushes
        }
        for flush in waiting { flush.resume() }
    }

    /// Waits until everything that was captured is on disk, or given up.
    package func flush() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                let isDone = state.captures.isEmpty || state.isClosed
                if !isDone { state.flushes.append(continuation) }
                return isDone
            }
            if isDone { continuation.resume() }
        }
    }

    // MARK: Opening

    private func open(_ fingerprint: @escaping Fingerprint, claim: [UInt8]?) {
        let hasFolder = openFolder()
        let hasPack = openPack()
        guard hasFolder || hasPack else {
            state.withLock { $0.phase = .off }
            return onChange()
        }
        if hasPack, let claim {
            adopt(claim, isClaim: true)
            state.withLock { $0.phase = .ready }
            onChange()
            let status = SystemThread.start(stackByteCount: 1 << 20) { [self] in confirm(claim, fingerprint) }
            if status == 0 { return }
        }
        confirmation.set(.success(claim == nil || !hasPack))
        onChange()
        let bytes = fingerprint { !state.withLock { $0.isClosed } }
        if let bytes { adopt(bytes, isClaim: false) }
        state.withLock { $0.phase = bytes == nil ? .off : .ready }
        onChange()
    }

    /// Opens the directory that is written to; false when there is none.
    private func openFolder() -> Bool {
        guard let path = options.directory else { return false }
        do {
            let folder = try SnapshotFolder(path: path)
            let free = folder.freeByteCount ?? Int.max
            let entries = folder.list().entries
            let total = entries.reduce(0) { $0 &+ $1.byteCount }
            let share = (free / 10).addingReportingOverflow(total / 10)
            state.withLock { state in
                state.folder = folder
                state.byteLimit = options.byteLimit ?? min(4 << 30, share.overflow ? Int.max : share.partialValue)
                if entries.isEmpty, options.pack == nil { state.phase = .opening(isEmpty: true) }
            }
            return true
        } catch {
            warn("directory", "Snapshots are off: the directory \(path) can't be used: \(error.reasonOfFolder).")
            return false
        }
    }

    /// Takes segments of the model with that fingerprint for this one's, and finds out which there are.
    private func adopt(_ fingerprint: [UInt8], isClaim: Bool) {
        let digest = fingerprint.withUnsafeBytes { SnapshotDigest(of: $0) }
        state.withLock { state in
            state.fingerprint = digest
            state.root = TokenChain.root(of: digest)
            state.index = SnapshotIndex()
            state.ignored = []
            state.isClaim = isClaim
        }
        scanPack()
        scan()
    }

    /// Finds out whether the model is the one that was claimed.
    private func confirm(_ claim: [UInt8], _ fingerprint: Fingerprint) {
        let bytes = fingerprint { !state.withLock { $0.isClosed } }
        if bytes == claim {
            state.withLock { $0.isClaim = false }
        } else if let bytes {
            adopt(bytes, isClaim: false)
            warn(
                "pack",
                "The prompts packed with the model are another model's and are not used: the model file has changed since. "
                    + "Pack it again."
            )
        }
        confirmation.set(.success(bytes == claim))
        onChange()
    }

    /// Waits until it is known whether the model is the one that was claimed; true where nothing was.
    func confirm() -> Bool { (try? confirmation.get()) ?? false }

    // MARK: Trouble

    /// Tells of trouble, once of each kind and of a bounded number of kinds.
    func warn(_ kind: String, _ text: String) {
        let isNews = state.withLock { $0.warnings.count < 32 && $0.warnings.insert(kind).inserted }
        if isNews { options.onWarning?(text) }
    }

    /// Forgets a segment that can't be used, and takes a damaged one away where that is this process's to do.
    func dismiss(_ name: SegmentName, _ fault: SnapshotFault) {
        let isPacked = state.withLock { state in
            state.index.remove(name)
            switch fault {
            case .damaged: state.statistics.failureCount += 1
            case .foreign, .system:
                if state.ignored.count < 1 << 16 { state.ignored.insert(name) }
            case .missing: break
            }
            return state.pack.names.remove(name) != nil
        }
        switch fault {
        case .damaged(let reason) where isPacked:
            warn(name.text, "A prompt packed with the model (\(name.text)) is damaged and not used: \(reason).")
        case .damaged(let reason):
            state.withLock { $0.folder }?.remove(name.text)
            warn(name.text, "The snapshot \(name.text) was damaged and is removed: \(reason).")
        case .system: warn("read", "A snapshot can't be read: \(fault.description).")
        case .missing, .foreign: break
        }
    }
}

extension SnapshotFault: CustomStringConvertible {
    /// Why a directory can't be used, in words.
    var reasonOfFolder: String {
        self == .system(EPERM) ? "it belongs to another user or others may write to it" : description
    }

    /// What is wrong, in words.
    var description: String {
        switch self {
        case .missing: "the file is gone"
        case .foreign: "it is another version's"
        case .damaged(let reason): reason
        case .system(let number): String(cString: strerror(number))
        }
    }
}
