import Foundation
import MartletAWS
import Testing

@Suite("The Lambda runtime's machine: time, streams and the end")
struct RuntimeMachineTimeTests {
    private static let fault = LambdaFault(type: "Oh", message: "It broke.")

    // MARK: Deadlines

    @Test("does not begin what has no time left")
    func past() {
        var bench = MachineBench.waiting()
        let outputs = bench.feed(.answer(MachineBench.invocation(seconds: -1)))
        #expect(outputs.called == nil)
        #expect(outputs.fault == "Martlet.DeadlineExceeded")
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).paths == ["/invocation/next"])
    }

    @Test("cancels a handler before its deadline, and tells the caller")
    func deadline() {
        var bench = MachineBench.handling()
        let outputs = bench.feed(.timeIsUp(.deadline(requestID: "a")))
        #expect(outputs.isCancelling)
        #expect(outputs.fault == "Martlet.DeadlineExceeded")
        #expect(bench.feed(.act(1, .respond([1]), requestID: "a")).completion == .some(.deadlinePassed))
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).isEmpty)
        // What a cancelled handler throws is no news.
        let after = bench.feed(.handlerEnded(Self.fault, requestID: "a"))
        #expect(after.paths == ["/invocation/next"])
        #expect(!after.contains(.noteLateFault(Self.fault)))
    }

    @Test("cancels work after the response too, and reports nothing")
    func deadlineAfterResponse() {
        var bench = MachineBench.handling()
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        _ = bench.feed(.answer(RuntimeAnswer(status: 202)))
        let outputs = bench.feed(.timeIsUp(.deadline(requestID: "a")))
        #expect(outputs.isCancelling)
        #expect(outputs.paths.isEmpty)
        #expect(bench.feed(.handlerEnded(nil, requestID: "a")).paths == ["/invocation/next"])
    }

    @Test("ends the process when a handler does not return")
    func stuck() {
        var bench = MachineBench.handling()
        _ = bench.feed(.timeIsUp(.deadline(requestID: "a")))
        _ = bench.feed(.answer(RuntimeAnswer(status: 202)))
        #expect(bench.feed(.timeIsUp(.stuck(requestID: "a"))).end == .some(.handlerStuck))
    }

    @Test("takes no timer of an earlier invocation for its own")
    func staleTimers() {
        var bench = MachineBench.handling()
        #expect(bench.feed(.timeIsUp(.deadline(requestID: "old"))).isEmpty)
        #expect(bench.feed(.timeIsUp(.stuck(requestID: "old"))).isEmpty)
        #expect(bench.feed(.timeIsUp(.retry)).isEmpty)
        #expect(bench.feed(.timeIsUp(.handOver)).isEmpty)
        #expect(bench.feed(.handlerEnded(nil, requestID: "old")).isEmpty)
    }

    // MARK: Streams

    private func streaming() -> MachineBench {
        var bench = MachineBench.handling()
        _ = bench.feed(.act(1, .beginStream(contentType: "text/plain"), requestID: "a"))
        return bench
    }

    @Test("streams pieces in order, with the fields that Lambda wants")
    func stream() throws {
        var bench = MachineBench.handling()
        let outputs = bench.feed(.act(1, .beginStream(contentType: "text/plain"), requestID: "a"))
        guard case .open(let request) = outputs.first else { throw LambdaFault(type: "x", message: "no stream") }
        #expect(request.path.hasSuffix("/invocation/a/response"))
        #expect(request.headers.firstValue(of: "lambda-runtime-function-response-mode") == "streaming")
        #expect(request.headers.firstValue(of: "trailer")?.contains("Lambda-Runtime-Function-Error-Body") == true)
        #expect(bench.feed(.act(2, .write([1]), requestID: "a")) == [.write([1], 2)])
        #expect(bench.feed(.act(3, .write([2]), requestID: "a")) == [.write([2], 3)])
        #expect(bench.feed(.written(2)) == [.complete(2, nil)])
        #expect(bench.feed(.written(99)).isEmpty)
        // The end confirms what is still on its way.
        #expect(bench.feed(.act(4, .endStream(nil), requestID: "a")) == [.complete(3, nil), .close(trailers: [])])
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))) == [.complete(4, nil)])
        #expect(bench.feed(.act(5, .write([3]), requestID: "a")).completion == .some(.alreadyResponded))
        #expect(bench.feed(.handlerEnded(nil, requestID: "a")).paths == ["/invocation/next"])
    }

    @Test("ends a stream with its error in the trailers")
    func failedStream() {
        func trailers(_ outputs: [RuntimeMachine.Output]) -> String? {
            for case .close(let trailers) in outputs {
                return trailers.firstValue(of: "Lambda-Runtime-Function-Error-Type")
            }
            return nil
        }
        var bench = streaming()
        #expect(trailers(bench.feed(.act(2, .endStream(Self.fault), requestID: "a"))) == "Oh")
        bench = streaming()
        #expect(trailers(bench.feed(.handlerEnded(Self.fault, requestID: "a"))) == "Oh")
        bench = streaming()
        #expect(trailers(bench.feed(.handlerEnded(nil, requestID: "a"))) == "Martlet.UnfinishedStream")
        bench = streaming()
        let cut = bench.feed(.timeIsUp(.deadline(requestID: "a")))
        #expect(trailers(cut) == "Martlet.DeadlineExceeded")
        #expect(cut.isCancelling)
    }

    @Test("tells a writer of a stream that was refused or lost, and goes on")
    func brokenStream() {
        var bench = streaming()
        _ = bench.feed(.act(2, .write([1]), requestID: "a"))
        let outputs = bench.feed(.answer(RuntimeAnswer(status: 413)))
        #expect(outputs.completion == .some(.responseTooLarge))
        #expect(outputs.contains(.disconnect))
        #expect(bench.feed(.act(3, .write([2]), requestID: "a")).completion == .some(.responseTooLarge))
        #expect(bench.feed(.handlerEnded(Self.fault, requestID: "a")).paths == ["/invocation/next"])

        bench = streaming()
        _ = bench.feed(.act(2, .write([1]), requestID: "a"))
        #expect(bench.feed(.connectionLost).completion == .some(.connectionLost))
        #expect(bench.feed(.act(3, .endStream(nil), requestID: "a")).completion == .some(.connectionLost))
        #expect(bench.feed(.handlerEnded(nil, requestID: "a")).paths == ["/invocation/next"])
    }

    // MARK: The end

    @Test("ends at once when told to stop while nothing runs")
    func stopIdle() {
        var bench = MachineBench.waiting()
        #expect(bench.feed(.stop).end == .some(nil))
        bench = MachineBench()
        _ = bench.feed(.start)
        #expect(bench.feed(.stop).end == .some(nil))
        #expect(bench.feed(.startUpEnded(nil)).isEmpty)
    }

    @Test("lets what runs end when told to stop, and takes nothing more")
    func stopHandling() {
        var bench = MachineBench.handling()
        #expect(bench.feed(.stop) == [.set(.grace, .milliseconds(1500))])
        #expect(bench.feed(.stop).isEmpty)
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        _ = bench.feed(.answer(RuntimeAnswer(status: 202)))
        #expect(bench.feed(.handlerEnded(nil, requestID: "a")).end == .some(nil))
    }

    @Test("hands back what is not responded to when the grace period is over")
    func grace() {
        var bench = MachineBench.handling()
        _ = bench.feed(.stop)
        let outputs = bench.feed(.timeIsUp(.grace))
        #expect(outputs.isCancelling)
        #expect(outputs.fault == "Martlet.Stopping")
        #expect(bench.feed(.act(1, .respond([1]), requestID: "a")).completion == .some(.stopping))
        _ = bench.feed(.answer(RuntimeAnswer(status: 202)))
        #expect(bench.feed(.handlerEnded(Self.fault, requestID: "a")).end == .some(nil))
    }

    @Test("hands back an invocation that waits for the start when told to stop")
    func stopHolding() {
        var bench = MachineBench()
        _ = bench.feed(.start)
        _ = bench.feed(.timeIsUp(.handOver))
        _ = bench.feed(.answer(MachineBench.invocation()))
        #expect(bench.feed(.stop).fault == "Martlet.Stopping")
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).end == .some(nil))
    }

    // MARK: Anything

    @Test("survives any order of inputs: one request at a time, everything completed, one end", arguments: 0..<64)
    func anything(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var bench = MachineBench(reportsStart: Bool.random(using: &random))
        var isAsked = false
        var isOpen = false
        var hasEnded = false
        var waiting: Set<RuntimeMachine.ActID> = []
        var number: RuntimeMachine.ActID = 0
        _ = bench.feed(.start)
        for _ in 0..<400 {
            let id = ["a", "b"].randomElement(using: &random) ?? "a"
            let acts: [RuntimeMachine.Act] = [
                .respond([1]), .beginStream(contentType: "x"), .write([1]), .endStream(nil), .endStream(Self.fault),
                .fail(Self.fault),
            ]
            number += 1
            let input: RuntimeMachine.Input
            switch Int.random(in: 0..<16, using: &random) {
            case 0: input = .startUpEnded(Bool.random(using: &random) ? nil : Self.fault)
            // Answers and losses come only where something was asked.
            case 1...4 where isAsked || isOpen:
                let statuses = [200, 202, 202, 202, 400, 413, 500]
                var answer = MachineBench.invocation(id, seconds: Double.random(in: -1...20, using: &random))
                answer.status = statuses.randomElement(using: &random) ?? 200
                input = .answer(answer)
            case 5 where isAsked || isOpen: input = .connectionLost
            case 6...9: input = .act(number, acts.randomElement(using: &random) ?? .respond([]), requestID: id)
            case 10: input = .written(UInt64.random(in: 0...number, using: &random))
            case 11...12: input = .handlerEnded(Bool.random(using: &random) ? nil : Self.fault, requestID: id)
            case 13: input = .timeIsUp(.deadline(requestID: id))
            case 14:
                let timers: [RuntimeMachine.Timer] = [.handOver, .grace, .stuck(requestID: id), .retry]
                // The pause before an attempt is over only where one was made.
                let timer = timers.randomElement(using: &random) ?? .grace
                if timer == .retry && (isAsked || isOpen) { continue }
                input = .timeIsUp(timer)
            case 15 where Int.random(in: 0..<20, using: &random) == 0: input = .stop
            default: continue
            }
            if case .act(let id, _, _) = input { waiting.insert(id) }
            switch input {
            case .answer, .connectionLost: (isAsked, isOpen) = (false, false)
            default: break
            }
            for output in bench.feed(input) {
                #expect(!hasEnded, "after the end")
                switch output {
                case .send:
                    #expect(!isAsked && !isOpen, "two requests at a time")
                    isAsked = true
                case .open:
                    #expect(!isAsked && !isOpen, "two requests at a time")
                    isOpen = true
                case .write: #expect(isOpen)
                case .close:
                    #expect(isOpen)
                    (isAsked, isOpen) = (true, false)
                case .disconnect: (isAsked, isOpen) = (false, false)
                case .complete(let id, _): #expect(waiting.remove(id) != nil, "completed twice")
                case .end: hasEnded = true
                default: break
                }
            }
            if hasEnded { break }
        }
    }
}

/// Random numbers that are the same in each run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // Wraps around by design.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
