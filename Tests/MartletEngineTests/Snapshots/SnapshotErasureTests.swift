import MartletEngine
import Testing

@Suite("Erasing one owner's prompts from disk")
struct SnapshotErasureTests {
    /// A beginning of `shared` blocks that all seeds have, then three of the seed's own.
    private func chat(_ seed: Int32, shared: Int = 3) -> [Int32] {
        tokens(shared) + tokens(3, seed: seed)
    }

    @Test("takes all that is the owner's alone, of every model, and keeps what others' chats follow")
    func erasure() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path)
        let foreign = try await StoreUnderTest(directory.path, model: 2)
        await store.save(chat(100), owner: "ada")
        await store.save(chat(200), owner: "ben")
        await store.save(tokens(4, seed: 300), owner: "ada")
        await store.save(tokens(4, seed: 400))
        await foreign.save(chat(100), owner: "ada")
        #expect(await store.store.erase(owner: "nobody") == 0)
        #expect(await store.store.erase(owner: "ada") == 3)
        for store in [store, try await StoreUnderTest(directory.path)] {
            #expect(try await store.read(chat(100)) == 3)
            #expect(try await store.read(chat(200)) == 6)
            #expect(try await store.read(tokens(4, seed: 300)) == 0)
            #expect(try await store.read(tokens(4, seed: 400)) == 4)
        }
        #expect(try await StoreUnderTest(directory.path, model: 2).read(chat(100)) == 0)
        // What is left of the beginning is nobody's now.
        #expect(await store.store.erase(owner: "ada") == 0)
        #expect(await store.store.erase(owner: "ben") == 1)
        #expect(try await store.read(chat(200)) == 3)
    }

    @Test("follows a chain of the owner's segments under somebody else's chat")
    func chain() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path)
        await store.save(tokens(2), owner: "ada")
        await store.save(tokens(4), owner: "ada")
        await store.save(tokens(6), owner: "ada")
        await store.save(tokens(5) + tokens(2, seed: 9), owner: "ben")
        await store.save(tokens(6) + tokens(1, seed: 8), owner: "ada")
        await store.store.erase(owner: "ada")
        let reopened = try await StoreUnderTest(directory.path)
        #expect(try await reopened.read(tokens(6)) == 5)
        #expect(try await reopened.read(tokens(5) + tokens(2, seed: 9)) == 7)
    }

    @Test("keeps what was computed ahead for everybody, even after its owner's chat")
    func shared() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path)
        await store.save(chat(100), owner: "ada")
        #expect(await store.save(tokens(3), isShared: true) == 0..<3)
        #expect(await store.save(tokens(3), isShared: true) == nil)
        await store.store.erase(owner: "ada")
        #expect(try await store.read(chat(100)) == 3)
    }

    @Test("stops what is on its way to the disk")
    func pending() async throws {
        let directory = TemporaryDirectory()
        let store = try await StoreUnderTest(directory.path)
        let capture = try #require(store.store.capture(tokens(1)[...], owner: "ada"))
        store.store.append(StoreUnderTest.content(tokens(1)[...]), to: capture)
        await store.store.erase(owner: "ada")
        #expect(capture.isFailed)
        store.store.finish(capture)
        await store.save(tokens(2, seed: 7))
        #expect(directory.files.count == 1)
        #expect(try await store.read(tokens(1)) == 0)
    }
}
