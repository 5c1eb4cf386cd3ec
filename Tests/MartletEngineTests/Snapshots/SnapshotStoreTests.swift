import Foundation
import MartletEngine
import Testing

@Suite("Prompts on disk")
struct SnapshotStoreTests {
    @Test("what was saved is there after a restart, byte for byte, for the same model only")
    func roundTrip() async throws {
        let directory = TemporaryDirectory()
        let first = try await StoreUnderTest(directory.path)
        #expect(await first.save(tokens(5)) == 0..<5)
        #expect(try await first.read(tokens(5)) == 5)
        first.store.close()
        let second = try await StoreUnderTest(directory.path)
        #expect(try await second.read(tokens(5)) == 5)
        #expect(second.store.statistics.readCount == 1)
        #expect(try await StoreUnderTest(directory.path, model: 2).read(tokens(5)) == 0)
        #expect(try await StoreUnderTest(directory.path, blockByteCount: 128).read(tokens(5)) == 0)
        #expect(second.warnings.all.isEmpty && directory.files.count == 1)
    }

    @Test("files and directory are for their owner alone, and no unfinished file stays")
    func permissions() async throws {
        let directory = TemporaryDirectory()
        try await StoreUnderTest(directory.path).save(tokens(2))
        let manager = FileManager.default
        func mode(_ path: String) throws -> Int? {
            try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        let names = try manager.contentsOfDirectory(atPath: directory.path)
        #expect(names == directory.files && names.count == 1)
        #expect(try mode(directory.path) == 0o700)
        #expect(try mode(directory.url(names[0]).path) == 0o600)
    }

    @Test("a prompt that leaves a segment in its middle uses its beginning, and its own end goes after that")
    func partialUse() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path)
        let long = tokens(6)
        await store.save(long)
        var other = long
        other[3 * StoreUnderTest.blockLength + 1] = 999
        #expect(try await store.read(other) == 3)
        #expect(try await store.read(other, inMemory: 2) == 1)
        #expect(try await store.read(other, inMemory: 3) == 0)
        #expect(try await store.read(Array(long.prefix(10))) == 2)
        #expect(try await store.read(tokens(6, seed: 1)) == 0)
        #expect(await store.save(other) == 3..<6)
        #expect(await store.save(other) == nil)
        let reopened = try await StoreUnderTest(directory.path)
        #expect(try await reopened.read(other) == 6)
        #expect(try await reopened.read(long) == 6)
        #expect(try await reopened.read(long, inMemory: 5) == 1)
    }

    @Test("a chat that grows is saved piece by piece and read as one")
    func growth() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path)
        for count in [1, 2, 5, 6] { await store.save(tokens(count)) }
        #expect(directory.files.count == 4)
        #expect(try await StoreUnderTest(directory.path).read(tokens(9)) == 6)
    }

    @Test("what memory has may be missing on disk")
    func hole() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path)
        await store.save(tokens(2))
        let name = try #require(directory.files.first)
        await store.save(tokens(5))
        try FileManager.default.removeItem(at: directory.url(name))
        let reopened = try await StoreUnderTest(directory.path)
        #expect(try await reopened.read(tokens(5)) == 0)
        #expect(try await reopened.read(tokens(5), inMemory: 2) == 3)
        #expect(await reopened.save(tokens(5)) == 0..<2)
        #expect(try await reopened.read(tokens(5)) == 5)
    }

    @Test("the least recently used segments go when the limit is reached, the end of a text before its beginning")
    func bounds() async throws {
        let directory = TemporaryDirectory()
        let limited = try await StoreUnderTest(directory.path)
        await limited.save(tokens(4))
        let one = directory.byteCount
        limited.store.close()
        let store = try await StoreUnderTest(directory.path) { $0.byteLimit = one * 7 / 2 }
        await store.save(tokens(8))
        try await Task.sleep(for: .milliseconds(60))
        await store.save(tokens(4, seed: 1000))
        #expect(directory.files.count == 3)
        try await Task.sleep(for: .milliseconds(60))
        await store.save(tokens(4, seed: 2000))
        #expect(directory.files.count == 3 && directory.byteCount <= one * 7 / 2)
        #expect(try await store.read(tokens(8)) == 4)
        // Now the third is the oldest, because the first was just used.
        try await Task.sleep(for: .milliseconds(60))
        await store.save(tokens(4, seed: 3000))
        #expect(try await store.read(tokens(8)) == 4)
        #expect(try await store.read(tokens(4, seed: 1000)) == 0)
        #expect(await store.save(tokens(40, seed: 4000)) == nil, "larger than all that may be there")
        #expect(store.warnings.all.isEmpty)
    }

    @Test("two stores share a directory: each finds what the other wrote, and lives with what the other removed")
    func sharedDirectory() async throws {
        let directory = TemporaryDirectory()
        let (left, right) = (try await StoreUnderTest(directory.path), try await StoreUnderTest(directory.path))
        await left.save(tokens(4))
        try await until { right.store.match(tokens(4)[...], inMemory: 0, limit: .max) != nil }
        #expect(try await right.read(tokens(4)) == 4)
        // Both write the same at the same time.
        async let first = left.save(tokens(9, seed: 5))
        async let second = right.save(tokens(9, seed: 5))
        _ = await (first, second)
        #expect(directory.files.count == 2)
        let match = try #require(left.store.match(tokens(4)[...], inMemory: 0, limit: .max))
        for name in directory.files { try FileManager.default.removeItem(at: directory.url(name)) }
        let read = left.store.read(match)
        try await until { read.take(limit: 9).isLast }
        #expect(left.store.statistics.failureCount == 0 && left.warnings.all.isEmpty)
        #expect(await left.save(tokens(4)) == 0..<4)
    }

    @Test("a capture that is given up leaves nothing and may be made again")
    func abandonment() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path)
        let capture = try #require(store.store.capture(tokens(3)[...], owner: nil))
        #expect(store.store.capture(tokens(3)[...], owner: nil) == nil, "not twice at a time")
        store.store.append(StoreUnderTest.content(tokens(1)[...]), to: capture)
        store.store.abandon(capture)
        await store.store.flush()
        #expect(store.store.statistics.dropCount == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
        #expect(await store.save(tokens(3)) == 0..<3)
    }

    @Test("a queue that is full says so, and has room again when the disk has taken what was in it")
    func fullQueue() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path) { $0.byteCountInFlight = 1 }
        #expect(store.store.hasRoom)
        let capture = try #require(store.store.capture(tokens(2)[...], owner: nil))
        for count in 1...2 {
            try await until { store.store.hasRoom }
            store.store.append(StoreUnderTest.content(tokens(count)[...]), to: capture)
        }
        store.store.finish(capture)
        await store.store.flush()
        #expect(store.store.hasRoom)
        #expect(try await store.read(tokens(2)) == 2)
    }

    @Test(
        "a directory that can't be used is told once, and all goes on without",
        arguments: ["file/inside", "public"]
    )
    func unusableDirectory(_ name: String) async throws {
        let directory = TemporaryDirectory()
        let manager = FileManager.default
        try manager.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        try Data().write(to: directory.url("file"))
        try manager.createDirectory(
            atPath: directory.path + "/public",
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o777]
        )
        try manager.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory.path + "/public")
        let store = try await StoreUnderTest(directory.path + "/" + name)
        #expect(store.store.phase == .off)
        #expect(await store.save(tokens(2)) == nil)
        #expect(try await store.read(tokens(2)) == 0)
        #expect(await store.store.erase(owner: "anybody") == 0)
        #expect(store.warnings.all.count == 1)
    }
}
