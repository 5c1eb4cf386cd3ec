import MartletCore
import MartletHTTP
import MartletTestSupport
import Synchronization
import Testing

@Suite("Requests without a connection", .timeLimit(.minutes(1)))
struct DirectRequestTests {
    private func value(_ response: DirectResponse, _ name: String) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    private let chat = Array(#"{"model":"scripted","messages":[{"role":"user","content":"hi"}]}"#.utf8)
    private let stream = Array(#"{"model":"scripted","stream":true,"messages":[{"role":"user","content":"hi"}]}"#.utf8)
    private let json = [(name: "content-type", value: "application/json")]

    private func server(_ model: ScriptedLanguageModel = .saying("one two three")) throws -> MartletServer {
        var bench = ServerBench()
        bench.model = model
        bench.usesWholeAPI = true
        return try bench.server()
    }

    @Test("answers with the whole API, without a socket")
    func whole() async throws {
        let response = try await server().respond(
            to: DirectRequest(method: "POST", target: "/v1/chat/completions?x=1", headers: json, body: chat)
        )
        #expect(response.status == 200)
        #expect(response.byteCount != nil)
        #expect(value(response, "content-type")?.hasPrefix("application/json") == true)
        #expect(value(response, "content-length") == nil)
        let body = try JSONValue(parsing: try await response.collected())
        #expect(body.at("choices.0.message.content") == "one two three")
    }

    @Test("streams events as they come about")
    func streamed() async throws {
        let response = try await server().respond(
            to: DirectRequest(method: "POST", target: "/v1/chat/completions", headers: json, body: stream)
        )
        #expect(response.byteCount == nil)
        #expect(value(response, "content-type")?.hasPrefix("text/event-stream") == true)
        let pieces = Mutex<[String]>([])
        try await response.write { piece in pieces.withLock { $0.append(String(decoding: piece, as: UTF8.self)) } }
        let text = pieces.withLock { $0.joined() }
        #expect(text.hasPrefix("data: {"))
        #expect(text.hasSuffix("data: [DONE]\n\n"))
    }

    @Test("stops the model when the stream's reader fails, and when the caller's task is cancelled")
    func departure() async throws {
        for isCancelled in [false, true] {
            let gate = Gate()
            let model = ScriptedLanguageModel { _ in [.say("one"), .wait(for: gate), .say("two")] }
            let server = try server(model)
            let response = try await server.respond(
                to: DirectRequest(method: "POST", target: "/v1/chat/completions", headers: json, body: stream)
            )
            let isWriting = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try? await response.write { _ in
                        if !isCancelled { throw CancellationError() }
                        isWriting.open()
                    }
                }
                if isCancelled {
                    try await isWriting.wait()
                    group.cancelAll()
                }
                while model.cancelledCount == 0 { try await Task.sleep(for: .milliseconds(2)) }
            }
            #expect(model.cancelledCount == 1)
        }
    }

    @Test("keeps rights, limits and errors as they are over a connection")
    func errors() async throws {
        var bench = ServerBench()
        bench.usesWholeAPI = true
        bench.configuration.bodyLimit = 100
        let server = try bench.server()
        let unknown = try await server.respond(to: DirectRequest(method: "GET", target: "/v2/nothing"))
        #expect(unknown.status == 404)
        let wrong = try await server.respond(to: DirectRequest(method: "DELETE", target: "/v1/models"))
        #expect(wrong.status == 405)
        let strange = try await server.respond(to: DirectRequest(method: "G ET", target: "/v1/models"))
        #expect(strange.status == 400)
        let large = [UInt8](repeating: 0x20, count: 101)
        let tooLarge = try await server.respond(
            to: DirectRequest(method: "POST", target: "/v1/chat/completions", headers: json, body: large)
        )
        #expect(tooLarge.status == 413)
        let hostile = try await server.respond(
            to: DirectRequest(method: "GET", target: "/health", headers: [("bad name", "x"), ("ok", "a\r\nb: c")])
        )
        #expect(hostile.status == 200)

        bench.isReady = false
        let loading = try await bench.server().respond(
            to: DirectRequest(method: "GET", target: "/v1/models")
        )
        #expect(loading.status == 503)
    }

    @Test("asks for keys where there are some")
    func keys() async throws {
        var bench = ServerBench()
        bench.usesWholeAPI = true
        var keys = AccessKeys()
        keys.add(AccessKey(name: "ada", key: "secret-key"))
        bench.keys = KeyRing(keys)
        let server = try bench.server()
        let refused = try await server.respond(to: DirectRequest(method: "GET", target: "/v1/models"))
        #expect(refused.status == 401)
        let admitted = try await server.respond(
            to: DirectRequest(
                method: "GET",
                target: "/v1/models",
                headers: [("authorization", "Bearer secret-key")]
            )
        )
        #expect(admitted.status == 200)
    }
}
