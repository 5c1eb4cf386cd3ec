import Foundation
import MartletAWS
import Testing

/// A machine with a clock that stands still, and what it said last.
struct MachineBench {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)
    var machine: RuntimeMachine
    var now = MachineBench.now

    init(times: RuntimeMachine.Times = RuntimeMachine.Times(), reportsStart: Bool = true) {
        machine = RuntimeMachine(times: times, reportsStart: reportsStart)
    }

    /// A machine whose start-up is done and that asks for an invocation.
    static func waiting() -> MachineBench {
        var bench = MachineBench()
        _ = bench.feed(.startUpEnded(nil))
        _ = bench.feed(.start)
        return bench
    }

    /// A machine whose handler has the invocation `a`.
    static func handling() -> MachineBench {
        var bench = waiting()
        _ = bench.feed(.answer(invocation()))
        return bench
    }

    mutating func feed(_ input: RuntimeMachine.Input) -> [RuntimeMachine.Output] {
        machine.handle(input, at: now)
    }

    /// An answer to `/next`.
    static func invocation(_ id: String = "a", seconds: Double = 10) -> RuntimeAnswer {
        let deadline = Int64((now.timeIntervalSince1970 + seconds) * 1000)
        return RuntimeAnswer(
            status: 200,
            headers: [
                LambdaHeaderField("lambda-runtime-aws-request-id", id),
                LambdaHeaderField("lambda-runtime-deadline-ms", "\(deadline)"),
            ],
            body: Array("{}".utf8)
        )
    }
}

extension [RuntimeMachine.Output] {
    /// The paths of the requests among them, in order.
    var paths: [String] {
        compactMap { output in
            switch output {
            case .send(let request), .open(let request): request.path.replacing("/2018-06-01/runtime", with: "")
            default: nil
            }
        }
    }

    /// The kind of error that is reported.
    var fault: String? {
        for case .send(let request) in self {
            if let type = request.headers.firstValue(of: "lambda-runtime-function-error-type") { return type }
        }
        return nil
    }

    var called: LambdaInvocation? {
        for case .call(let invocation) in self { return invocation }
        return nil
    }

    var completion: LambdaError.Code?? {
        for case .complete(_, let error) in self { return .some(error?.code) }
        return nil
    }

    var end: LambdaError.Code?? {
        for case .end(let error) in self { return .some(error?.code) }
        return nil
    }

    var isCancelling: Bool { contains(.cancelHandler) }
}

@Suite("The Lambda runtime's machine")
struct RuntimeMachineTests {
    // MARK: The start

    @Test("asks for an invocation as soon as everything is ready")
    func start() {
        var bench = MachineBench()
        #expect(bench.feed(.start) == [.set(.handOver, .milliseconds(9500))])
        let outputs = bench.feed(.startUpEnded(nil))
        #expect(outputs.contains(.clear(.handOver)))
        #expect(outputs.paths == ["/invocation/next"])
        #expect(bench.feed(.timeIsUp(.handOver)).isEmpty)
    }

    @Test("hands over before the initialisation's limit, and lets the first invocation wait for the rest")
    func handOver() throws {
        var bench = MachineBench()
        _ = bench.feed(.start)
        #expect(bench.feed(.timeIsUp(.handOver)).paths == ["/invocation/next"])
        let outputs = bench.feed(.answer(MachineBench.invocation()))
        #expect(outputs == [.set(.deadline(requestID: "a"), .milliseconds(9750))])
        let invocation = try #require(bench.feed(.startUpEnded(nil)).called)
        #expect(invocation.requestID == "a")
    }

    @Test("answers an invocation that waits too long for the start, and keeps on starting")
    func startTooLong() {
        var bench = MachineBench()
        _ = bench.feed(.start)
        _ = bench.feed(.timeIsUp(.handOver))
        _ = bench.feed(.answer(MachineBench.invocation()))
        #expect(bench.feed(.timeIsUp(.deadline(requestID: "a"))).fault == "Martlet.StillStarting")
        #expect(bench.feed(.startUpEnded(nil)).isEmpty)
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).paths == ["/invocation/next"])
        #expect(bench.feed(.answer(MachineBench.invocation("b"))).called?.requestID == "b")
    }

    @Test("reports a start-up that fails, and ends")
    func failedStart() {
        let fault = LambdaFault(type: "Model.Missing", message: "There is no model.")
        var bench = MachineBench()
        _ = bench.feed(.start)
        let outputs = bench.feed(.startUpEnded(fault))
        #expect(outputs.paths == ["/init/error"])
        #expect(outputs.fault == "Model.Missing")
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).end == .some(.startUpFailed))

        // Another loop of the same process says nothing.
        bench = MachineBench(reportsStart: false)
        _ = bench.feed(.start)
        let others = bench.feed(.startUpEnded(fault))
        #expect(others.paths.isEmpty)
        #expect(others.end == .some(.startUpFailed))

        // Nobody hears the report: it ends all the same.
        bench = MachineBench()
        _ = bench.feed(.start)
        _ = bench.feed(.startUpEnded(fault))
        #expect(bench.feed(.connectionLost).end == .some(.startUpFailed))
    }

    @Test("tells the invocation that waits, or that comes, of a start-up that failed after the hand-over")
    func failedStartAfterHandOver() {
        let fault = LambdaFault(type: "Model.Missing", message: "There is no model.")
        for comesFirst in [true, false] {
            var bench = MachineBench()
            _ = bench.feed(.start)
            _ = bench.feed(.timeIsUp(.handOver))
            var outputs: [RuntimeMachine.Output] = []
            if comesFirst {
                _ = bench.feed(.answer(MachineBench.invocation()))
                outputs = bench.feed(.startUpEnded(fault))
            } else {
                #expect(bench.feed(.startUpEnded(fault)).isEmpty)
                outputs = bench.feed(.answer(MachineBench.invocation()))
            }
            #expect(outputs.paths == ["/invocation/a/error"])
            #expect(outputs.fault == "Model.Missing")
            #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).end == .some(.startUpFailed))
        }
    }

    // MARK: Responses

    @Test("delivers a response, lets the handler work on, and asks for the next invocation when it returns")
    func response() {
        var bench = MachineBench.handling()
        let outputs = bench.feed(.act(1, .respond([1, 2]), requestID: "a"))
        #expect(outputs.paths == ["/invocation/a/response"])
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))) == [.complete(1, nil)])
        let after = bench.feed(.handlerEnded(nil, requestID: "a"))
        #expect(after.paths == ["/invocation/next"])
        #expect(after.contains(.clear(.deadline(requestID: "a"))))
    }

    @Test("asks for nothing before a response has arrived, also when the handler has returned")
    func responseAfterReturn() {
        var bench = MachineBench.handling()
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        #expect(bench.feed(.handlerEnded(nil, requestID: "a")).isEmpty)
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).paths == ["/invocation/next"])
    }

    @Test("refuses a second response, one after the end, and one of another invocation")
    func twice() {
        var bench = MachineBench.handling()
        #expect(bench.feed(.act(9, .respond([1]), requestID: "old")).completion == .some(.alreadyResponded))
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        #expect(bench.feed(.act(2, .respond([2]), requestID: "a")).completion == .some(.alreadyResponded))
        _ = bench.feed(.answer(RuntimeAnswer(status: 202)))
        for act in [
            RuntimeMachine.Act.respond([3]), .beginStream(contentType: "x"), .fail(LambdaFault(type: "x", message: "")),
        ] {
            #expect(bench.feed(.act(3, act, requestID: "a")).completion == .some(.alreadyResponded))
        }
        _ = bench.feed(.handlerEnded(nil, requestID: "a"))
        #expect(bench.feed(.act(4, .respond([3]), requestID: "a")).completion == .some(.alreadyResponded))
    }

    @Test("reports what the handler threw, and that it did not respond")
    func errors() {
        var bench = MachineBench.handling()
        let fault = LambdaFault(type: "Oh", message: "It broke.")
        let outputs = bench.feed(.handlerEnded(fault, requestID: "a"))
        #expect(outputs.paths == ["/invocation/a/error"])
        #expect(outputs.fault == "Oh")
        #expect(outputs.contains(.noteFault(fault)))
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).paths == ["/invocation/next"])

        bench = .handling()
        #expect(bench.feed(.handlerEnded(nil, requestID: "a")).fault == "Martlet.NoResponse")

        // After a response it is only logged.
        bench = .handling()
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        _ = bench.feed(.answer(RuntimeAnswer(status: 202)))
        let late = bench.feed(.handlerEnded(fault, requestID: "a"))
        #expect(late.contains(.noteLateFault(fault)))
        #expect(late.paths == ["/invocation/next"])
    }

    @Test("refuses a response over Lambda's limit, and takes a smaller one instead")
    func tooLarge() {
        var bench = MachineBench.handling()
        let large = [UInt8](repeating: 0x20, count: LambdaResponder.maximumByteCount + 1)
        #expect(bench.feed(.act(1, .respond(large), requestID: "a")).completion == .some(.responseTooLarge))
        #expect(bench.feed(.act(2, .respond([1]), requestID: "a")).paths == ["/invocation/a/response"])
    }

    @Test(
        "tells the handler what Lambda says of its response",
        arguments: [
            (400, LambdaError.Code.refused), (403, .refused), (413, .responseTooLarge), (500, .environmentBroken),
        ]
    )
    func refusals(status: Int, code: LambdaError.Code) {
        var bench = MachineBench.handling()
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        #expect(bench.feed(.answer(RuntimeAnswer(status: status))).completion == .some(code))
        let outputs = bench.feed(.handlerEnded(nil, requestID: "a"))
        // What is broken is left; all else goes on.
        if status == 500 {
            #expect(outputs.end == .some(.environmentBroken))
        } else {
            #expect(outputs.paths == ["/invocation/next"])
        }
    }

    @Test("sends a response again whose connection was lost, once")
    func lostResponse() {
        var bench = MachineBench.handling()
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        #expect(bench.feed(.connectionLost).paths == ["/invocation/a/response"])
        #expect(bench.feed(.answer(RuntimeAnswer(status: 202))).completion == .some(nil))

        bench = .handling()
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        _ = bench.feed(.connectionLost)
        #expect(bench.feed(.connectionLost).completion == .some(.connectionLost))

        // Refused the second time, it may have been taken the first time.
        bench = .handling()
        _ = bench.feed(.act(1, .respond([1]), requestID: "a"))
        _ = bench.feed(.connectionLost)
        #expect(bench.feed(.answer(RuntimeAnswer(status: 400))).completion == .some(.connectionLost))
        #expect(bench.feed(.handlerEnded(nil, requestID: "a")).paths == ["/invocation/next"])
    }

    // MARK: Asking

    @Test("connects again three times, and gives up then")
    func lostNext() {
        var bench = MachineBench.waiting()
        for pause in [20, 100, 500] {
            #expect(bench.feed(.connectionLost) == [.set(.retry, .milliseconds(pause))])
            #expect(bench.feed(.timeIsUp(.retry)).paths == ["/invocation/next"])
        }
        #expect(bench.feed(.connectionLost).end == .some(.environmentBroken))
    }

    @Test("ends where it is refused an invocation, or gets something else", arguments: [403, 404, 500, 503, 301])
    func refusedNext(status: Int) {
        var bench = MachineBench.waiting()
        #expect(bench.feed(.answer(RuntimeAnswer(status: status))).end == .some(.environmentBroken))
        #expect(bench.feed(.stop).isEmpty)
    }

    @Test("ends where an invocation has no id, or one that leads elsewhere", arguments: ["", "a/../b", "a b", "ä"])
    func malformed(id: String) {
        var bench = MachineBench.waiting()
        #expect(bench.feed(.answer(MachineBench.invocation(id))).end == .some(.malformedInvocation))
    }

    @Test("reads all that comes with an invocation")
    func invocationFields() throws {
        var bench = MachineBench.waiting()
        var answer = MachineBench.invocation("b-1", seconds: 3)
        answer.headers += [
            LambdaHeaderField("Lambda-Runtime-Invoked-Function-Arn", "arn:f"),
            LambdaHeaderField("lambda-runtime-trace-id", "Root=1"),
            LambdaHeaderField("lambda-runtime-client-context", "{\"a\":1}"),
            LambdaHeaderField("lambda-runtime-cognito-identity", "{}"),
            LambdaHeaderField("lambda-runtime-aws-tenant-id", "t"),
        ]
        let invocation = try #require(bench.feed(.answer(answer)).called)
        #expect(invocation.timeRemaining(at: MachineBench.now) == .seconds(3))
        #expect(invocation.timeRemaining(at: MachineBench.now + 9) == .zero)
        #expect(invocation.payload == Array("{}".utf8))
        let texts = [
            invocation.functionARN, invocation.traceID, invocation.clientContext, invocation.cognitoIdentity,
            invocation.tenantID,
        ]
        #expect(texts == ["arn:f", "Root=1", "{\"a\":1}", "{}", "t"])
    }

    @Test("gives an invocation without a deadline as long as Lambda lets any function run")
    func noDeadline() throws {
        var bench = MachineBench.waiting()
        var answer = MachineBench.invocation()
        answer.headers.removeLast()
        let invocation = try #require(bench.feed(.answer(answer)).called)
        #expect(invocation.timeRemaining(at: MachineBench.now) == .seconds(900))
    }
}
