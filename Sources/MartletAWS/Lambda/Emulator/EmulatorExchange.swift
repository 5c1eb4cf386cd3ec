import NIOCore
import NIOHTTP1

/// A request and the answer to it, on one connection.
final class EmulatorExchange {
    let head: HTTPRequestHead
    let connection: EmulatorConnection
    private let parts: EmulatorParts
    private let outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    private let channel: any Channel
    private var isRead = false
    private var isAnswered = false

    init(
        head: HTTPRequestHead,
        parts: EmulatorParts,
        outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>,
        channel: any Channel,
        connection: EmulatorConnection
    ) {
        self.head = head
        self.parts = parts
        self.outbound = outbound
        self.channel = channel
        self.connection = connection
    }

    /// The path, without the query.
    var path: String { head.uri.split(separator: "?", maxSplits: 1).first.map { String($0) } ?? "/" }
    /// What follows the question mark.
    var query: String {
        let pieces = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return pieces.count > 1 ? String(pieces[1]) : ""
    }

    /// The value of a field.
    func header(_ name: String) -> String? { head.headers.first(name: name) }

    /// Calls `action` when the other side goes away.
    func onClose(_ action: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in action() }
    }

    // MARK: The body

    /// The next piece of the body; nil at its end, with the trailers kept.
    func nextPiece() async throws -> [UInt8]? {
        guard !isRead else { return nil }
        switch await parts.next() {
        case .body(let buffer): return Array(buffer.readableBytesView)
        case .end(let fields):
            isRead = true
            trailers = fields
            return nil
        case .head, nil: throw ChannelError.eof
        }
    }

    /// What came after the body; nil before its end.
    private(set) var trailers: HTTPHeaders?

    /// The whole body; nil where it is longer than `limit`.
    func body(upTo limit: Int) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while let piece = try await nextPiece() {
            bytes += piece
            guard bytes.count <= limit else { return nil }
        }
        return bytes
    }

    // MARK: The answer

    /// Answers with everything at once.
    func respond(_ status: Int, _ headers: [(String, String)] = [], _ body: [UInt8] = []) async throws {
        var fields = HTTPHeaders(headers)
        if status != 204 && status != 304 { fields.replaceOrAdd(name: "Content-Length", value: "\(body.count)") }
        // What was not read can't be told from the next request.
        if !isRead { fields.replaceOrAdd(name: "Connection", value: "close") }
        isAnswered = true
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
        try await outbound.write(.head(head))
        if !body.isEmpty, self.head.method != .HEAD {
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body))))
        }
        try await outbound.write(.end(nil))
    }

    /// Begins an answer whose body comes in pieces.
    func begin(_ status: Int, _ headers: [(String, String)]) async throws {
        isAnswered = true
        var fields = HTTPHeaders(headers)
        fields.remove(name: "Content-Length")
        fields.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
        try await outbound.write(
            .head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields))
        )
    }

    /// Adds a piece to an answer that was begun.
    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
    }

    /// Ends an answer that was begun.
    func finish() async throws { try await outbound.write(.end(nil)) }

    /// Whether the connection can be used once more.
    func end() async throws -> Bool {
        if !isAnswered { try await respond(500) }
        return isRead && head.isKeepAlive
    }
}
