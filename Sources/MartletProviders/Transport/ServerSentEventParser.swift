/// An event of a `text/event-stream`.
package struct ServerSentEvent: Sendable, Hashable {
    /// The event's type, where the stream names one.
    package var name: String?
    /// Its data; several `data` lines are joined by line feeds.
    package var data: [UInt8]

    package init(name: String?, data: [UInt8]) {
        self.name = name
        self.data = data
    }
}

/// Takes a `text/event-stream` apart, whatever pieces it arrives in.
///
/// Lines end with CR, LF or both; comments and fields without a use here (`id`, `retry`) are skipped; an event that the
/// stream's end cuts off is never reported. UTF-8 is looked at by nobody before a whole event is there, so pieces may end in
/// the middle of a character.
/// - SeeAlso: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
package struct ServerSentEventParser: Sendable {
    /// An event or a line is longer than the parser takes.
    package struct TooLong: Error, Hashable {
        /// The limit in bytes.
        package var limit: Int

        package init(limit: Int) {
            self.limit = limit
        }
    }

    private let maximumByteCount: Int
    private var line: [UInt8] = []
    private var name: String?
    private var data: [UInt8] = []
    private var hasData = false
    private var endedWithCarriageReturn = false
    private var isAtStart = true

    /// Makes a parser.
    /// - Parameter maximumByteCount: The most bytes of one line, and of one event's data.
    package init(maximumByteCount: Int = 4 << 20) {
        self.maximumByteCount = maximumByteCount
    }

    /// Whether an event has begun that no empty line has ended yet.
    package var isInsideEvent: Bool { !line.isEmpty || hasData }

    /// Takes the next piece and appends the events that it completes.
    ///
    /// - Complexity: O(bytes).
    package mutating func parse(
        _ bytes: some Swift.Sequence<UInt8>,
        into events: inout [ServerSentEvent]
    ) throws(TooLong) {
        for byte in bytes {
            switch byte {
            case 0x0A where endedWithCarriageReturn:
                endedWithCarriageReturn = false
            case 0x0A, 0x0D:
                endedWithCarriageReturn = byte == 0x0D
                try endLine(into: &events)
            default:
                endedWithCarriageReturn = false
                guard line.count < maximumByteCount else { throw TooLong(limit: maximumByteCount) }
                line.append(byte)
            }
        }
    }

    private mutating func endLine(into events: inout [ServerSentEvent]) throws(TooLong) {
        defer { line.removeAll(keepingCapacity: true) }
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else {
            if hasData { events.append(ServerSentEvent(name: name, data: data)) }
            name = nil
            data.removeAll(keepingCapacity: true)
            hasData = false
            return
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            guard data.count + value.count < maximumByteCount else { throw TooLong(limit: maximumByteCount) }
            if hasData { data.append(0x0A) }
            data += value
            hasData = true
        case "event": name = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        default: break
        }
    }
}
