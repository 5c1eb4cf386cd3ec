import Foundation
import MartletAWS
import MartletCore
import Synchronization
import Testing

/// A runtime in a few lines of Python, which has nothing in common with ours.
private let strangeRuntime = """
    import os, sys, time, json, urllib.request as web
    api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
    def post(path, body, headers={}):
        return web.urlopen(web.Request(api + path, data=body, headers=headers)).status
    mode = sys.argv[1]
    if mode == "init-error":
        post("init/error", b'{"errorType":"Init.Broken","errorMessage":"No."}')
        sys.exit(3)
    if mode == "init-exit": sys.exit(4)
    if mode == "init-slow": time.sleep(60)
    while True:
        answer = web.urlopen(api + "invocation/next")
        id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        event = answer.read()
        if event == b'"exit"': sys.exit(5)
        if event == b'"hang"': time.sleep(60)
        if event == b'"error"':
            post("invocation/" + id + "/error", b'{"errorType":"Own","errorMessage":"Own words."}')
            continue
        reply = {"pid": os.getpid(), "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"], "event": json.loads(event or b"null"),
                 "memory": os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "own": os.environ.get("OWN")}
        post("invocation/" + id + "/response", json.dumps(reply).encode())
    """

private let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

@Suite(
    "Programs that the emulator runs",
    .enabled(if: python != nil, "there is no python3 on this machine"),
    .timeLimit(.minutes(1))
)
struct FunctionProcessTests {
    private func run(
        _ mode: String,
        timeout: Duration = .seconds(10),
        initLimit: Duration = .seconds(10),
        _ body: @escaping @Sendable (LambdaEmulator.Running, EmulatorBench.LogLines) async throws -> Void
    ) async throws {
        let lines = EmulatorBench.LogLines()
        var settings = LambdaEmulator.Settings()
        settings.port = 0
        settings.timeout = timeout
        settings.initLimit = initLimit
        settings.functionName = "pelican"
        settings.memoryMegabytes = 512
        settings.log = { lines.add($0) }
        let runtime = LambdaEmulator.Runtime.program(
            try #require(python),
            arguments: ["-c", strangeRuntime, mode],
            environment: ["OWN": "kept", "PATH": "/usr/bin:/bin"]
        )
        try await LambdaEmulator(settings, runtime: runtime).run { try await body($0, lines) }
    }

    private func invoke(_ running: LambdaEmulator.Running, _ text: String) async throws -> JSONValue {
        try JSONValue(parsing: await running.invoke(Array(text.utf8)).body)
    }

    @Test("runs a runtime that is not ours, and reports its start and its memory once")
    func works() async throws {
        try await run("work") { running, lines in
            let first = try await invoke(running, "{\"a\":1}")
            #expect(first["event"] == ["a": 1])
            #expect(first["name"] == "pelican")
            #expect(first["memory"] == "512")
            #expect(first["own"] == "kept")
            let second = try await invoke(running, "2")
            #expect(second["pid"] == first["pid"])
            let failed = await running.invoke(Array("\"error\"".utf8))
            #expect(failed.isFailure)
            #expect(String(decoding: failed.body, as: UTF8.self).contains("Own words."))
            while lines.reports().count < 3 { try await Task.sleep(for: .milliseconds(5)) }
            let reports = lines.reports()
            #expect(reports[0].contains("Memory Size: 512 MB\tMax Memory Used: "))
            #expect(reports[0].contains("\tInit Duration: "))
            #expect(!reports[1].contains("Init Duration"))
        }
    }

    @Test("starts it again after it ended in the middle of an invocation, which is told so")
    func exits() async throws {
        try await run("work") { running, _ in
            let first = try await invoke(running, "1")
            let failed = try await invoke(running, "\"exit\"")
            #expect(failed["errorType"] == "Runtime.ExitError")
            #expect(failed["errorMessage"]?.string?.hasSuffix("Runtime exited with error: exit status 5") == true)
            let second = try await invoke(running, "2")
            #expect(second["event"] == 2)
            #expect(second["pid"] != first["pid"])
        }
    }

    @Test("ends it when an invocation takes too long, and starts it again")
    func hangs() async throws {
        try await run("work", timeout: .seconds(1)) { running, lines in
            let first = try await invoke(running, "1")
            let failed = try await invoke(running, "\"hang\"")
            #expect(failed["errorType"] == "Sandbox.Timedout")
            #expect(lines.all.contains { $0.hasSuffix("Task timed out after 1.00 seconds") })
            let second = try await invoke(running, "2")
            #expect(second["pid"] != first["pid"])
        }
    }

    @Test("tells callers why it can't start", arguments: ["init-error", "init-exit"])
    func brokenStart(mode: String) async throws {
        try await run(mode) { running, _ in
            for _ in 0..<2 {
                let failed = try await invoke(running, "1")
                #expect(failed["errorType"] == (mode == "init-error" ? "Init.Broken" : "Runtime.ExitError"))
            }
        }
    }

    @Test("ends a start that takes longer than an initialisation may, and gives it an invocation's time then")
    func slowStart() async throws {
        try await run("init-slow", timeout: .seconds(1), initLimit: .milliseconds(300)) { running, lines in
            let failed = try await invoke(running, "1")
            #expect(failed["errorType"] == "Sandbox.Timedout")
            #expect(lines.all.contains { $0.contains("Phase: init\tStatus: timeout") })
        }
    }

    @Test("says what is wrong with a program that is not there")
    func missing() async throws {
        var settings = LambdaEmulator.Settings()
        settings.port = 0
        settings.log = { _ in }
        let emulator = LambdaEmulator(
            settings,
            runtime: .program("/nonexistent/bootstrap", arguments: [], environment: [:])
        )
        let error = await #expect(throws: LambdaError.self) {
            try await emulator.run { _ in try await Task.sleep(for: .seconds(20)) }
        }
        #expect(error?.description.contains("/nonexistent/bootstrap") == true)
    }

    @Test("reads AWS's variables, and refuses what is no number")
    func variables() throws {
        let settings = try LambdaEmulator.Settings(environment: [
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "60", "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_VERSION": "7", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048",
        ])
        #expect(settings.timeout == .seconds(60))
        #expect(settings.functionName == "f")
        #expect(settings.functionVersion == "7")
        #expect(settings.memoryMegabytes == 2048)
        #expect(try LambdaEmulator.Settings(environment: ["AWS_LAMBDA_FUNCTION_TIMEOUT": ""]).timeout == .seconds(300))
        for text in ["0", "-1", "x", "1.5"] {
            let error = #expect(throws: LambdaError.self) {
                try LambdaEmulator.Settings(environment: ["AWS_LAMBDA_FUNCTION_TIMEOUT": text])
            }
            #expect(error?.description.contains("AWS_LAMBDA_FUNCTION_TIMEOUT") == true)
        }
    }
}
