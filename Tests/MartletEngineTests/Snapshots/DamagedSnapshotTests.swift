import Foundation
import MartletEngine
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Damaged files among the snapshots")
struct DamagedSnapshotTests {
    private static let blockCount = 4
    /// The fixed part, tokens and checksums of four blocks of four tokens, up to a multiple of 64.
    private static let headerByteCount = 448

    /// Saves a prompt, damages its file, and opens the directory again.
    private func reopen(
        _ directory: TemporaryDirectory,
        damage: (URL) throws -> Void
    ) async throws -> StoreUnderTest {
        try await StoreUnderTest(directory.path).save(tokens(Self.blockCount))
        let name = try #require(directory.files.first)
        let byteCount = try Data(contentsOf: directory.url(name)).count
        #expect(byteCount == Self.headerByteCount + Self.blockCount * StoreUnderTest.blockByteCount)
        try damage(directory.url(name))
        return try await StoreUnderTest(directory.path)
    }

    /// Nothing is found, one line tells of it, the file is gone, and the prompt can be saved again.
    private func expectDismissed(_ store: StoreUnderTest, _ directory: TemporaryDirectory) async throws {
        #expect(try await store.read(tokens(Self.blockCount)) == 0)
        #expect(store.warnings.all.count == 1 && store.store.statistics.failureCount == 1)
        #expect(directory.files.isEmpty)
        #expect(await store.save(tokens(Self.blockCount)) == 0..<Self.blockCount)
        #expect(try await store.read(tokens(Self.blockCount)) == Self.blockCount)
    }

    @Test(
        "a file that is cut short or too long is dismissed",
        arguments: [0, 1, 8, 207, 208, 300, 447, 448, 703, 705, 9999]
    )
    func wrongLength(_ length: Int) async throws {
        let directory = TemporaryDirectory()
        let store = try await reopen(directory) { url in
            let handle = try FileHandle(forWritingTo: url)
            try handle.truncate(atOffset: UInt64(length))
            try handle.close()
        }
        try await expectDismissed(store, directory)
    }

    @Test(
        "a changed bit anywhere in the header is seen before anything is read",
        arguments: [
            0, 7, 16, 47, 48, 80, 112, 144, 148, 151, 152, 160, 167, 168, 176, 207, 208, 271, 272, 399, 400, 447,
        ]
    )
    func headerBit(_ offset: Int) async throws {
        let directory = TemporaryDirectory()
        let store = try await reopen(directory) { url in
            var data = try Data(contentsOf: url)
            data[offset] ^= 0x10
            try data.write(to: url)
        }
        try await expectDismissed(store, directory)
    }

    @Test("impossible sizes are refused without reserving memory for them", arguments: [148, 152, 160])
    func impossibleSizes(_ offset: Int) async throws {
        for value in [0, 0xFFFF_FFFF, 0x7FFF_FFFF] as [UInt32] {
            let directory = TemporaryDirectory()
            let store = try await reopen(directory) { url in
                var data = try Data(contentsOf: url)
                withUnsafeBytes(of: value.littleEndian) { data.replaceSubrange(offset..<(offset + 4), with: $0) }
                try data.write(to: url)
            }
            try await expectDismissed(store, directory)
        }
    }

    @Test("a huge sparse file is refused")
    func sparse() async throws {
        let directory = TemporaryDirectory()
        let store = try await reopen(directory) { url in
            let handle = try FileHandle(forWritingTo: url)
            try handle.truncate(atOffset: 1 << 42)
            try handle.close()
        }
        try await expectDismissed(store, directory)
    }

    @Test("another version's file is left alone")
    func version() async throws {
        let directory = TemporaryDirectory()
        let store = try await reopen(directory) { url in
            var data = try Data(contentsOf: url)
            data[8] = 2
            try data.write(to: url)
        }
        #expect(try await store.read(tokens(Self.blockCount)) == 0)
        #expect(directory.files.count == 1 && store.warnings.all.isEmpty)
    }

    @Test("links, folders, pipes and files under another's name are dismissed")
    func notAFile() async throws {
        let directory = TemporaryDirectory()
        let target = TemporaryDirectory()
        try await StoreUnderTest(target.path).save(tokens(Self.blockCount))
        let other = target.url(try #require(target.files.first)).path
        let damages: [(URL) throws -> Void] = [
            { try FileManager.default.createSymbolicLink(atPath: $0.path, withDestinationPath: other) },
            { try FileManager.default.createSymbolicLink(atPath: $0.path, withDestinationPath: "/dev/zero") },
            { #expect(mkfifo($0.path, 0o600) == 0) },
        ]
        for damage in damages {
            let store = try await reopen(directory) { url in
                try FileManager.default.removeItem(at: url)
                try damage(url)
            }
            try await expectDismissed(store, directory)
            for name in directory.files { try FileManager.default.removeItem(at: directory.url(name)) }
        }
        #expect(FileManager.default.fileExists(atPath: other))
        // A whole segment under another's name.
        let store = try await reopen(directory) { url in
            let name = url.lastPathComponent.replacingOccurrences(of: "-000000-", with: "-000001-")
            try FileManager.default.moveItem(at: url, to: directory.url(name))
        }
        try await expectDismissed(store, directory)
    }

    @Test("a block that changed on disk is not used, what is before it is")
    func payload() async throws {
        let directory = TemporaryDirectory()
        let store = try await reopen(directory) { url in
            var data = try Data(contentsOf: url)
            data[Self.headerByteCount + 2 * StoreUnderTest.blockByteCount + 5] ^= 1
            try data.write(to: url)
        }
        #expect(try await store.read(tokens(Self.blockCount)) == 2)
        try await expectDismissed(store, directory)
    }

    @Test("files of other kinds stay, and abandoned unfinished ones go")
    func strangers() async throws {
        let directory = TemporaryDirectory()
        try await StoreUnderTest(directory.path).save(tokens(1))
        for name in ["notes.txt", ".1-2-3.partial", "x.kv", "0123456789abcdef-000000-0123.kv"] {
            try Data("x".utf8).write(to: directory.url(name))
        }
        let old = directory.url(".4-5-6.partial")
        try Data("x".utf8).write(to: old)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7200)],
            ofItemAtPath: old.path
        )
        let store = try await StoreUnderTest(directory.path)
        #expect(try await store.read(tokens(1)) == 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names.count == 5 && !names.contains(".4-5-6.partial"))
        #expect(store.warnings.all.isEmpty)
    }

    @Test("every byte of a model's file counts for its fingerprint, and so does the cache's form")
    func fingerprint() {
        var file = [UInt8]((0..<(3 << 20) / 2 + 77).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        func print(_ identity: String = "f16") -> [UInt8]? {
            file.withUnsafeBytes { ModelFingerprint.bytes(ofFile: $0, cacheIdentity: identity) }
        }
        let original = print()
        #expect(print() == original && original?.count == 32)
        #expect(print("q8_0") != original)
        for offset in [0, 31, 32, 1 << 20 - 1, 1 << 20, file.count - 78, file.count - 1] {
            for bit in [UInt8(1), 0x80] {
                file[offset] ^= bit
                #expect(print() != original, "byte \(offset)")
                file[offset] ^= bit
            }
        }
        file.removeLast()
        #expect(print() != original)
    }
}
