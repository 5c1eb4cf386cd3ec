import Foundation
import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("Many requests of one local model")
struct ConcurrencyTests {
    private static func model(_ change: (inout LocalModelOptions) -> Void = { _ in }) throws -> LocalModel {
        var options = LocalModelOptions()
        options.threadCount = 2
        change(&options)
        let path = Bundle.module.path(forResource: "tiny-llama", ofType: "gguf", inDirectory: "Fixtures")
        return try LocalModel.load(path: #require(path), options: options)
    }

    private static func request(_ model: LocalModel, _ text: String, maximum: Int) -> GenerationRequest {
        var request = GenerationRequest(.text(text), sampling: .greedy, maximumTokenCount: maximum)
        for token in model.tokenizer.endOfGeneration { request.sampling.logitBias[token] = -.infinity }
        return request
    }

    private static let texts = (0..<10).map { index in
        String(repeating: "\(index) times ", count: 1 + index % 4) + "upon a time there was a very small model"
    }

    @Test("greedy answers side by side equal those of each alone", arguments: [2, 5, 10])
    func sideBySide(count: Int) async throws {
        let model = try Self.model()
        let answers = try await Self.answers(model, Array(Self.texts.prefix(count)))
        for (index, answer) in answers {
            let alone = try await Self.model().generate(Self.request(model, Self.texts[index], maximum: 50)).answer()
            #expect(answer.text == alone.text)
            #expect(answer.summary?.usage.generatedTokenCount == 50)
        }
        #expect(model.statistics.preemptionCount == 0)
    }

    @Test("a cache of one context pre-empts, and nothing is lost or doubled")
    func preemption() async throws {
        let model = try Self.model {
            $0.contextLength = 160
            $0.cacheTokenCount = 160
        }
        let answers = try await Self.answers(model, Self.texts)
        #expect(answers.count == Self.texts.count)
        let alone = try Self.model { $0.contextLength = 160 }
        for (index, answer) in answers {
            let expected = try await alone.generate(Self.request(alone, Self.texts[index], maximum: 50)).answer()
            #expect(answer.text == expected.text)
            #expect(answer.summary?.usage.generatedTokenCount == 50)
            #expect(answer.summary?.usage.promptTokenCount == expected.summary?.usage.promptTokenCount)
        }
        model.close(draining: true)
        let statistics = model.statistics
        #expect(statistics.preemptionCount > 0)
        #expect(statistics.finishedRequestCount == Self.texts.count)
        #expect(statistics.generatedTokenCount == 50 * Self.texts.count)
        #expect(statistics.activeRequestCount == 0 && statistics.waitingRequestCount == 0)
        #expect(statistics.cacheBlockCount == 5 && statistics.usedCacheBlockCount == 0)
        #expect(statistics.stepCount > 50 && statistics.stepDuration > .zero)
        let promptCount = answers.values.reduce(0) { $0 + ($1.summary?.usage.promptTokenCount ?? 0) }
        #expect(statistics.computedPromptTokenCount + statistics.reusedPromptTokenCount == promptCount)
        let reusedCount = answers.values.reduce(0) { $0 + ($1.summary?.usage.reusedTokenCount ?? 0) }
        #expect(statistics.reusedPromptTokenCount == reusedCount)
    }

    @Test("cancellations in between leave the others as they are and the cache whole")
    func cancellations() async throws {
        let model = try Self.model {
            $0.contextLength = 160
            $0.cacheTokenCount = 192
        }
        let alone = try Self.model { $0.contextLength = 160 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, text) in Self.texts.enumerated() {
                group.addTask {
                    let request = Self.request(model, text, maximum: 60)
                    if index % 3 == 1 {
                        // Reads a little and turns away.
                        var count = 0
                        for try await _ in model.generate(request) {
                            count += 1
                            if count == index { return }
                        }
                    } else {
                        let answer = try await model.generate(request).answer()
                        #expect(answer.text == (try await alone.generate(request).answer().text))
                    }
                }
            }
            try await group.waitForAll()
        }
        model.close(draining: true)
        #expect(model.statistics.usedCacheBlockCount == 0)
        #expect(model.statistics.finishedRequestCount == Self.texts.count)
    }

    @Test("a persona that concurrent chats share is computed once")
    func persona() async throws {
        let model = try Self.model()
        let persona = String(repeating: "You are a very small model and say little. ", count: 3)
        let requests = (0..<5).map { index in
            GenerationRequest(
                .messages([.system(persona), .user("\(index)?")]),
                sampling: .greedy,
                maximumTokenCount: 5
            )
        }
        let reused = try await withThrowingTaskGroup(of: Int.self) { group in
            for request in requests {
                group.addTask { try await model.generate(request).answer().summary?.usage.reusedTokenCount ?? -1 }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(reused.count { $0 == 0 } == 1)
        #expect(reused.count { $0 >= 64 } == 4)
    }

    @Test("the wait before the computation is told apart from the computation")
    func queueDuration() async throws {
        let model = try Self.model()
        let start = ContinuousClock.now
        let summary = try await model.generate(Self.request(model, "Hello", maximum: 5)).answer().summary
        let whole = ContinuousClock.now - start
        let durations = try #require(summary)
        #expect(durations.queueDuration > .zero)
        #expect(durations.queueDuration + durations.promptDuration + durations.generationDuration <= whole)
    }

    @Test("a cache smaller than a context is refused, and the default has room for several")
    func cacheSize() throws {
        let error = #expect(throws: EngineError.self) {
            try Self.model {
                $0.contextLength = 128
                $0.cacheTokenCount = 127
            }
        }
        #expect(error?.code == .invalidOption)
        let model = try Self.model { $0.contextLength = 128 }
        #expect(model.details.cacheByteCount >= 8 * 128 * model.details.cacheByteCountPerPosition)
    }

    private static func answers(_ model: LocalModel, _ texts: [String]) async throws -> [Int: Answer] {
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for (index, text) in texts.enumerated() {
                let request = request(model, text, maximum: 50)
                group.addTask { (index, try await model.generate(request).answer()) }
            }
            return try await group.reduce(into: [Int: Answer]()) { $0[$1.0] = $1.1 }
        }
    }
}
