import MartletAWS
import Testing

@Suite("Programs that print credentials", .timeLimit(.minutes(1)))
struct ProgramRunTests {
    private func run(_ script: String) throws -> ProgramRun {
        try ProgramRun(path: "/bin/sh", arguments: ["-c", script], environment: [:], maximumByteCount: 1000)
    }

    @Test("give their output and their status")
    func ends() async throws {
        let outcome = try await run("printf abc; exit 2").outcome(timeout: .seconds(20))
        #expect(outcome == .ended(status: 2, output: Array("abc".utf8)))
    }

    @Test("are killed when they take too long, also where a child of theirs keeps their output open")
    func timeout() async throws {
        let start = ContinuousClock.now
        #expect(try await run("exec sleep 60").outcome(timeout: .milliseconds(200)) == .timedOut)
        #expect(try await run("sleep 20 & exit 0").outcome(timeout: .milliseconds(200)) == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("are killed when nobody waits any more")
    func cancellation() async throws {
        let run = try run("exec sleep 60")
        let waiting = Task { try await run.outcome(timeout: .seconds(60)) }
        try await Task.sleep(for: .milliseconds(50))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
