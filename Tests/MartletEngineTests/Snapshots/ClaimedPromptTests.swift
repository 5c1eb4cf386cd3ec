import Dispatch
import MartletCore
import MartletEngine
import MartletModel
import MartletPrompt
import Synchronization
import Testing

@Suite("Prompts on disk whose model isn't known yet")
struct ClaimedPromptTests {
    private let directory = TemporaryDirectory()

    /// What the model turns out to be, when the test says so.
    private final class Truth: Sendable {
        private let model = Mutex<UInt8?>(nil)

        func set(_ model: UInt8) { self.model.withLock { $0 = model } }

        func wait(_ isWanted: () -> Bool) -> UInt8? {
            while isWanted() {
                if let model = model.withLock({ $0 }) { return model }
                DispatchSemaphore(value: 0).wait(for: .milliseconds(1))
            }
            return nil
        }
    }

    private static func fingerprint(_ model: UInt8, _ identity: String) -> [UInt8] {
        [UInt8](repeating: model, count: 31) + [UInt8(truncatingIfNeeded: identity.utf8.count)]
    }

    private func prompt(_ count: Int, seed: Int32 = 0) -> [Int32] {
        [1] + (1..<Int32(count)).map { 3 + ($0 * $0 + seed) % 13 }
    }

    private func plan(_ loop: ScriptedLoop, _ prompt: [Int32], _ sampling: SamplingOptions = .greedy) -> GenerationPlan
    {
        var plan = loop.plan(prompt, maximum: 20, sampling: sampling)
        plan.endTokens = []
        return plan
    }

    private func expected(_ prompt: [Int32]) -> String {
        let tokens = ScriptedLoop.expectedWithoutEnd(prompt, count: 20)
        return ScriptedLoop.tokenizer.decode(tokens.map { TokenID($0) }, isWholeText: false)
    }

    /// Fills the pack with what model 1 computes of a prompt.
    private func bake() async throws {
        var options = SnapshotOptions(directory: directory.path)
        options.minimumComputation = .zero
        options.closingPatience = .seconds(60)
        let loop = try ScriptedLoop(
            contextLength: 1024,
            prefillRowCount: 64,
            snapshots: SnapshotSource(options: options) { identity, _ in Self.fingerprint(1, identity) }
        )
        try await until { loop.loop.snapshotStore?.phase == .ready }
        _ = try await loop.submit(plan(loop, prompt(200))).answer()
        loop.loop.close(draining: true)
        #expect(directory.files.count == 1)
    }

    /// A loop that has the pack of model 1 and doesn't know its own model before `truth` says it.
    private func loop(_ truth: Truth, _ warnings: Warnings, keeping own: TemporaryDirectory? = nil) async throws
        -> ScriptedLoop
    {
        var options = SnapshotOptions(directory: own?.path)
        options.pack = PromptPack(directory: directory.path) { Self.fingerprint(1, $0) }
        options.minimumComputation = .zero
        options.closingPatience = .seconds(60)
        options.onWarning = { warnings.append($0) }
        let loop = try ScriptedLoop(
            contextLength: 1024,
            sequenceCount: 4,
            prefillRowCount: 64,
            snapshots: SnapshotSource(options: options) { identity, isWanted in
                truth.wait(isWanted).map { Self.fingerprint($0, identity) }
            }
        )
        try await until { loop.loop.snapshotStore?.phase == .ready }
        return loop
    }

    @Test("they are computed with at once, and nothing is said before it is known that they were the right ones")
    func confirmed() async throws {
        try await bake()
        let truth = Truth()
        let warnings = Warnings()
        let own = TemporaryDirectory()
        let loop = try await loop(truth, warnings, keeping: own)
        let stream = try loop.submit(plan(loop, prompt(230)))
        let isAnswered = Atomic<Bool>(false)
        async let answer = {
            let answer = try await stream.answer()
            isAnswered.store(true, ordering: .relaxed)
            return answer
        }()
        try await until { loop.log.all.count == 1 }
        try await Task.sleep(for: .milliseconds(30))
        #expect(!isAnswered.load(ordering: .relaxed) && loop.log.all.count == 1)
        #expect(loop.log.all.first?.tokens.count == 38)
        truth.set(1)
        #expect(try await answer.text == expected(prompt(230)))
        #expect(try await answer.summary?.usage.reusedTokenCount == 192)
        loop.loop.close(draining: true)
        #expect(warnings.all == [] && own.files.count == 1)
    }

    @Test("another model's are forgotten, and everybody is answered as if there had been none")
    func refuted() async throws {
        try await bake()
        let truth = Truth()
        let warnings = Warnings()
        let loop = try await loop(truth, warnings)
        var beams = SamplingOptions.greedy
        beams.beams = SamplingOptions.BeamSearch(width: 2)
        let streams = try [
            loop.submit(plan(loop, prompt(200))), loop.submit(plan(loop, prompt(150))),
            loop.submit(plan(loop, prompt(90, seed: 5))), loop.submit(plan(loop, prompt(200), beams)),
        ]
        try await until { loop.log.all.count >= 1 }
        truth.set(2)
        for (stream, prompt) in zip(streams, [prompt(200), prompt(150), prompt(90, seed: 5)]) {
            let answer = try await stream.answer()
            #expect(answer.text == expected(prompt))
            #expect(answer.summary?.usage.generatedTokenCount == 20)
        }
        // Beams reserve their blocks for good: they are told to ask again, unless they came to nothing wrong.
        do {
            _ = try await streams[3].answer()
        } catch let error as EngineError {
            #expect(error.code == .stepFailed && error.description.contains("Ask again"))
        }
        #expect(try await loop.submit(plan(loop, prompt(200), beams)).answer().text.isEmpty == false)
        #expect(warnings.all.count == 1 && warnings.all.first?.contains("another model's") == true)
        // From now on it is as if the pack were not there.
        let other = try await loop.submit(plan(loop, prompt(200))).answer()
        #expect(other.text == expected(prompt(200)))
        loop.loop.close(draining: true)
        #expect(directory.files.count == 1)
    }

    @Test("an engine that ends before anything is known ends at once")
    func closing() async throws {
        try await bake()
        let loop = try await loop(Truth(), Warnings())
        let stream = try loop.submit(plan(loop, prompt(60, seed: 9)))
        #expect(try await stream.answer().text == expected(prompt(60, seed: 9)))
        let start = ContinuousClock.now
        loop.loop.close(draining: false)
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}

extension DispatchSemaphore {
    /// Waits for a moment, whatever happens.
    fileprivate func wait(for duration: DispatchTimeInterval) { _ = wait(timeout: .now() + duration) }
}
