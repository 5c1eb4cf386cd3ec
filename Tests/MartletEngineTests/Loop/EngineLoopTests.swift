import Dispatch
import MartletCore
import MartletEngine
import MartletModel
import MartletPrompt
import Testing

@Suite("The engine's loop")
struct EngineLoopTests {
    @Test("an answer is what greedy decoding gives, with its usage")
    func answer() async throws {
        let engine = try ScriptedLoop()
        let prompt: [Int32] = [1, 3, 4, 5]
        let answer = try await engine.submit(engine.plan(prompt, maximum: 100)).answer()
        let expected = ScriptedLoop.expected(prompt, count: 100)
        #expect(answer.text == expected)
        #expect(answer.summary?.usage.promptTokenCount == 4)
        #expect(answer.summary?.usage.reusedTokenCount == 0)
    }

    @Test("the token limit, the end token and a limit of nothing end an answer for their own reasons")
    func reasons() async throws {
        let engine = try ScriptedLoop(script: "abcdef")
        let limited = try await engine.submit(engine.plan([1], maximum: 3)).answer()
        #expect(limited.text == "abc")
        #expect(limited.summary?.reason == .length)
        #expect(limited.summary?.usage.generatedTokenCount == 3)
        let whole = try await engine.submit(engine.plan([1])).answer()
        #expect(whole.text == "abcdef")
        #expect(whole.summary?.reason == .endOfTurn)
        let none = try await engine.submit(engine.plan([1], maximum: 0)).answer()
        #expect(none.text.isEmpty)
        #expect(none.summary?.reason == .length)
    }

    @Test(
        "a stop string that several tokens make up ends the answer before it",
        arguments: ["cd", "abc", "f", "bcdef"]
    )
    func stopStrings(stop: String) async throws {
        let engine = try ScriptedLoop(script: "abcdefabcdef")
        let answer = try await engine.submit(engine.plan([1], stops: ["zz", stop])).answer()
        #expect(answer.text == "abcdef".prefix { $0 != stop.first })
        #expect(answer.summary?.reason == .stopString)
    }

    @Test("the beginning of a stop string that doesn't come is not lost")
    func halfStopString() async throws {
        let engine = try ScriptedLoop(script: "abcde")
        let answer = try await engine.submit(engine.plan([1], stops: ["dem"])).answer()
        #expect(answer.text == "abcde")
        #expect(answer.summary?.reason == .endOfTurn)
    }

    @Test("cancellation is seen before the next step")
    func cancellation() async throws {
        let flag = CancellationFlag()
        let engine = try ScriptedLoop(script: String(repeating: "a", count: 100)) { if $0 == 5 { flag.cancel() } }
        let answer = try await engine.submit(engine.plan([1]), cancellation: flag).answer()
        #expect(answer.text == "aaaaa")
        #expect(answer.summary?.reason == .cancelled)
        #expect(engine.log.count == 5)
    }

    @Test("cancellation is seen between the chunks of a long prompt")
    func cancellationDuringPrefill() async throws {
        let flag = CancellationFlag()
        let engine = try ScriptedLoop { if $0 == 3 { flag.cancel() } }
        let prompt = [Int32](repeating: 3, count: 2_000)
        let answer = try await engine.submit(engine.plan(prompt), cancellation: flag).answer()
        #expect(answer.summary?.reason == .cancelled)
        #expect(answer.summary?.usage.generatedTokenCount == 0)
        #expect(engine.log.all.map(\.tokens.count) == [16, 16, 16])
    }

    @Test("dropping the stream stops the generation before the next step")
    func droppedStream() async throws {
        let isDropped = DispatchSemaphore(value: 0)
        let (third, isThere) = AsyncStream<Void>.makeStream()
        let engine = try ScriptedLoop(script: String(repeating: "a", count: 1_000)) { step in
            guard step == 3 else { return }
            isThere.finish()
            isDropped.wait()
        }
        do {
            var events = try engine.submit(engine.plan([1])).makeAsyncIterator()
            #expect(try await events.next() == .text("a"))
            for await _ in third {}
        }
        isDropped.signal()
        engine.loop.close(draining: true)
        #expect(engine.log.count == 3)
    }

    @Test("a deadline ends an answer and keeps what was said")
    func deadline() async throws {
        let engine = try ScriptedLoop(script: String(repeating: "a", count: 4_000)) { _ in
            // Slow enough that the deadline passes long before the script's end.
            _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(5))
        }
        var plan = engine.plan([1])
        plan.deadline = .now + .milliseconds(100)
        let answer = try await engine.submit(plan).answer()
        #expect(answer.summary?.reason == .deadline)
        #expect(answer.text.count < 4_000)
        #expect(answer.text.count == answer.summary?.usage.generatedTokenCount)
        plan.deadline = .now - .seconds(1)
        let late = try await engine.submit(plan).answer()
        #expect(late.summary?.reason == .deadline)
        #expect(late.text.isEmpty)
    }

    @Test("a full inbox answers busy, and takes requests again when one has ended")
    func busy() async throws {
        let goOn = DispatchSemaphore(value: 0)
        let engine = try ScriptedLoop(requestLimit: 2, script: "ab") { if $0 == 1 { goOn.wait() } }
        let first = try engine.submit(engine.plan([1]))
        let second = try engine.submit(engine.plan([1]))
        let error = #expect(throws: EngineError.self) { try engine.submit(engine.plan([1])) }
        #expect(error?.code == .busy)
        #expect(error?.description.contains("Try again later") == true)
        goOn.signal()
        #expect(try await first.answer().text == "ab")
        #expect(try await second.answer().text == "ab")
        // The count falls just after a stream ends: when the loop takes the next request, it has.
        engine.loop.close(draining: true)
        #expect(engine.log.count > 0)
    }

    @Test("requests side by side share steps and come out as each of them alone")
    func sideBySide() async throws {
        let engine = try ScriptedLoop(sequenceCount: 4)
        let prompts: [[Int32]] = [[1, 3], [1, 4, 5, 6, 7, 8], [1, 9], [1] + [Int32](repeating: 7, count: 90)]
        let answers = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for (index, prompt) in prompts.enumerated() {
                let stream = try engine.submit(engine.plan(prompt, maximum: 60))
                group.addTask { (index, try await stream.answer()) }
            }
            return try await group.reduce(into: [Int: Answer]()) { $0[$1.0] = $1.1 }
        }
        for (index, prompt) in prompts.enumerated() {
            #expect(answers[index]?.text == ScriptedLoop.expected(prompt, count: 60))
        }
    }

    @Test("the next turn reuses what was computed and says how much")
    func prefixReuse() async throws {
        let engine = try ScriptedLoop()
        let prompt = [1] + (0..<70).map { Int32(3 + $0 % 13) }
        let first = try await engine.submit(engine.plan(prompt, maximum: 10)).answer()
        let again = try await engine.submit(engine.plan(prompt, maximum: 10)).answer()
        #expect(again.text == first.text)
        #expect(again.summary?.usage.reusedTokenCount == 64)
        #expect(first.summary?.usage.reusedTokenCount == 0)
    }

    @Test("beams over shared and copied blocks find what the search finds without a cache")
    func beams() async throws {
        let engine = try ScriptedLoop(sequenceCount: 4)
        for width in [1, 2, 5] {
            let prompt = [1] + (0..<(30 + width)).map { Int32(3 + $0 % 11) }
            var sampling = SamplingOptions.greedy
            sampling.beams = .init(width: width)
            sampling.noRepeatNGramSize = 3
            let found = try await engine.submit(engine.plan(prompt, maximum: 50, sampling: sampling)).answer()

            var search = try BeamSearch(
                sampling,
                beams: .init(width: width),
                prompt: prompt,
                endTokens: [2],
                maximumTokenCount: 50,
                vocabularyCount: 16
            )
            var histories = [prompt]
            while !histories.isEmpty {
                let rows = Array(histories.map { ScriptedModel.hashed($0[...], 16) }.joined())
                let continuations = try rows.withUnsafeBufferPointer { all in
                    try search.advance { UnsafeBufferPointer(rebasing: all[($0 * 16)..<($0 * 16 + 16)]) }
                }
                histories = continuations.map { histories[$0.parent] + [$0.token] }
            }
            let expected = search.answer()
            #expect(found.text == ScriptedLoop.tokenizer.decode(expected.map { TokenID($0) }, isWholeText: false))
            #expect(found.summary?.usage.generatedTokenCount == expected.count)
        }
    }

    @Test("a context that fills goes on with the shorter prompt, again and again")
    func slide() async throws {
        let engine = try ScriptedLoop(contextLength: 64)
        var plan = engine.plan([1] + [Int32](repeating: 5, count: 40), maximum: 200)
        plan.sampling.logitBias[TokenID(2)] = -.infinity
        plan.continuation = { answer in PreparedPrompt(tokens: [1] + answer.suffix(20), droppedTurnCount: 3) }
        let answer = try await engine.submit(plan).answer()
        #expect(answer.summary?.usage.generatedTokenCount == 200)
        #expect(answer.summary?.reason == .length)
        #expect(answer.summary?.droppedTurnCount == 3)
        plan.continuation = nil
        let short = try await engine.submit(plan).answer()
        #expect(short.summary?.reason == .length)
        // 41 tokens of prompt and 23 more fill the context; one more is chosen from the last scores.
        #expect(short.summary?.usage.generatedTokenCount == 24)
        #expect(answer.text.hasPrefix(short.text))
    }

    @Test("a step that fails ends its requests with an error, and later ones are served")
    func failedStep() async throws {
        struct Fault: Error {}
        let engine = try ScriptedLoop(script: "abc") { if $0 == 2 { throw Fault() } }
        let error = await #expect(throws: EngineError.self) { try await engine.submit(engine.plan([1])).answer() }
        #expect(error?.code == .stepFailed)
        #expect(error?.underlying is Fault)
        #expect(try await engine.submit(engine.plan([1])).answer().text == "abc")
    }

    @Test("a step that fails ends those in it and nobody else")
    func failedStepOfSome() async throws {
        struct Fault: Error {}
        // The first one's prompt fills a step, and the second one waits for its turn.
        let isRunning = DispatchSemaphore(value: 0)
        let goOn = DispatchSemaphore(value: 0)
        let engine = try ScriptedLoop(sequenceCount: 4, script: "abc") { step in
            if step == 1 {
                isRunning.signal()
                goOn.wait()
            }
            if step == 2 { throw Fault() }
        }
        let blocker = try engine.submit(engine.plan([1], maximum: 0))
        isRunning.wait()
        let first = try engine.submit(engine.plan([Int32](repeating: 3, count: 15) + [1]))
        let second = try engine.submit(engine.plan([Int32](repeating: 4, count: 15) + [1]))
        goOn.signal()
        #expect(try await blocker.answer().summary?.reason == .length)
        let error = await #expect(throws: EngineError.self) { try await first.answer() }
        #expect(error?.code == .stepFailed)
        #expect(try await second.answer().text == "abc")
    }

    @Test("requests are counted while they wait and run, and when they have ended")
    func statistics() async throws {
        let isRunning = DispatchSemaphore(value: 0)
        let goOn = DispatchSemaphore(value: 0)
        let engine = try ScriptedLoop(contextLength: 64, script: "abcdef") { step in
            if step == 2 {
                isRunning.signal()
                goOn.wait()
            }
        }
        #expect(engine.loop.statistics.waitingRequestCount == 0)
        let first = try engine.submit(engine.plan([Int32](repeating: 3, count: 31) + [1]))
        isRunning.wait()
        let second = try engine.submit(engine.plan([1], maximum: 2))
        // One runs, and the other one hasn't been looked at.
        #expect(engine.loop.statistics.activeRequestCount == 1)
        #expect(engine.loop.statistics.waitingRequestCount == 1)
        #expect(engine.loop.statistics.computedPromptTokenCount == 16)
        goOn.signal()
        _ = try await (first.answer(), second.answer())
        engine.loop.close(draining: true)
        let end = engine.loop.statistics
        #expect(end.activeRequestCount == 0 && end.waitingRequestCount == 0 && end.finishedRequestCount == 2)
        #expect(end.generatedTokenCount == 8)
        #expect(end.computedPromptTokenCount == 33)
        #expect(end.stepCount == engine.log.count)
        #expect(end.cacheBlockCount == 3 && end.usedCacheBlockCount == 0 && end.reusableCacheBlockCount == 1)
    }

    @Test("prompts that are empty, too long or of foreign tokens are refused by name")
    func badPrompts() async throws {
        let engine = try ScriptedLoop(contextLength: 64)
        for (prompt, code) in [
            ([], .emptyInput), (Array(repeating: 3, count: 65), .contextTooSmall), ([1, 16], .invalidToken),
            ([-1], .invalidToken),
        ] as [([Int32], EngineError.Code)] {
            for beams in [nil, SamplingOptions.BeamSearch(width: 2)] {
                var sampling = SamplingOptions.greedy
                sampling.beams = beams
                let plan = engine.plan(prompt, sampling: sampling)
                let error = await #expect(throws: EngineError.self) { try await engine.submit(plan).answer() }
                #expect(error?.code == code)
            }
        }
    }

    @Test("closing cancels what runs, or finishes it first when asked to; later requests are refused")
    func closing() async throws {
        for draining in [false, true] {
            let isRunning = DispatchSemaphore(value: 0)
            let goOn = DispatchSemaphore(value: 0)
            let engine = try ScriptedLoop(script: "abcdef") { step in
                if step == 1 {
                    isRunning.signal()
                    goOn.wait()
                }
            }
            let stream = try engine.submit(engine.plan([1]))
            isRunning.wait()
            let closing = Task { engine.loop.close(draining: draining) }
            // The loop goes on once it is closing: from then on requests are refused.
            while true {
                do { _ = try engine.submit(engine.plan([1], maximum: 0)) } catch { break }
                await Task.yield()
            }
            goOn.signal()
            let answer = try await stream.answer()
            await closing.value
            #expect(answer.summary?.reason == (draining ? .endOfTurn : .cancelled))
            #expect(answer.text == (draining ? "abcdef" : "a"))
            let error = #expect(throws: EngineError.self) { try engine.submit(engine.plan([1])) }
            #expect(error?.code == .closed)
        }
    }

    @Test("a model that can't be made is reported, and the loop is closed")
    func failedStart() throws {
        struct Fault: Error {}
        let loop = try EngineLoop(prefillRowCount: 1, requestLimit: 1) { throw Fault() }
        #expect(throws: Fault.self) { try loop.waitUntilReady() }
    }
}
