import NIOCore
import NIOPosix
import Synchronization

/// What a client asked for.
struct ScriptedRequest: Sendable {
    var path: String
    /// Names in lower case.
    var headers: [String: String]

    /// The first byte of a `Range: bytes=N-`.
    var rangeStart: Int? {
        headers["range"].flatMap { $0.hasPrefix("bytes=") && $0.hasSuffix("-") ? Int($0.dropFirst(6).dropLast()) : nil }
    }
}

/// What a server answers, as bytes on the wire, right or wrong.
struct ScriptedReply: Sendable {
    var status = "200 OK"
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// `Content-Length`, when it is not the body's; nil sends none.
    var announcedLength: Int??
    /// The connection ends, or falls silent, after so many bytes of the body.
    var sentCount: Int?
    /// Whether the connection stays open and silent after the bytes.
    var isStalling = false
    /// Whether the body is sent in chunks, without a length.
    var isChunked = false

    /// An answer without a body.
    static func status(_ status: String, _ headers: [(String, String)] = []) -> ScriptedReply {
        ScriptedReply(status: status, headers: headers)
    }
}

/// A server on the loopback that answers with a script's bytes, one connection for each request.
final class ScriptedServer: Sendable {
    let port: Int
    private let log = Mutex<[ScriptedRequest]>([])

    init(port: Int) { self.port = port }

    var url: String { "http://127.0.0.1:\(port)" }
    /// All requests so far.
    var requests: [ScriptedRequest] { log.withLock { $0 } }

    fileprivate func record(_ request: ScriptedRequest) { log.withLock { $0.append(request) } }

    /// Runs a server for as long as `body` runs; `script` gets each request with its number.
    @discardableResult
    static func run<Result: Sendable>(
        _ script: @escaping @Sendable (ScriptedRequest, Int) -> ScriptedReply,
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
                                // A client that goes away early is part of the tests.
                                try? await server.serve(connection, script)
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
        _ script: @Sendable (ScriptedRequest, Int) -> ScriptedReply
    ) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var head = ""
            for try await buffer in inbound {
                head += String(buffer: buffer)
                if head.contains("\r\n\r\n") { break }
            }
            guard let request = ScriptedServer.parse(head) else { return }
            record(request)
            let reply = script(request, requests.count - 1)
            try await outbound.write(ByteBuffer(string: ScriptedServer.head(of: reply)))
            let body = reply.body.prefix(reply.sentCount ?? reply.body.count)
            var start = body.startIndex
            while start < body.endIndex {
                let end = min(start + 65536, body.endIndex)
                let piece = body[start..<end]
                if reply.isChunked {
                    try await outbound.write(ByteBuffer(string: String(piece.count, radix: 16) + "\r\n"))
                }
                try await outbound.write(ByteBuffer(bytes: piece))
                if reply.isChunked { try await outbound.write(ByteBuffer(string: "\r\n")) }
                start = end
            }
            if reply.isChunked, reply.sentCount == nil { try await outbound.write(ByteBuffer(string: "0\r\n\r\n")) }
            if reply.isStalling { try await Task.sleep(for: .seconds(60)) }
        }
    }

    private static func head(of reply: ScriptedReply) -> String {
        var head = "HTTP/1.1 \(reply.status)\r\nConnection: close\r\n"
        for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
        if reply.isChunked {
            head += "Transfer-Encoding: chunked\r\n"
        } else if let length = reply.announcedLength ?? reply.body.count {
            head += "Content-Length: \(length)\r\n"
        }
        return head + "\r\n"
    }

    private static func parse(_ head: String) -> ScriptedRequest? {
        // "\r\n" is a single character in Swift.
        let lines = head.split(separator: "\r\n").map(String.init)
        guard let first = lines.first else { return nil }
        let words = first.split(separator: " ")
        guard words.count == 3 else { return nil }
        var request = ScriptedRequest(path: String(words[1]), headers: [:])
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...]
            request.headers[line[..<colon].lowercased()] = String(value.drop { $0 == " " })
        }
        return request
    }
}
