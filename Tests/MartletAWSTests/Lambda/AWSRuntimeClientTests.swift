import Foundation
import MartletAWS
import MartletCore
import Testing

private let clientPython = ProcessInfo.processInfo.environment["MARTLET_AWSLAMBDARIC"]

/// AWS's own client of the Runtime API, for Python, as an independent judge of the emulator.
@Suite(
    "The emulator, with AWS's runtime client for Python",
    .enabled(if: clientPython != nil, "MARTLET_AWSLAMBDARIC names a Python that has the package awslambdaric"),
    .timeLimit(.minutes(1))
)
struct AWSRuntimeClientTests {
    private static let handler = """
        import os, time
        def handle(event, context):
            if event == "fail": raise ValueError("on purpose")
            if event == "hang": time.sleep(30)
            if event == "large": return "x" * 7000000
            if isinstance(event, dict) and "requestContext" in event:
                return {"statusCode": 418, "headers": {"x-path": event["rawPath"]}, "cookies": ["a=1"],
                        "body": event.get("body"), "isBase64Encoded": event["isBase64Encoded"]}
            return {"event": event, "id": context.aws_request_id, "left": context.get_remaining_time_in_millis(),
                    "arn": context.invoked_function_arn, "memory": context.memory_limit_in_mb,
                    "name": context.function_name, "trace": os.environ.get("_X_AMZN_TRACE_ID")}
        """

    @Test("runs it: responses, errors, time-outs, requests")
    func runs() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.handler.utf8).write(to: folder.appending(path: "app.py"))
        var settings = LambdaEmulator.Settings()
        settings.port = 0
        settings.timeout = .seconds(3)
        settings.initLimit = .seconds(30)
        settings.log = { _ in }
        let runtime = LambdaEmulator.Runtime.program(
            try #require(clientPython),
            arguments: ["-m", "awslambdaric", "app.handle"],
            environment: ["PYTHONPATH": folder.path, "LAMBDA_TASK_ROOT": folder.path, "PATH": "/usr/bin:/bin"]
        )
        try await LambdaEmulator(settings, runtime: runtime).run { running in
            func invoke(_ text: String) async throws -> JSONValue {
                try JSONValue(parsing: await running.invoke(Array(text.utf8)).body)
            }
            let answer = try await invoke(#"{"a":["ü",1]}"#)
            #expect(answer["event"] == ["a": ["ü", 1]])
            #expect(answer["id"]?.string?.count == 36)
            #expect((answer["left"]?.integer).map { 0 < $0 && $0 <= 3000 } == true)
            #expect(answer["arn"]?.string?.hasSuffix(":function:function") == true)
            #expect(answer["memory"]?.integer == 3008)
            #expect(answer["name"] == "function")
            #expect(answer["trace"]?.string?.hasPrefix("Root=1-") == true)
            let failed = try await invoke("\"fail\"")
            #expect(failed["errorType"] == "ValueError")
            #expect(failed["errorMessage"] == "on purpose")
            let large = try await invoke("\"large\"")
            #expect(large["errorType"] == "Function.ResponseSizeTooLarge")
            let late = try await invoke("\"hang\"")
            #expect(late["errorType"] == "Sandbox.Timedout")
            let response = try await URLRequestLine(
                method: "POST",
                url: "http://127.0.0.1:\(running.port)/kettle?x=1",
                headers: [("Content-Type", "application/octet-stream")],
                body: [0, 255, 3]
            ).send()
            #expect(response.status == 418)
            #expect(response.headers["x-path"] == "/kettle")
            #expect(response.headers["set-cookie"] == "a=1")
            #expect(response.body == [0, 255, 3])
        }
    }
}
