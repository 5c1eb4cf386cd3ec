import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 server whose bodies come and go piece by piece; each connection has a task of its own.
struct EmulatorServer: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    /// Answers a request; what it throws closes the connection.
    typealias Route = @Sendable (EmulatorExchange) async throws -> Void

    private let channel: NIOAsyncChannel<Connection, Never>
    /// Where it listens.
    let port: Int

    /// Listens; nobody is served before ``serve(_:)``.
    ///
    /// - Throws: ``LambdaError`` where the address can't be had.
    init(host: String, port: Int) async throws {
        do {
            channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError where error.errnoCode == 98 || error.errnoCode == 48 {
            throw LambdaError(
                .setting,
                "port \(port) is in use by another program; choose another one, or stop that program"
            )
        } catch {
            throw LambdaError(.setting, "\(host):\(port) can't be listened at: \(error)")
        }
        self.port = channel.channel.localAddress?.port ?? port
    }

    /// Serves until the task is cancelled.
    func serve(_ route: @escaping Route) async throws {
        try await channel.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask {
                        // A client that goes away ends its own connection only.
                        try? await Self.serve(connection, route)
                    }
                }
            }
        }
    }

    private static func serve(_ connection: Connection, _ route: Route) async throws {
        let memory = EmulatorConnection()
        try await connection.executeThenClose { inbound, outbound in
            let (stream, feed) = AsyncStream<HTTPServerRequestPart>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { feed.finish() }
                    for try await part in inbound { feed.yield(part) }
                }
                let parts = EmulatorParts(stream)
                while case .head(let head) = await parts.next() {
                    let exchange = EmulatorExchange(
                        head: head,
                        parts: parts,
                        outbound: outbound,
                        channel: connection.channel,
                        connection: memory
                    )
                    try await route(exchange)
                    guard try await exchange.end() else { break }
                }
                group.cancelAll()
            }
        }
    }
}

/// The parts of the requests on a connection.
final class EmulatorParts {
    private var iterator: AsyncStream<HTTPServerRequestPart>.AsyncIterator

    init(_ stream: AsyncStream<HTTPServerRequestPart>) {
        iterator = stream.makeAsyncIterator()
    }

    /// The next part; nil where the connection has none any more.
    func next() async -> HTTPServerRequestPart? { await iterator.next(isolation: #isolation) }
}

/// What is known of a connection from one request to the next.
final class EmulatorConnection {
    /// The invocation that was handed out over it last.
    var invocationID: String?
}
