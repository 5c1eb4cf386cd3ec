import MartletCore
import NIOCore
import NIOHTTP1

/// Writes answers on a connection.
struct SimulatorResponse: Sendable {
    let request: SimulatorRequest

    /// A whole answer.
    func send(
        _ status: Int,
        _ bytes: [UInt8],
        type: String = "application/json",
        headers extra: [(String, String)] = []
    ) {
        var headers = HTTPHeaders([("Content-Type", type), ("Content-Length", "\(bytes.count)")] + extra)
        if !request.head.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        let channel = request.channel
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if request.head.method != .HEAD {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))), promise: nil)
        }
        let written = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        if !request.head.isKeepAlive { written.whenComplete { _ in channel.close(promise: nil) } }
    }

    func send(_ status: Int, _ json: JSONValue) { send(status, json.serialized) }

    /// The beginning of a stream of server-sent events.
    func beginEvents() async throws {
        let headers = HTTPHeaders([
            ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("Connection", "close"),
        ])
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        try await request.channel.writeAndFlush(HTTPServerResponsePart.head(head)).get()
    }

    /// Waits until the client takes it.
    func write(_ text: String) async throws {
        try await request.channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))))
            .get()
    }

    /// The end of a stream.
    func end() async throws {
        try await request.channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
        request.channel.close(promise: nil)
    }
}
