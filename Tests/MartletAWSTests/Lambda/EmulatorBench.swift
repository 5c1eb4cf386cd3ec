import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletCore
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// An emulator with a handler in the same process, for as long as a test runs.
struct EmulatorBench: Sendable {
    let port: Int
    let api: RuntimeAddress
    let lines: LogLines
    let runtime: LambdaRuntime

    static let path = "/2015-03-31/functions/function/invocations"

    /// Lines of the emulator's log.
    final class LogLines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        func reports() -> [String] { all.filter { $0.hasPrefix("REPORT") } }
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func run(
        timeout: Duration = .seconds(10),
        settings: LambdaRuntime.Settings = LambdaRuntime.Settings(),
        _ handler: @escaping @Sendable (LambdaInvocation, LambdaResponder) async throws -> Void,
        _ body: @escaping @Sendable (EmulatorBench) async throws -> Void,
        startUp: @escaping @Sendable () async throws -> Void = {}
    ) async throws {
        let lines = LogLines()
        var emulated = LambdaEmulator.Settings()
        emulated.port = 0
        emulated.timeout = timeout
        emulated.log = { lines.add($0) }
        try await LambdaEmulator(emulated, runtime: .external).run { running in
            let runtime = LambdaRuntime(
                api: running.runtimeAPI,
                handler: ClosureHandler(handler),
                settings: settings,
                logger: logger,
                startUp: startUp
            )
            let bench = EmulatorBench(port: running.port, api: running.runtimeAPI, lines: lines, runtime: runtime)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await runtime.run()
                    return false
                }
                group.addTask {
                    try await body(bench)
                    return true
                }
                defer { group.cancelAll() }
                while let isDone = try await group.next(), !isDone {}
                runtime.stop()
            }
        }
    }

    /// Sends a request to the emulator.
    func send(
        _ method: String = "POST",
        _ path: String = EmulatorBench.path,
        _ headers: [(String, String)] = [],
        _ body: [UInt8] = []
    ) async throws -> (status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        let response = try await open(method, path, headers, body)
        let bytes = try await response.body.collect(upTo: 16 << 20)
        return (
            Int(response.status.code), response.headers.map { ($0.name.lowercased(), $0.value) },
            Array(bytes.readableBytesView)
        )
    }

    func open(
        _ method: String,
        _ path: String,
        _ headers: [(String, String)] = [],
        _ body: [UInt8] = []
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        return try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    }

    /// Invokes the function.
    func invoke(_ text: String) async throws -> String {
        String(decoding: try await send("POST", Self.path, [], Array(text.utf8)).body, as: UTF8.self)
    }

    /// Invokes the function and looks at its answer.
    func expect(_ text: String, gives answer: String, _ location: SourceLocation = #_sourceLocation) async throws {
        let given = try await invoke(text)
        #expect(given == answer, sourceLocation: location)
    }
}

/// A value that several tasks of a test share.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { body(&$0) }
    }
}
