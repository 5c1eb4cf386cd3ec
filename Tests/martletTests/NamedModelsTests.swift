import MartletConversation
import MartletCore
import Synchronization
import Testing
import martlet

@Suite("Models that a chat may choose")
struct NamedModelsTests {
    struct Missing: Error {}

    /// A model that says nothing and notes what it is told to erase.
    private final class Silent: PromptKeeping {
        let information = LanguageModelInformation(name: "silent", contextLength: 100, isLocal: true)
        let erased = Mutex<[String]>([])
        func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
            AsyncThrowingStream { $0.finish() }
        }
        func tokenCount(of input: GenerationRequest.Input) async throws -> Int { 1 }
        func eraseKeptPrompts(of owner: String) async { erased.withLock { $0.append(owner) } }
    }

    @Test("are made once, at the first choice, and again after a failure")
    func lazily() async throws {
        let counts = Mutex((made: 0, failed: 0))
        let models = NamedModels(
            [
                .init(name: "usual", isLocal: true) { Silent() },
                .init(name: "other", isLocal: true) {
                    counts.withLock { $0.made += 1 }
                    return Silent()
                },
                .init(name: "broken", isLocal: false) {
                    counts.withLock { $0.failed += 1 }
                    throw Missing()
                },
            ],
            made: ["usual": Silent()]
        )
        #expect(models.names == ["usual", "other", "broken"])
        #expect(models.namesElsewhere == ["broken"])
        #expect(models.isReady("usual") && !models.isReady("other"))
        #expect(counts.withLock { $0.made } == 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let made = try await models.model(named: "other")
                    #expect(made != nil)
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.withLock { $0.made } == 1 && models.isReady("other"))
        for _ in 0..<2 { await #expect(throws: Missing.self) { _ = try await models.model(named: "broken") } }
        #expect(counts.withLock { $0.failed } == 2)
        #expect(try await models.model(named: "nobody") == nil)
    }

    @Test("erase what was kept by making one of those on this machine where none is there yet")
    func erases() async throws {
        let local = Silent()
        let models = NamedModels([
            .init(name: "elsewhere", isLocal: false) { throw Missing() }, .init(name: "here", isLocal: true) { local },
        ])
        await models.eraseKeptPrompts(of: "somebody")
        #expect(local.erased.withLock { $0 } == ["somebody"])
    }
}
