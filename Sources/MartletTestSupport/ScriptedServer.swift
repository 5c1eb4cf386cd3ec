import MartletCore
import NIOCore
import NIOPosix
import Synchronization

/// A server on the loopback that answers with a script's bytes, one connection for each request.
public final class ScriptedServer: Sendable {
    private struct State {
        var requests: [ReceivedRequest] = []
        var openCount = 0
        var acceptedCount = 0
    }

    /// Where it listens.
    public let port: Int
    private let state = Mutex(State())

    private init(port: Int) { self.port = port }

    /// Its address.
    public var url: String { "http://127.0.0.1:\(port)" }
    /// All requests so far.
    public var requests: [ReceivedRequest] { state.withLock { $0.requests } }
    /// Connections that are open now.
    public var openConnectionCount: Int { state.withLock { $0.openCount } }
    /// Connections so far.
    public var acceptedConnectionCount: Int { state.withLock { $0.acceptedCount } }

    /// Runs a server for as long as `body` runs; `script` gets each request with its number.
    @discardableResult
    public static func run<Result: Sendable>(
        _ script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse,
        _ body: @Sendable (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let server = ScriptedServer(port: channel.channel.localAddress?.port ?? 0)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await channel.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { connectionGroup in
                        for try await connection in connections {
                            connectionGroup.addTask {
                                server.state.withLock {
                                    $0.openCount += 1
                                    $0.acceptedCount += 1
                                }
                                // A client that goes away early is part of the tests.
                                try? await server.serve(connection, script)
                                server.state.withLock { $0.openCount -= 1 }
                            }
                        }
                    }
                }
            }
            let result = try await body(server)
            group.cancelAll()
            return result
        }
    }

    private func serve(
        _ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse
    ) async throws {
        try await connection.executeThenClose { inbound, outbound in
            let (requests, continuation) = AsyncStream<ReceivedRequest>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { continuation.finish() }
                    var bytes: [UInt8] = []
                    var isReported = false
                    for try await buffer in inbound {
                        bytes += buffer.readableBytesView
                        if !isReported, let request = Self.parse(bytes) {
                            isReported = true
                            continuation.yield(request)
                        }
                    }
                }
                group.addTask {
                    for await request in requests {
                        let number = self.state.withLock { state in
                            state.requests.append(request)
                            return state.requests.count - 1
                        }
                        try await Self.play(script(request, number), to: outbound)
                        return
                    }
                }
                // Whoever is done first, the client or the script, ends the connection.
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private static func play(
        _ response: ScriptedResponse,
        to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        var head = "HTTP/1.1 \(response.status)\r\nConnection: close\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        try await outbound.write(ByteBuffer(string: head + "\r\n"))
        for step in response.steps {
            switch step {
            case .send(let bytes): try await outbound.write(ByteBuffer(bytes: bytes))
            case .pause(let duration): try await Task.sleep(for: duration)
            case .hang: try await Task.sleep(for: .seconds(120))
            }
        }
    }

    /// The request, once it is complete.
    private static func parse(_ bytes: [UInt8]) -> ReceivedRequest? {
        let end = Array("\r\n\r\n".utf8)
        guard let headEnd = bytes.firstRange(of: end) else { return nil }
        let head = String(decoding: bytes[..<headEnd.lowerBound], as: UTF8.self)
        // "\r\n" is a single character in Swift.
        let lines = head.split(separator: "\r\n").map { String($0) }
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let body = Array(bytes[headEnd.upperBound...])
        guard body.count >= headers["content-length"].flatMap({ Int($0) }) ?? 0 else { return nil }
        return ReceivedRequest(method: String(words[0]), path: String(words[1]), headers: headers, body: body)
    }
}
