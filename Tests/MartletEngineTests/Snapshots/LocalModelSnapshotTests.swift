import Foundation
import MartletCore
import MartletEngine
import MartletModel
import MartletPrompt
import Testing

@Suite("A local model with prompts on disk")
struct LocalModelSnapshotTests {
    /// A model whose store has read its directory: before that, an empty one takes nothing.
    private func model(
        _ directory: TemporaryDirectory,
        _ name: String = "tiny-llama",
        _ change: (inout LocalModelOptions) -> Void = { _ in }
    ) async throws -> LocalModel {
        var options = LocalModelOptions()
        options.threadCount = 2
        var snapshots = SnapshotOptions(directory: directory.path)
        snapshots.minimumComputation = .zero
        snapshots.closingPatience = .seconds(60)
        snapshots.minimumTokenCount = 32
        options.snapshots = snapshots
        change(&options)
        let path = try #require(Bundle.module.path(forResource: name, ofType: "gguf", inDirectory: "Fixtures"))
        let model = try LocalModel.load(path: path, options: options)
        if options.snapshots != nil { try await until { [.ready, .off].contains(model.snapshotStore?.phase) } }
        return model
    }

    private let story = "Once upon a time there was a model so small that it fitted into a nutshell"

    private func answer(_ model: LocalModel, _ input: GenerationRequest.Input) async throws -> Answer {
        let request = GenerationRequest(input, sampling: .greedy, maximumTokenCount: 16)
        return try await model.generate(request).answer()
    }

    @Test(
        "greedy answers after a restart are those of an engine that never stopped",
        arguments: ["tiny-llama", "tiny-gpt2"]
    )
    func restart(_ name: String) async throws {
        let directory = TemporaryDirectory()
        let first = try await model(directory, name)
        let cold = try await answer(first, .text(story))
        let longer = story + cold.text + " And then"
        first.close()
        let second = try await model(directory, name)
        let warm = try await answer(second, .text(story))
        #expect(warm.text == cold.text && !cold.text.isEmpty)
        #expect(warm.summary?.usage.reusedTokenCount ?? 0 >= 32)
        #expect(second.statistics.restoredPromptTokenCount >= 32)
        let unbroken = try await answer(model(directory, name) { $0.snapshots = nil }, .text(longer))
        second.close()
        let third = try await model(directory, name)
        #expect(try await answer(third, .text(longer)).text == unbroken.text)
        #expect(third.statistics.restoredPromptTokenCount >= second.statistics.restoredPromptTokenCount)
    }

    @Test("another model finds nothing")
    func fingerprint() async throws {
        let directory = TemporaryDirectory()
        let first = try await model(directory)
        _ = try await answer(first, .text(story))
        first.close()
        let other = try await model(directory, "tiny-gpt2")
        #expect(try await answer(other, .text(story)).summary?.usage.reusedTokenCount == 0)
        #expect(try await answer(model(directory), .text(story)).summary?.usage.reusedTokenCount ?? 0 >= 32)
    }

    @Test("instructions that were computed ahead are the beginning of every chat under them, once for all")
    func precompute() async throws {
        let directory = TemporaryDirectory()
        let baker = try await model(directory)
        let beginning = try baker.commonBeginning(of: story)
        for words in ["Hi", "9 lives", " leading space", "Ж"] {
            let whole = try baker.prompt(for: .messages([.system(story), .user(words)]))
            #expect(whole.count > beginning.count && whole.starts(with: beginning.prefix(beginning.count - 2)))
        }
        let made = try await baker.precompute(story)
        #expect(!made.wasKept && made.tokenCount == beginning.count / 32 * 32 && made.byteCount > 0)
        #expect(try await baker.precompute(story).wasKept)
        baker.close()
        let process = try await model(directory)
        #expect(try await process.precompute(story).wasKept)
        #expect(await process.eraseSnapshots(owner: "anybody") == 0)
        let answer = try await answer(process, .messages([.system(story), .user("Hello")]))
        #expect(answer.summary?.usage.reusedTokenCount == made.tokenCount)
        let error = await #expect(throws: EngineError.self) { try await process.precompute("Hm") }
        #expect(error?.code == .invalidOption)
        let off = try await model(directory) { $0.snapshots = nil }
        await #expect(throws: EngineError.self) { try await off.precompute(story) }
    }
}
