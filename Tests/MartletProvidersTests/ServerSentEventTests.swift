import MartletProviders
import Testing

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func parse(_ pieces: [[UInt8]], limit: Int = 1 << 20) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser(maximumByteCount: limit)
        var events: [ServerSentEvent] = []
        for piece in pieces { try parser.parse(piece, into: &events) }
        return events
    }

    private func event(_ data: String, _ name: String? = nil) -> ServerSentEvent {
        ServerSentEvent(name: name, data: Array(data.utf8))
    }

    private static let cases: [(text: String, events: [(data: String, name: String?)])] = [
        ("data: a\n\n", [("a", nil)]),
        ("data: a\r\n\r\n", [("a", nil)]),
        ("data: a\r\rdata: b\r\r", [("a", nil), ("b", nil)]),
        ("data:a\n\n", [("a", nil)]),
        ("data:  a\n\n", [(" a", nil)]),
        ("data: a\ndata: b\n\n", [("a\nb", nil)]),
        ("data\n\n", [("", nil)]),
        ("event: ping\ndata: {}\n\n", [("{}", "ping")]),
        ("event: ping\n\ndata: x\n\n", [("x", nil)]),
        (": comment\ndata: a\n: another\n\n", [("a", nil)]),
        ("id: 1\nretry: 5\ndata: a\nother: b\n\n", [("a", nil)]),
        ("\u{FEFF}data: a\n\n", [("a", nil)]),
        ("data: ä€😀\r\n\r\n", [("ä€😀", nil)]),
        ("data: half", []),
        ("data: whole line\n", []),
        ("\n\n\n", []),
        ("", []),
    ]

    @Test("takes lines apart as the standard says, in pieces of any size", arguments: cases.indices)
    func standard(index: Int) throws {
        let (text, expected) = Self.cases[index]
        let bytes = Array(text.utf8)
        for size in 1...max(1, bytes.count) {
            let pieces = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(try parse(pieces) == expected.map { event($0.data, $0.name) }, "pieces of \(size)")
        }
    }

    @Test("refuses a line, and an event of many lines, that has no end")
    func limits() {
        #expect(throws: ServerSentEventParser.TooLong(limit: 100)) {
            try parse([Array(repeating: UInt8(ascii: "x"), count: 101)], limit: 100)
        }
        #expect(throws: ServerSentEventParser.TooLong(limit: 100)) {
            try parse(Array(repeating: Array("data: 0123456789\n".utf8), count: 20), limit: 100)
        }
    }
}
