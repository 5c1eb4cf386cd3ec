import Foundation
import MartletAWS
import MartletCore
import MartletTestSupport
import NIOCore
import Synchronization
import Testing

@Suite("The Lambda emulator and the runtime", .timeLimit(.minutes(1)))
struct LambdaEmulatorTests {
    @Test("invokes at the address that AWS's emulator has, one after the other, and reports each")
    func invoke() async throws {
        try await EmulatorBench.run { invocation, responder in
            try await responder.respond(Array("got ".utf8) + invocation.payload)
        } _: { bench in
            for number in 0..<5 { try await bench.expect("{\"n\":\(number)}", gives: "got {\"n\":\(number)}") }
            while bench.lines.reports().count < 5 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(bench.lines.all.filter { $0.hasPrefix("START RequestId: ") }.count == 5)
            let report = try #require(bench.lines.reports().first)
            let pattern =
                /REPORT RequestId: [0-9a-f-]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 3008 MB/
            #expect(report.prefixMatch(of: pattern) != nil)
        }
    }

    @Test(
        "takes many callers at a time, with one invocation at a time, or as many as there are loops",
        arguments: [1, 4]
    )
    func concurrency(loopCount: Int) async throws {
        let counts = Shared((now: 0, peak: 0))
        var settings = LambdaRuntime.Settings()
        settings.loopCount = loopCount
        try await EmulatorBench.run(settings: settings) { invocation, responder in
            counts.withLock {
                $0.now += 1
                $0.peak = max($0.peak, $0.now)
            }
            try await Task.sleep(for: .milliseconds(20))
            counts.withLock { $0.now -= 1 }
            try await responder.respond(invocation.payload)
        } _: { bench in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask { try await bench.expect("\(number)", gives: "\(number)") }
                }
                try await group.waitForAll()
            }
        }
        #expect(counts.withLock { $0.peak } == loopCount)
    }

    @Test("gives what the handler throws to the caller, and goes on")
    func handlerError() async throws {
        try await EmulatorBench.run { invocation, responder in
            if invocation.payload.isEmpty { throw LambdaFault(type: "Event.Empty", message: "Say something.") }
            try await responder.respond(invocation.payload)
        } _: { bench in
            let response = try await bench.send()
            #expect(response.status == 200)
            #expect(response.headers.contains { $0.name == "x-amz-function-error" && $0.value == "Unhandled" })
            let body = try JSONValue(parsing: response.body)
            #expect(body["errorType"] == "Event.Empty")
            #expect(body["errorMessage"] == "Say something.")
            try await bench.expect("1", gives: "1")
        }
    }

    @Test("answers before the work is done, and takes the next invocation afterwards")
    func workAfterResponse() async throws {
        let gate = Gate()
        let finished = Shared<[String]>([])
        try await EmulatorBench.run { invocation, responder in
            try await responder.respond(invocation.payload)
            if invocation.payload == Array("1".utf8) { try await gate.wait() }
            finished.withLock { $0.append(String(decoding: invocation.payload, as: UTF8.self)) }
        } _: { bench in
            try await bench.expect("1", gives: "1")
            #expect(finished.withLock { $0.isEmpty })
            #expect(bench.lines.reports().isEmpty)
            async let second = bench.invoke("2")
            try await Task.sleep(for: .milliseconds(30))
            gate.open()
            let answer = try await second
            #expect(answer == "2")
            while finished.withLock({ $0.count }) < 2 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(finished.withLock { $0 } == ["1", "2"])
        }
    }

    @Test("ends what takes too long, in Lambda's words, and serves the next")
    func timeout() async throws {
        try await EmulatorBench.run(timeout: .seconds(1)) { invocation, responder in
            if invocation.payload == Array("1".utf8) {
                // One that doesn't listen to its cancellation.
                let end = ContinuousClock.now + .milliseconds(1200)
                while ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
            }
            try await responder.respond(invocation.payload)
        } _: { bench in
            // The runtime is a little quicker than the platform, so that the process survives.
            let body = try JSONValue(parsing: Array(try await bench.invoke("1").utf8))
            #expect(body["errorType"] == "Martlet.DeadlineExceeded")
            try await bench.expect("2", gives: "2")
        }
    }

    @Test("reports a runtime that does not answer in time, as Lambda does")
    func platformTimeout() async throws {
        var settings = LambdaRuntime.Settings()
        settings.deadlineMargin = .seconds(-5)
        try await EmulatorBench.run(timeout: .seconds(1), settings: settings) { invocation, responder in
            if invocation.payload == Array("1".utf8) { try await Task.sleep(for: .milliseconds(1100)) }
            try await responder.respond(invocation.payload)
        } _: { bench in
            let body = try JSONValue(parsing: Array(try await bench.invoke("1").utf8))
            #expect(body["errorType"] == "Sandbox.Timedout")
            #expect(body["errorMessage"]?.string?.hasSuffix("Task timed out after 1.00 seconds") == true)
            #expect(bench.lines.reports().first?.hasSuffix("Status: timeout") == true)
            try await bench.expect("2", gives: "2")
        }
    }

    @Test("lets the first invocation wait for a start that takes longer than an initialisation may")
    func handOver() async throws {
        var settings = LambdaRuntime.Settings()
        settings.handOver = .milliseconds(20)
        try await EmulatorBench.run(settings: settings) { invocation, responder in
            try await responder.respond(invocation.payload)
        } _: { bench in
            try await bench.expect("1", gives: "1")
        } startUp: {
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    @Test("tells the caller that a start takes too long, and answers once it is done")
    func slowStart() async throws {
        let gate = Gate()
        var settings = LambdaRuntime.Settings()
        settings.handOver = .milliseconds(20)
        settings.deadlineMargin = .milliseconds(700)
        try await EmulatorBench.run(timeout: .seconds(1), settings: settings) { invocation, responder in
            try await responder.respond(invocation.payload)
        } _: { bench in
            let body = try JSONValue(parsing: Array(try await bench.invoke("1").utf8))
            #expect(body["errorType"] == "Martlet.StillStarting")
            gate.open()
            try await bench.expect("2", gives: "2")
        } startUp: {
            try await gate.wait()
        }
    }

    @Test("hands back what runs when it is told to stop")
    func stop() async throws {
        let isRunning = Shared(false)
        var settings = LambdaRuntime.Settings()
        settings.gracePeriod = .milliseconds(50)
        try await EmulatorBench.run(settings: settings) { _, _ in
            isRunning.withLock { $0 = true }
            try await Task.sleep(for: .seconds(30))
        } _: { bench in
            async let answer = bench.invoke("1")
            while !isRunning.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
            bench.runtime.stop()
            let body = try JSONValue(parsing: Array(try await answer.utf8))
            #expect(body["errorType"] == "Martlet.Stopping")
        }
    }

    @Test("passes on what callers say of themselves, and knows the other ways to invoke")
    func fields() async throws {
        let seen = Shared<[LambdaInvocation]>([])
        try await EmulatorBench.run { invocation, responder in
            seen.withLock { $0.append(invocation) }
            try await responder.respond(Array("null".utf8))
        } _: { bench in
            let context = Data("{\"app\":1}".utf8).base64EncodedString()
            _ = try await bench.send(
                "POST",
                EmulatorBench.path,
                [("X-Amz-Client-Context", context), ("X-Amz-Tenant-Id", "t"), ("X-Amzn-Trace-Id", "Root=1-2-3")]
            )
            let invocation = try #require(seen.withLock { $0.first })
            #expect(invocation.clientContext == "{\"app\":1}")
            #expect(invocation.tenantID == "t")
            #expect(invocation.traceID == "Root=1-2-3")
            #expect(invocation.functionARN?.hasSuffix(":function:function") == true)
            let remaining = invocation.timeRemaining()
            #expect(remaining > .seconds(8) && remaining <= .seconds(10))
            #expect(
                try await bench.send("POST", EmulatorBench.path, [("X-Amz-Invocation-Type", "DryRun")]).status == 204
            )
            #expect(
                try await bench.send("POST", EmulatorBench.path, [("X-Amz-Invocation-Type", "Event")]).status == 202
            )
            while seen.withLock({ $0.count }) < 2 { try await Task.sleep(for: .milliseconds(2)) }
        }
    }

    @Test("refuses responses over Lambda's limit, and takes another")
    func tooLarge() async throws {
        try await EmulatorBench.run { _, responder in
            let large = [UInt8](repeating: 0x20, count: LambdaResponder.maximumByteCount + 1)
            let error = await #expect(throws: LambdaError.self) { try await responder.respond(large) }
            #expect(error?.code == .responseTooLarge)
            #expect(!responder.hasResponded)
            try await responder.respond(Array("small".utf8))
            #expect(responder.hasResponded)
            let twice = await #expect(throws: LambdaError.self) { try await responder.respond([1]) }
            #expect(twice?.code == .alreadyResponded)
        } _: { bench in
            try await bench.expect("{}", gives: "small")
            let large = [UInt8](repeating: 0x20, count: LambdaResponder.maximumByteCount - 10)
            let status = try await bench.send("POST", EmulatorBench.path, [], large).status
            #expect(status == 200)
        }
    }

    @Test("refuses to speak of invocations that it does not know, or that are over")
    func strangeIDs() async throws {
        let seen = Shared<String?>(nil)
        try await EmulatorBench.run { invocation, responder in
            seen.withLock { $0 = invocation.requestID }
            try await responder.respond(Array("1".utf8))
            try await Task.sleep(for: .milliseconds(200))
        } _: { bench in
            _ = try await bench.invoke("1")
            let id = try #require(seen.withLock { $0 })
            let base = "http://127.0.0.1:\(bench.api.port)/2018-06-01/runtime/invocation"
            for (path, status) in [
                ("nobody/response", 400), ("nobody/error", 400), ("\(id)/response", 403), ("x", 404),
            ] {
                var request = URLRequestLine(method: "POST", url: "\(base)/\(path)")
                request.body = Array("1".utf8)
                #expect(try await request.status() == status)
            }
        }
    }
}
