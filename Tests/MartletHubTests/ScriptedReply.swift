import MartletTestSupport

/// What a server of files answers, right or wrong.
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

    /// The answer as bytes on the wire.
    var response: ScriptedResponse {
        var headers = headers
        if isChunked {
            headers.append(("Transfer-Encoding", "chunked"))
        } else if let length = announcedLength ?? body.count {
            headers.append(("Content-Length", "\(length)"))
        }
        var steps: [ScriptedResponse.Step] = []
        let sent = body.prefix(sentCount ?? body.count)
        var start = sent.startIndex
        while start < sent.endIndex {
            let end = min(start + 65536, sent.endIndex)
            let piece = Array(sent[start..<end])
            let size = Array((String(piece.count, radix: 16) + "\r\n").utf8)
            steps.append(.send(isChunked ? size + piece + Array("\r\n".utf8) : piece))
            start = end
        }
        if isChunked, sentCount == nil { steps.append(.send(Array("0\r\n\r\n".utf8))) }
        if isStalling { steps.append(.hang) }
        return ScriptedResponse(status: status, headers: headers, steps: steps)
    }
}

extension ScriptedServer {
    /// Runs a server of files for as long as `body` runs; `script` gets each request with its number.
    @discardableResult
    static func run<Result: Sendable>(
        _ script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedReply,
        _ body: @Sendable (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        try await run({ request, number -> ScriptedResponse in script(request, number).response }, body)
    }
}

extension ReceivedRequest {
    /// The first byte of a `Range: bytes=N-`.
    var rangeStart: Int? {
        headers["range"].flatMap { $0.hasPrefix("bytes=") && $0.hasSuffix("-") ? Int($0.dropFirst(6).dropLast()) : nil }
    }
}
