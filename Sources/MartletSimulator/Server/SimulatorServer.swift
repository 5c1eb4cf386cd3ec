import MartletCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Puts a simulated Telegram on a port of this machine.
public struct SimulatorServer: Sendable {
    private let simulator: TelegramSimulator
    private let connections: SimulatorConnections

    /// The port it listens on.
    public let port: Int
    /// What to give a bot as its base URL.
    public var baseURL: String { "http://127.0.0.1:\(port)" }

    /// Serves `simulator` on the loopback interface for as long as `body` runs.
    /// - Parameter port: 0 takes any free port.
    public static func withServer<Result>(
        _ simulator: TelegramSimulator,
        port: Int = 0,
        _ body: (SimulatorServer) async throws -> Result
    ) async throws -> Result {
        let connections = SimulatorConnections()
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
            connections: connections,
            port: listener.localAddress?.port ?? port
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.serve() }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(server))
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            try await listener.close()
            connections.closeAll()
            return try result.get()
        }
    }

    private func serve() async {
        await withDiscardingTaskGroup { group in
            for await request in connections.requests {
                group.addTask {
                    switch await answer(request.head, request.body) {
                    case .respond(let status, let bytes): respond(to: request, status, bytes)
                    case .hang: try? await Task.sleep(for: .seconds(86_400))
                    case .reset: request.channel.close(promise: nil)
                    }
                }
            }
        }
    }

    private func answer(_ request: HTTPRequestHead, _ body: [UInt8]) async -> SimulatedAnswer {
        let pieces = request.uri.split(separator: "?", maxSplits: 1)
        let path = (pieces.first ?? "").split(separator: "/")
        if path.first == "file" { return file(path) }
        guard path.count == 2, path[0].hasPrefix("bot") else { return .refuse(404, "Not Found") }
        var parameters = pieces.count == 2 ? FormFields.parse(String(pieces[1])) : [:]
        let type = request.headers.first(name: "Content-Type") ?? ""
        if type.hasPrefix("application/json") {
            guard let object = (try? JSONValue(parsing: body))?.object else {
                return .refuse(400, "Bad Request: can't parse JSON object")
            }
            parameters.merge(object)
        } else if type.hasPrefix("application/x-www-form-urlencoded") {
            parameters.merge(FormFields.parse(String(decoding: body, as: UTF8.self)))
        } else if !body.isEmpty {
            return .refuse(400, "Bad Request: the simulator reads JSON and URL-encoded forms")
        }
        return await simulator.answer(String(path[1]), parameters, token: String(path[0].dropFirst(3)))
    }

    private func file(_ path: [Substring]) -> SimulatedAnswer {
        let name = path.dropFirst(2).joined(separator: "/")
        guard path.count > 2, path[1] == "bot" + simulator.token,
            let bytes = simulator.state.withLock({ $0.files[name] })
        else { return .refuse(404, "Not Found") }
        return .respond(200, bytes)
    }

    private func respond(to request: SimulatorRequest, _ status: Int, _ bytes: [UInt8]) {
        var headers = HTTPHeaders([("Content-Type", "application/json"), ("Content-Length", "\(bytes.count)")])
        if !request.head.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        request.channel.write(HTTPServerResponsePart.head(head), promise: nil)
        request.channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))), promise: nil)
        let written = request.channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        if !request.head.isKeepAlive { written.whenComplete { _ in request.channel.close(promise: nil) } }
    }
}
