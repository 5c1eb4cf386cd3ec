import Foundation
import Logging
import MartletAWS
import MartletTestSupport
import Synchronization
import Testing

/// A handler made of a closure.
struct ClosureHandler: LambdaHandling {
    let body: @Sendable (LambdaInvocation, LambdaResponder) async throws -> Void

    init(_ body: @escaping @Sendable (LambdaInvocation, LambdaResponder) async throws -> Void) {
        self.body = body
    }

    func handle(_ invocation: LambdaInvocation, responding responder: LambdaResponder) async throws {
        try await body(invocation, responder)
    }
}

@Suite("The Lambda runtime over the wire", .timeLimit(.minutes(1)))
struct LambdaRuntimeTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func next(_ id: String, seconds: Double = 10) -> ScriptedResponse {
        ScriptedResponse(
            headers: [
                ("Lambda-Runtime-Aws-Request-Id", id),
                ("Lambda-Runtime-Deadline-Ms", "\(Int64((Date().timeIntervalSince1970 + seconds) * 1000))"),
                ("Content-Length", "2"),
            ],
            steps: [.send(Array("{}".utf8))]
        )
    }

    private var accepted: ScriptedResponse {
        ScriptedResponse(status: "202 Accepted", headers: [("Content-Length", "0")], steps: [])
    }

    @Test("handles invocations over connections that close after each answer, until it is stopped")
    func loop() async throws {
        let handled = Mutex<[String]>([])
        try await ScriptedServer.run { request, number in
            if request.method == "POST" { return accepted }
            return number < 6 ? next("id-\(number)") : ScriptedResponse(headers: [], steps: [.hang])
        } _: { server in
            let runtime = LambdaRuntime(
                api: RuntimeAddress(host: "127.0.0.1", port: server.port),
                handler: ClosureHandler { invocation, responder in
                    try await responder.respond(Array(invocation.requestID.utf8))
                    handled.withLock { $0.append(invocation.requestID) }
                },
                logger: logger
            )
            async let end: Void = runtime.run()
            while server.requests.count < 7 { try await Task.sleep(for: .milliseconds(5)) }
            runtime.stop()
            try await end
            #expect(handled.withLock { $0 } == ["id-0", "id-2", "id-4"])
            #expect(server.requests[1].path == "/2018-06-01/runtime/invocation/id-0/response")
            #expect(server.requests[1].body == Array("id-0".utf8))
        }
    }

    @Test("says what to do where no Runtime API is")
    func unreachable() async throws {
        let runtime = LambdaRuntime(
            api: RuntimeAddress(host: "127.0.0.1", port: 1),
            handler: ClosureHandler { _, _ in },
            logger: logger
        )
        let error = await #expect(throws: LambdaError.self) { try await runtime.run() }
        #expect(error?.code == .environmentBroken)
        #expect(error?.description.contains("AWS_LAMBDA_RUNTIME_API") == true)
    }

    @Test("reports a start-up that fails")
    func failedStart() async throws {
        try await ScriptedServer.run { _, _ in
            accepted
        } _: { server in
            let runtime = LambdaRuntime(
                api: RuntimeAddress(host: "127.0.0.1", port: server.port),
                handler: ClosureHandler { _, _ in },
                logger: logger
            ) { throw LambdaFault(type: "Model.Missing", message: "There is no model.") }
            let error = await #expect(throws: LambdaError.self) { try await runtime.run() }
            #expect(error?.code == .startUpFailed)
            let request = try #require(server.requests.first)
            #expect(request.path == "/2018-06-01/runtime/init/error")
            #expect(request.headers["lambda-runtime-function-error-type"] == "Model.Missing")
        }
    }

    @Test("reads the address that Lambda gives", arguments: ["127.0.0.1:9001", "[::1]:80", "sandbox:9001"])
    func address(text: String) throws {
        #expect(throws: Never.self) { try RuntimeAddress(text) }
    }

    @Test(
        "refuses what is no address",
        arguments: ["", "localhost", ":80", "a:b", "a:0", "a:70000", "a/b:80", "a b:1"]
    )
    func noAddress(text: String) {
        #expect(throws: LambdaError.self) { try RuntimeAddress(text) }
    }
}
