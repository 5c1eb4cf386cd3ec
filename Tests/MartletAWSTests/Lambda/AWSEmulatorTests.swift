import Foundation
import MartletAWS
import MartletCore
import Testing

private let awsEmulator = ProcessInfo.processInfo.environment["MARTLET_AWS_RIE"]

/// AWS's own Runtime Interface Emulator as an independent judge of the runtime.
@Suite(
    "The runtime, with AWS's emulator",
    .enabled(if: awsEmulator != nil, "MARTLET_AWS_RIE names the program aws-lambda-rie"),
    .timeLimit(.minutes(1))
)
struct AWSEmulatorTests {
    @Test("handles invocations, errors, large responses and time-outs")
    func runs() async throws {
        // What AWS's emulator starts only waits: the runtime is this process.
        let process = Process()
        process.executableURL = URL(filePath: try #require(awsEmulator))
        let port = Int.random(in: 20_000..<30_000)
        process.arguments = [
            "--runtime-interface-emulator-address", "127.0.0.1:\(port)", "--runtime-api-address",
            "127.0.0.1:\(port + 1)", "--log-level", "error", "/bin/sleep", "60",
        ]
        process.environment = ["AWS_LAMBDA_FUNCTION_TIMEOUT": "3", "PATH": "/usr/bin:/bin"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { process.terminate() }
        let url = "http://127.0.0.1:\(port)\(EmulatorBench.path)"
        @Sendable func invoke(_ text: String) async throws -> String {
            let line = URLRequestLine(method: "POST", url: url, body: Array(text.utf8))
            return String(decoding: try await line.send().body, as: UTF8.self)
        }
        // It listens a moment after it has been started.
        let api = RuntimeAddress(host: "127.0.0.1", port: port + 1)
        for _ in 0..<200 {
            let answer = try? await URLRequestLine(method: "GET", url: "http://127.0.0.1:\(port + 1)/").status()
            if answer != nil { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        let runtime = LambdaRuntime(
            api: api,
            handler: ClosureHandler { invocation, responder in
                switch String(decoding: invocation.payload, as: UTF8.self) {
                case "\"fail\"": throw LambdaFault(type: "Test.Broken", message: "on purpose")
                case "\"hang\"": try await Task.sleep(for: .seconds(20))
                case "\"large\"":
                    let large = [UInt8](repeating: UInt8(ascii: "x"), count: LambdaResponder.maximumByteCount)
                    try await responder.respond(large)
                default: try await responder.respond(invocation.payload)
                }
            },
            logger: EmulatorBench.logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runtime.run() }
            for number in 0..<5 {
                let answer = try await invoke("{\"n\":\(number)}")
                #expect(answer == "{\"n\":\(number)}")
            }
            let failed = try JSONValue(parsing: Array(try await invoke("\"fail\"").utf8))
            #expect(failed["errorType"] == "Test.Broken")
            #expect(failed["errorMessage"] == "on purpose")
            let large = try await invoke("\"large\"")
            #expect(large.utf8.count == LambdaResponder.maximumByteCount)
            let late = try await invoke("\"hang\"")
            #expect(late.contains("Martlet.DeadlineExceeded"))
            let last = try await invoke("7")
            #expect(last == "7")
            runtime.stop()
            try await group.waitForAll()
        }
    }
}
