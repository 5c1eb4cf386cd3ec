import HTTPTypes
import HummingbirdTesting
import MartletHTTP
import MartletTestSupport
import NIOCore
import Testing

@Suite("The end of the server")
struct DrainTests {
    private func stream(_ port: Int) async throws -> String {
        try await TestClient.withClient(host: "127.0.0.1", port: port) { client in
            let response = try await client.execute(.init("/v1/stream", method: .post, body: ByteBuffer()))
            return response.body.map { String(buffer: $0) } ?? ""
        }
    }

    @Test("waits for answers that run")
    func finishes() async throws {
        let gate = Gate()
        var bench = ServerBench()
        bench.model = ScriptedLanguageModel { _ in [.say("begin "), .wait(for: gate), .say("end")] }
        let model = bench.model
        try await bench.withRunningServer { port, stop in
            async let answer = stream(port)
            while model.requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            await stop()
            try await Task.sleep(for: .milliseconds(50))
            gate.open()
            #expect(try await answer == "begin end")
        }
        #expect(model.cancelledCount == 0)
    }

    @Test("tells answers that take too long that they are given up, and stops their generation")
    func givesUp() async throws {
        let gate = Gate()
        var bench = ServerBench()
        bench.configuration.drainTimeout = .milliseconds(50)
        bench.model = ScriptedLanguageModel { _ in [.say("begin "), .wait(for: gate), .say("end")] }
        let model = bench.model
        try await bench.withRunningServer { port, stop in
            async let answer = stream(port)
            while model.requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            await stop()
            let text = try await answer
            #expect(text.hasPrefix("begin {"))
            #expect(text.contains(#""code":"unavailable""#))
        }
        #expect(model.cancelledCount == 1)
        #expect(bench.log.lines.contains { $0.hasPrefix("Answers are cut off") })
    }

    @Test("says what to do when its port is taken")
    func takenPort() async throws {
        let bench = ServerBench()
        try await bench.withRunningServer { port, _ in
            var second = ServerBench()
            second.configuration.port = port
            do {
                try await second.server().run()
                Issue.record("two servers listen at one port")
            } catch let error as ServerError {
                #expect(error.code == .address)
                #expect(error.description.contains("--port"))
            }
        }
    }
}
