import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import Testing

@Suite("Streams over sockets", .serialized)
struct LiveStreamTests {
    private static let stream = #"{"messages": [{"role": "user", "content": "hi"}], "stream": true}"#
    private static let whole = #"{"messages": [{"role": "user", "content": "hi"}]}"#

    /// A model that says a word every few milliseconds, for ever.
    private static var endless: ScriptedLanguageModel {
        ScriptedLanguageModel { _ in
            (0..<100_000).flatMap { [ScriptedLanguageModel.Step.say(" \($0)"), .pause(.milliseconds(2))] }
        }
    }

    @Test("end with their client", arguments: [stream, whole])
    func vanishingClient(body: String) async throws {
        let model = Self.endless
        let metering = RecordingMetering()
        var api = TestAPI(model)
        api.metering = metering
        try await api.application.test(.live) { client in
            let raw = try await RawClient(port: #require(client.port))
            try await raw.post(body)
            #expect(await eventually { !model.requests.isEmpty && (body == Self.whole || raw.text.contains(" 3")) })
            #expect(model.cancelledCount == 0)
            try await raw.close()
            #expect(await eventually { model.cancelledCount == 1 })
            #expect(await eventually { metering.outcomes.count == 1 })
        }
        guard case .released(let usage) = metering.outcomes.first else {
            Issue.record("not released")
            return
        }
        #expect(body == Self.whole || usage.generatedTokenCount > 0)
    }

    @Test("end all of several choices with their client")
    func vanishingClientOfSeveral() async throws {
        let model = Self.endless
        try await TestAPI(model).application.test(.live) { client in
            let raw = try await RawClient(port: #require(client.port))
            try await raw.post(#"{"messages": [{"role": "user", "content": "hi"}], "stream": true, "n": 3}"#)
            #expect(await eventually { model.peakRunningCount == 3 && raw.text.contains(" 3") })
            try await raw.close()
            #expect(await eventually { model.cancelledCount == 3 })
        }
    }

    @Test("keep the connection for the next request")
    func keepAlive() async throws {
        let model = ScriptedLanguageModel.saying("a b c")
        try await TestAPI(model).application.test(.live) { client in
            let raw = try await RawClient(port: #require(client.port))
            for count in 1...3 {
                try await raw.post(Self.stream)
                #expect(await eventually { raw.text.components(of: "[DONE]") == count })
            }
            #expect(!raw.isClosed)
            try await raw.close()
        }
        #expect(model.cancelledCount == 0)
    }

    @Test("tell an error that comes after the first token, and end")
    func errorInMidStream() async throws {
        struct Failure: ModelFailure {
            var failureKind: ModelFailureKind { .unavailable }
            var description: String { "secret" }
        }
        let model = ScriptedLanguageModel { _ in [.say("a"), .fail(Failure())] }
        let metering = RecordingMetering()
        var api = TestAPI(model)
        api.metering = metering
        let response = try await api.send(.post, "/v1/chat/completions", Self.stream)
        #expect(response.status == .ok)
        let last = try #require(try response.events.last)
        #expect(last.at("error.code") == "unavailable")
        #expect(!response.text.contains("secret") && !response.text.contains("[DONE]"))
        #expect(metering.outcomes == [.released(Usage(promptTokenCount: 0, generatedTokenCount: 1))])
    }

    @Test("tell a stop by the server as an error")
    func stoppedByServer() async throws {
        let usage = Usage(promptTokenCount: 1, generatedTokenCount: 1)
        let end = GenerationSummary(reason: .cancelled, usage: usage)
        let model = ScriptedLanguageModel { _ in [.say("a"), .report(.finished(end))] }
        let events = try await TestAPI(model).send(.post, "/v1/chat/completions", Self.stream).events
        #expect(events.last?.at("error.code") == "unavailable")
        #expect(try await TestAPI(model).json(.post, "/v1/chat/completions", Self.whole).status == 503)
    }

    @Test("say that they are alive while nothing comes")
    func heartbeats() async throws {
        let gate = Gate()
        let model = ScriptedLanguageModel { _ in [.wait(for: gate), .say("late")] }
        var api = TestAPI(model)
        api.limits.heartbeat = .milliseconds(20)
        try await api.application.test(.live) { client in
            let raw = try await RawClient(port: #require(client.port))
            try await raw.post(Self.stream)
            #expect(await eventually { raw.text.components(of: ": waiting\n\n") >= 3 })
            #expect(!raw.text.contains("data:"))
            gate.open()
            #expect(await eventually { raw.text.contains("[DONE]") })
            #expect(raw.text.contains("late"))
            try await raw.close()
        }
    }

    @Test("of readers that don't read hold up nobody, and are cut off in the end")
    func slowReader() async throws {
        let model = ScriptedLanguageModel { messages in
            messages.last?.content == "much"
                ? (0..<40_000).map { .say("\($0) " + String(repeating: "x", count: 200)) } : [.say("ok")]
        }
        let api = TestAPI(model)
        try await api.application.test(.live) { client in
            let port = try #require(client.port)
            let slow = try await RawClient(port: port, reads: false)
            try await slow.post(#"{"messages": [{"role": "user", "content": "much"}], "stream": true}"#)
            #expect(await eventually { model.requests.count == 1 })
            let quick = try await RawClient(port: port)
            try await quick.post(Self.stream)
            #expect(await eventually { quick.text.contains("[DONE]") })
            #expect(await eventually { model.cancelledCount == 1 })
            try await quick.close()
            try await slow.close()
        }
    }

    @Test("carry the caller's limits, and settle with what was reported")
    func metering() async throws {
        for body in [Self.stream, Self.whole] {
            let metering = RecordingMetering()
            var api = TestAPI(ScriptedLanguageModel.saying("a b"))
            api.metering = metering
            let response = try await api.send(.post, "/v1/chat/completions", body)
            let name = try #require(HTTPField.Name("x-ratelimit-remaining-tokens"))
            #expect(response.headers[name] == "7")
            let usage = Usage(promptTokenCount: 1, generatedTokenCount: 2)
            #expect(metering.outcomes == [.settled(usage, [GenerationSummary(reason: .endOfTurn, usage: usage)])])
        }
        var refusing = TestAPI(ScriptedLanguageModel.saying("a"))
        refusing.metering = RecordingMetering(refusing: .rateLimited("Wait.", retryAfter: .seconds(2)))
        #expect(try await refusing.send(.post, "/v1/chat/completions", Self.stream).status == .tooManyRequests)
    }
}

extension String {
    /// How often a text comes in this one.
    func components(of part: String) -> Int { ranges(of: part).count }
}
