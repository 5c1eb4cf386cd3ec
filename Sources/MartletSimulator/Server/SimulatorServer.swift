import AsyncHTTPClient
import MartletCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// Puts a simulated Telegram on a port of this machine: the Bot API, the page, what the page uses, and a scripted model.
public struct SimulatorServer: Sendable {
    /// What it serves.
    public let simulator: TelegramSimulator
    let script: ModelScript
    private let connections: SimulatorConnections

    /// The port it listens on.
    public let port: Int
    /// What to give a bot as its base URL.
    public var baseURL: String { "http://127.0.0.1:\(port)" }

    /// Serves `simulator` on the loopback interface, and delivers to webhooks, for as long as `body` runs.
    /// - Parameters:
    ///   - port: 0 takes any free port.
    ///   - script: What the model behind `/v1/chat/completions` says.
    public static func withServer<Result>(
        _ simulator: TelegramSimulator,
        port: Int = 0,
        script: ModelScript = ModelScript(),
        _ body: (SimulatorServer) async throws -> Result
    ) async throws -> Result {
        let connections = SimulatorConnections()
        script.use(simulator.clock)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(SimulatorRequestHandler(connections))
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        let server = SimulatorServer(
            simulator: simulator,
            script: script,
            connections: connections,
            port: listener.localAddress?.port ?? port
        )
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: WebhookSender.clientConfiguration)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await server.serve() }
                    group.addTask { await WebhookSender(simulator: simulator, client: client).run() }
                    defer { group.cancelAll() }
                    return try await body(server)
                }
            )
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        connections.closeAll()
        try await client.shutdown()
        return try result.get()
    }

    private func serve() async {
        await withDiscardingTaskGroup { group in
            for await request in connections.requests {
                group.addTask { await route(request) }
            }
        }
    }

    private func route(_ request: SimulatorRequest) async {
        let response = SimulatorResponse(request: request)
        let pieces = request.head.uri.split(separator: "?", maxSplits: 1)
        let path = pieces.first.map { String($0) } ?? "/"
        let query = pieces.count == 2 ? FormFields.parse(String(pieces[1])) : [:]
        let segments = path.split(separator: "/").map { FormFields.decode($0, isForm: false) }
        switch segments.first {
        case "simulator": await answerInterface(segments, query, request, response)
        case "v1": await script.answer(segments, request, response)
        case "file": sendFile(segments, response)
        case .some(let first) where first.hasPrefix("bot") && segments.count == 2:
            await answerBot(String(first.dropFirst(3)), segments[1], query, request, response)
        default: sendPage(path, response)
        }
    }

    // MARK: The Bot API

    private func answerBot(
        _ token: String,
        _ method: String,
        _ query: JSONObject,
        _ request: SimulatorRequest,
        _ response: SimulatorResponse
    ) async {
        var call = MethodCall(method: method, parameters: query)
        let type = request.head.headers.first(name: "Content-Type") ?? ""
        let lowerType = type.lowercased()
        if lowerType.hasPrefix("application/json") {
            if !request.body.isEmpty {
                guard let object = (try? JSONValue(parsing: request.body))?.object else {
                    return finish(.refuse(.badRequest("can't parse JSON object")), request, response)
                }
                call.parameters.merge(object)
            }
        } else if lowerType.hasPrefix("multipart/form-data") {
            guard let (fields, files) = MultipartForm.parse(request.body, contentType: type) else {
                return finish(.refuse(.badRequest("can't parse multipart form data")), request, response)
            }
            call.parameters.merge(fields)
            call.files = files
        } else {
            // The server takes anything else for a form.
            call.parameters.merge(FormFields.parse(String(decoding: request.body, as: UTF8.self)))
        }
        let answer = await simulator.answer(call, token: token)
        finish(answer, request, response)
        if case .hang = answer { try? await Task.sleep(for: .seconds(86_400)) }
    }

    private func finish(_ answer: SimulatedAnswer, _ request: SimulatorRequest, _ response: SimulatorResponse) {
        switch answer {
        case .respond(let status, let bytes): response.send(status, bytes)
        case .hang: break
        case .reset: request.channel.close(promise: nil)
        }
    }

    private func sendFile(_ segments: [String], _ response: SimulatorResponse) {
        let path = segments.dropFirst(2).joined(separator: "/")
        guard segments.count > 2, segments[1] == "bot" + simulator.token,
            let file = simulator.look({ $0.files[path: path] })
        else { return response.send(404, SimulatedAnswer.notFoundJSON) }
        response.send(200, file.bytes, type: "application/octet-stream")
    }

    private func sendPage(_ path: String, _ response: SimulatorResponse) {
        guard let file = SimulatorPage.file(at: path) else {
            return response.send(404, SimulatedAnswer.notFoundJSON)
        }
        response.send(
            200,
            file.bytes,
            type: file.contentType,
            headers: [
                ("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:"),
                ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"),
            ]
        )
    }
}

extension SimulatedAnswer {
    static var notFoundJSON: JSONValue { ["ok": false, "error_code": 404, "description": "Not Found"] }
}
