import Foundation
import MartletEngine
import Synchronization
import Testing

/// A directory that goes away with the test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "martlet-snapshots-\(UUID().uuidString)").path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The segments' files by name, oldest first.
    var files: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        func date(_ name: String) -> Date {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)
            return attributes?[.modificationDate] as? Date ?? .distantPast
        }
        return names.filter { $0.hasSuffix(".kv") }.sorted { date($0) < date($1) }
    }

    var byteCount: Int {
        files.reduce(0) { $0 + ((try? Data(contentsOf: url($1)).count) ?? 0) }
    }

    func url(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }
}

/// Lines that were warned of.
final class Warnings: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

/// A store of blocks of 4 tokens and 64 bytes, whose content follows from the tokens.
struct StoreUnderTest {
    static let blockLength = 4
    static let blockByteCount = 64

    let store: SnapshotStore
    let warnings = Warnings()

    /// Opens a store and waits until it has read the directory.
    init(
        _ directory: String,
        model: UInt8 = 1,
        blockByteCount: Int = Self.blockByteCount,
        _ change: (inout SnapshotOptions) -> Void = { _ in }
    ) async throws {
        var options = SnapshotOptions(directory: directory)
        options.rescanInterval = .zero
        options.onWarning = { [warnings] in warnings.append($0) }
        change(&options)
        store = try SnapshotStore(
            options: options,
            blockLength: Self.blockLength,
            blockByteCount: blockByteCount,
            fingerprint: { _ in [UInt8](repeating: model, count: 32) },
            onChange: {}
        )
        try await until { store.phase == .ready || store.phase == .off }
    }

    /// What the cache would hold for a beginning's last block.
    static func content(_ tokens: ArraySlice<Int32>) -> [UInt8] {
        var state: UInt32 = 7
        for token in tokens { state = state &* 31 &+ UInt32(bitPattern: token) }
        return (0..<blockByteCount).map { UInt8(truncatingIfNeeded: state &* UInt32($0 + 1) >> 3) }
    }

    /// Saves what the disk lacks of `tokens`; returns the blocks that were written.
    @discardableResult
    func save(_ tokens: [Int32], owner: String? = nil, isShared: Bool = false) async -> Range<Int>? {
        guard let capture = store.capture(tokens[...], owner: owner, isShared: isShared) else { return nil }
        for block in capture.blocks {
            store.append(Self.content(tokens[..<((block + 1) * Self.blockLength)]), to: capture)
        }
        store.finish(capture)
        await store.flush()
        return capture.blocks
    }

    /// Reads what the disk has of `tokens` after `count` blocks, and checks every byte of it; returns how many blocks.
    func read(_ tokens: [Int32], inMemory count: Int = 0) async throws -> Int {
        guard let match = store.match(tokens[...], inMemory: count, limit: .max) else { return 0 }
        #expect(match.firstBlock == count)
        let read = store.read(match)
        var blocks: [[UInt8]] = []
        var isLast = false
        try await until {
            let taken = read.take(limit: 2)
            blocks += taken.blocks
            isLast = taken.isLast
            return isLast
        }
        for (index, block) in blocks.enumerated() {
            #expect(block == Self.content(tokens[..<((count + index + 1) * Self.blockLength)]))
        }
        return blocks.count
    }
}

/// Waits for something that comes within moments.
func until(_ isTrue: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while !isTrue() {
        try #require(ContinuousClock.now < end, "what the test waits for doesn't come")
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// `count` blocks of tokens that begin with those of `seed`.
func tokens(_ blockCount: Int, seed: Int32 = 0) -> [Int32] {
    (0..<Int32(blockCount * StoreUnderTest.blockLength)).map { $0 * 7 + seed }
}
