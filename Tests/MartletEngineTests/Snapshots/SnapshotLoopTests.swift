import Foundation
import MartletCore
import MartletEngine
import MartletModel
import MartletPrompt
import Testing

@Suite("The loop with prompts on disk")
struct SnapshotLoopTests {
    /// A loop that keeps everything in `directory`, whatever it is worth.
    ///
    /// - Parameter isOpened: Whether it has read the directory; before that, an empty one takes nothing.
    private func loop(
        _ directory: TemporaryDirectory,
        model: UInt8 = 1,
        contextLength: Int = 1024,
        warnings: Warnings = Warnings(),
        isOpened: Bool = true,
        _ change: (inout SnapshotOptions) -> Void = { _ in }
    ) async throws -> ScriptedLoop {
        var options = SnapshotOptions(directory: directory.path)
        options.minimumComputation = .zero
        // Tests share the machine with each other.
        options.closingPatience = .seconds(60)
        options.onWarning = { warnings.append($0) }
        change(&options)
        let loop = try ScriptedLoop(
            contextLength: contextLength,
            prefillRowCount: 64,
            snapshots: SnapshotSource(options: options) { identity, _ in
                [UInt8](repeating: model, count: 31) + [UInt8(identity.utf8.count)]
            }
        )
        if isOpened { try await until { [.ready, .off].contains(loop.loop.snapshotStore?.phase) } }
        return loop
    }

    private func prompt(_ count: Int, seed: Int32 = 0) -> [Int32] {
        [1] + (1..<Int32(count)).map { 3 + ($0 * $0 + seed) % 13 }
    }

    private func answer(_ loop: ScriptedLoop, _ prompt: [Int32], maximum: Int = 40, owner: String? = nil) async throws
        -> Answer
    {
        var plan = loop.plan(prompt, maximum: maximum)
        plan.endTokens = []
        plan.owner = owner
        return try await loop.submit(plan).answer()
    }

    /// Waits for what is on its way, and ends the loop as a process would.
    private func end(_ loop: ScriptedLoop) {
        loop.loop.close(draining: true)
    }

    @Test("a restarted engine goes on where the last one ended, and says the same")
    func restart() async throws {
        let directory = TemporaryDirectory()
        let cold = try await loop(directory)
        let first = try await answer(cold, prompt(200))
        #expect(first.summary?.usage.reusedTokenCount == 0)
        end(cold)
        let warm = try await loop(directory, isOpened: false)
        let second = try await answer(warm, prompt(200))
        #expect(second.text == first.text && !first.text.isEmpty)
        #expect(second.summary?.usage.reusedTokenCount == 192)
        #expect(warm.log.all.first?.tokens.count == 8)
        let statistics = warm.loop.statistics
        #expect(statistics.restoredPromptTokenCount == 192 && statistics.reusedPromptTokenCount == 0)
        #expect(statistics.snapshotReadCount == 1)
        // In the same process it comes from memory.
        #expect(try await answer(warm, prompt(200)).summary?.usage.reusedTokenCount == 192)
        #expect(warm.loop.statistics.snapshotReadCount == 1)
        #expect(warm.loop.statistics.reusedPromptTokenCount == 192)
    }

    @Test("a chat's next message after a restart computes neither the old ones nor their answers")
    func chat() async throws {
        let directory = TemporaryDirectory()
        var text = prompt(150)
        for turn in 0..<3 {
            let process = try await loop(directory)
            let answer = try await answer(process, text, maximum: 50, owner: "ada")
            let known = answer.summary?.usage.reusedTokenCount ?? 0
            #expect(turn == 0 ? known == 0 : known > text.count - 64)
            let reference = ScriptedLoop.expectedWithoutEnd(text, count: 50)
            #expect(answer.text == ScriptedLoop.tokenizer.decode(reference.map { TokenID($0) }, isWholeText: false))
            text += reference + prompt(20, seed: Int32(turn))
            end(process)
        }
        #expect(directory.files.count == 3)
        let process = try await loop(directory)
        _ = try await answer(process, prompt(10))
        let store = try await StoreUnderTest(directory.path)
        #expect(await store.store.erase(owner: "ada") == 3)
    }

    @Test("prompts from disk join others that are being answered, and all come out as alone")
    func concurrency() async throws {
        let directory = TemporaryDirectory()
        let cold = try await loop(directory)
        for seed in 0..<4 { _ = try await answer(cold, prompt(300, seed: Int32(seed)), maximum: 4) }
        end(cold)
        let warm = try await loop(directory)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                let own = prompt(300 + index, seed: Int32(index % 5))
                group.addTask {
                    let answer = try await answer(warm, own, maximum: 60)
                    let reference = ScriptedLoop.expectedWithoutEnd(own, count: 60)
                    let text = ScriptedLoop.tokenizer.decode(reference.map { TokenID($0) }, isWholeText: false)
                    #expect(answer.text == text, "request \(index)")
                }
            }
            try await group.waitForAll()
        }
        #expect(warm.loop.statistics.restoredPromptTokenCount >= 4 * 288)
    }

    @Test("a block that is damaged on disk is computed instead, with what follows it")
    func damage() async throws {
        let directory = TemporaryDirectory()
        let cold = try await loop(directory)
        let first = try await answer(cold, prompt(320), maximum: 5)
        end(cold)
        let name = try #require(directory.files.first)
        var data = try Data(contentsOf: directory.url(name))
        let blockByteCount = 32 * 4
        data[data.count - 7 * blockByteCount + 3] ^= 4
        try data.write(to: directory.url(name))
        let warnings = Warnings()
        let warm = try await loop(directory, warnings: warnings)
        let second = try await answer(warm, prompt(320), maximum: 5)
        #expect(second.text == first.text)
        let reused = second.summary?.usage.reusedTokenCount ?? 0
        #expect(reused > 0 && reused < 288)
        #expect(warnings.all.count == 1 && warm.loop.statistics.snapshotFailureCount == 1)
        end(warm)
        let again = try await loop(directory)
        #expect(try await answer(again, prompt(320), maximum: 5).summary?.usage.reusedTokenCount == 288)
    }

    @Test("only what is long enough and took long enough to compute is kept")
    func economy() async throws {
        let directory = TemporaryDirectory()
        let short = try await loop(directory)
        _ = try await answer(short, prompt(60), maximum: 10)
        end(short)
        #expect(directory.files.isEmpty)
        let fast = try await loop(directory) { $0.minimumComputation = .seconds(1000) }
        _ = try await answer(fast, prompt(500), maximum: 10)
        end(fast)
        #expect(directory.files.isEmpty)
        let limited = try await loop(directory) { $0.byteLimit = 0 }
        _ = try await answer(limited, prompt(500), maximum: 10)
        end(limited)
        #expect(directory.files.isEmpty)
    }

    @Test("a queue with room for one block takes a long prompt in the end")
    func narrowQueue() async throws {
        let directory = TemporaryDirectory()
        let cold = try await loop(directory) { $0.byteCountInFlight = 1 }
        _ = try await answer(cold, prompt(900), maximum: 3)
        end(cold)
        let warm = try await loop(directory)
        #expect(try await answer(warm, prompt(900), maximum: 3).summary?.usage.reusedTokenCount == 896)
    }

    @Test("beams and measurements leave nothing on disk; beams use what is there")
    func beams() async throws {
        let directory = TemporaryDirectory()
        let cold = try await loop(directory)
        func beams(_ loop: ScriptedLoop) async throws -> Answer {
            var plan = loop.plan(prompt(200), maximum: 10)
            plan.sampling.beams = SamplingOptions.BeamSearch(width: 3)
            return try await loop.submit(plan).answer()
        }
        let first = try await beams(cold)
        #expect(cold.loop.statistics.snapshotWriteCount == 0)
        _ = try await answer(cold, prompt(200), maximum: 3)
        end(cold)
        #expect(directory.files.count == 1)
        let warm = try await loop(directory)
        let second = try await beams(warm)
        #expect(second.text == first.text && second.summary?.usage.reusedTokenCount == 192)
    }

    @Test("a cache that is nearly full of running answers goes on without the disk")
    func fullCache() async throws {
        let directory = TemporaryDirectory()
        let cold = try await loop(directory)
        _ = try await answer(cold, prompt(400), maximum: 3)
        end(cold)
        // A context of 512 positions has 17 blocks; both answers together want more.
        let tight = try await loop(directory, contextLength: 512)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (length, maximum) in [(300, 100), (400, 60), (200, 120)] {
                let own = prompt(length)
                group.addTask {
                    let answer = try await answer(tight, own, maximum: maximum)
                    let reference = ScriptedLoop.expectedWithoutEnd(own, count: maximum)
                    let text = ScriptedLoop.tokenizer.decode(reference.map { TokenID($0) }, isWholeText: false)
                    #expect(answer.text == text)
                }
            }
            try await group.waitForAll()
        }
        end(tight)
    }

    @Test("a request that is cancelled or late while it waits for the disk ends at once")
    func impatience() async throws {
        let directory = TemporaryDirectory()
        let cold = try await loop(directory)
        _ = try await answer(cold, prompt(400), maximum: 3)
        end(cold)
        let warm = try await loop(directory)
        let flag = CancellationFlag()
        flag.cancel()
        let cancelled = try await warm.submit(warm.plan(prompt(400)), cancellation: flag).answer()
        #expect(cancelled.summary?.reason == .cancelled)
        var plan = warm.plan(prompt(400))
        plan.deadline = .now
        #expect(try await warm.submit(plan).answer().summary?.reason == .deadline)
        #expect(try await answer(warm, prompt(400)).summary?.usage.reusedTokenCount == 384)
    }

    @Test("an unusable directory changes nothing but a line of warning")
    func unusable() async throws {
        let directory = TemporaryDirectory()
        try Data("x".utf8).write(to: URL(fileURLWithPath: directory.path))
        let warnings = Warnings()
        let process = try await loop(directory, warnings: warnings)
        _ = try await answer(process, prompt(300))
        end(process)
        #expect(warnings.all.count == 1)
    }
}
