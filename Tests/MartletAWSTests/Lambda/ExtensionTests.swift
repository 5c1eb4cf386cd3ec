import Foundation
import MartletAWS
import MartletCore
import MartletTestSupport
import Testing

@Suite("The emulator's Extensions API", .timeLimit(.minutes(1)))
struct ExtensionTests {
    @Test("lets extensions register, and tells them of invocations")
    func events() async throws {
        try await EmulatorBench.run { invocation, responder in
            try await responder.respond(invocation.payload)
        } _: { bench in
            let base = "http://127.0.0.1:\(bench.api.port)/2020-01-01/extension"
            let registration = try await URLRequestLine(
                method: "POST",
                url: "\(base)/register",
                headers: [("Lambda-Extension-Name", "watcher")],
                body: Array(#"{"events":["INVOKE","SHUTDOWN"]}"#.utf8)
            ).send()
            #expect(registration.status == 200)
            let answer = try JSONValue(parsing: registration.body)
            #expect(answer["functionName"] == "function")
            let id = try #require(registration.headers["lambda-extension-identifier"])
            try await bench.expect("1", gives: "1")
            // The event waits for the extension to ask.
            let event = try await URLRequestLine(
                method: "GET",
                url: "\(base)/event/next",
                headers: [("Lambda-Extension-Identifier", id)]
            ).send()
            let value = try JSONValue(parsing: event.body)
            #expect(value["eventType"] == "INVOKE")
            #expect(value["requestId"]?.string?.isEmpty == false)
            #expect(event.headers["lambda-extension-event-identifier"] != nil)
        }
    }

    @Test("refuses extensions without a name, with unknown events, and strangers")
    func refusals() async throws {
        try await EmulatorBench.run { invocation, responder in
            try await responder.respond(invocation.payload)
        } _: { bench in
            let base = "http://127.0.0.1:\(bench.api.port)/2020-01-01/extension"
            let named = [("Lambda-Extension-Name", "w")]
            var statuses: [Int] = []
            for (headers, body) in [([], "{}"), (named, "x"), (named, #"{"events":["PARTY"]}"#)] {
                let line = URLRequestLine(
                    method: "POST",
                    url: "\(base)/register",
                    headers: headers,
                    body: Array(body.utf8)
                )
                statuses.append(try await line.status())
            }
            statuses.append(try await URLRequestLine(method: "GET", url: "\(base)/event/next").status())
            let stranger = URLRequestLine(
                method: "GET",
                url: "\(base)/event/next",
                headers: [("Lambda-Extension-Identifier", "stranger")]
            )
            statuses.append(try await stranger.status())
            #expect(statuses == [400, 400, 400, 403, 403])
        }
    }

    @Test("takes the runtime in as an extension, which changes nothing for invocations, and goes on without it")
    func stopNotice() async throws {
        let settings = LambdaRuntime.Settings(environment: [:])
        #expect(settings.wantsStopNotice)
        try await EmulatorBench.run(settings: settings) { invocation, responder in
            try await responder.respond(Array((getenv("_X_AMZN_TRACE_ID").map { String(cString: $0) } ?? "").utf8))
        } _: { bench in
            for number in 0..<3 {
                let trace = "Root=1-\(number)"
                let response = try await bench.send("POST", EmulatorBench.path, [("X-Amzn-Trace-Id", trace)])
                #expect(String(decoding: response.body, as: UTF8.self) == trace)
            }
        }
        // A Runtime API without extensions: AWS's rules for them, or an old emulator.
        try await ScriptedServer.run { request, _ in
            if request.path.hasSuffix("/invocation/next") { return ScriptedResponse(headers: [], steps: [.hang]) }
            return ScriptedResponse(status: "404 Not Found", headers: [("Content-Length", "0")], steps: [])
        } _: { server in
            let runtime = LambdaRuntime(
                api: RuntimeAddress(host: "127.0.0.1", port: server.port),
                handler: ClosureHandler { _, _ in },
                settings: settings,
                logger: EmulatorBench.logger
            )
            async let end: Void = runtime.run()
            while server.requests.count < 2 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(server.requests[0].path == "/2020-01-01/extension/register")
            #expect(server.requests[1].path == "/2018-06-01/runtime/invocation/next")
            runtime.stop()
            try await end
        }
    }
}
