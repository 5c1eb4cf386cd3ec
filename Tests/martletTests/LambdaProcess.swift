import AsyncHTTPClient
import Foundation
import MartletCore
import MartletSimulator
import NIOCore
import NIOHTTP1
import martlet

/// `martlet lambda` in a process of its own, behind its emulator, with the simulator's webhook pointed at it.
final class LambdaProcess: BotUnderTest {
    /// The secret that the simulator sends and the function expects.
    static let secret = "a-secret-between-two"

    private let folder: URL
    private let simulator: TelegramSimulator
    private let options: [String]
    private let settings: [String: String]
    private let namesStore: Bool
    private let process: LoggedProcess
    /// Where the function listens; the same at every start.
    let port: Int
    var baseURL: String { "http://127.0.0.1:\(port)" }
    /// Where it logs.
    var logPath: String { process.log.path }

    /// Makes a function that has never run.
    /// - Parameters:
    ///   - folder: Its store's folder; functions that share one share the store.
    ///   - options: Further options of `martlet lambda`.
    ///   - settings: Further variables.
    ///   - namesStore: Whether the store is in the folder; otherwise the settings name it.
    init(
        _ simulator: TelegramSimulator,
        folder: URL,
        options: [String] = [],
        settings: [String: String] = [:],
        namesStore: Bool = true
    ) throws {
        self.simulator = simulator
        self.folder = folder
        self.options = options
        self.settings = settings
        self.namesStore = namesStore
        port = try Self.freePort()
        process = LoggedProcess(log: folder.appending(path: "lambda-\(port).log"))
    }

    /// A port that nobody has at the moment.
    private static func freePort() throws -> Int {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, length) == 0 && getsockname(handle, $0, &length) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileNoSuchFile) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    var isRunning: Bool { process.isRunning }

    /// Starts it and points the webhook at it; what an earlier process left is answered at the clock's call.
    func start(arguments: [String], environment: [String: String]) async throws {
        try await launch(arguments: arguments, environment: environment)
        try await takeWebhook()
    }

    /// Starts the process and waits until it listens.
    func launch(arguments: [String], environment: [String: String]) async throws {
        let store = namesStore ? ["--store", folder.appending(path: "store.sqlite").path] : []
        var all = environment.merging(settings) { $1 }
        all["TELEGRAM_WEBHOOK_SECRET"] = all["TELEGRAM_WEBHOOK_SECRET"] ?? Self.secret
        try process.start(
            MartletProgram.file,
            arguments: ["lambda", "--port", "\(port)"] + store + options + arguments,
            environment: all,
            in: folder
        )
        let end = ContinuousClock.now + .seconds(120)
        while !isListening, isRunning, .now < end { try await Task.sleep(for: .milliseconds(20)) }
    }

    private var isListening: Bool {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Has the simulator deliver here.
    func takeWebhook(secret: String? = LambdaProcess.secret) async throws {
        var parameters: JSONObject = ["url": .string(baseURL + "/telegram"), "max_connections": 40]
        if let secret { parameters["secret_token"] = .string(secret) }
        _ = await simulator.call("setWebhook", parameters)
    }

    func stop() async throws { try await process.stop() }

    func kill() async throws { try await process.kill() }

    /// How the process ended.
    var status: Int32? { process.status }

    /// What it has logged.
    var logText: String { process.text }

    // MARK: Calls

    /// The event of a schedule.
    static let schedule = """
        {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "1", \
        "time": "2026-11-21T00:00:00Z", "region": "eu-west-1", "resources": ["arn:aws:events:eu-west-1:1:rule/wake"], \
        "detail": {}}
        """

    /// Calls the function with an event, and gives the HTTP status and what it answers.
    @discardableResult
    func invoke(_ event: String) async throws -> (status: Int, body: String) {
        try await post("/2015-03-31/functions/function/invocations", event)
    }

    /// Sends a request to the emulator.
    func post(
        _ path: String,
        _ body: String,
        headers: [String: String] = [:],
        method: String = "POST"
    ) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if method != "GET" { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let bytes = try await response.body.collect(upTo: 8 << 20)
        return (Int(response.status.code), String(buffer: bytes))
    }
}
