import MartletCore

/// Understands the JSON of one provider's answers, in events or whole.
protocol AnswerReading: Sendable {
    /// Who speaks.
    var identity: ProviderIdentity { get }

    /// Takes an event of a stream.
    /// - Throws: ``ProviderError``
    mutating func read(_ event: ServerSentEvent, into pieces: inout [AnswerPiece]) throws

    /// Takes an answer that came in one piece.
    /// - Throws: ``ProviderError``
    mutating func read(whole: JSONValue, into pieces: inout [AnswerPiece]) throws

    /// Takes the end of the stream.
    /// - Throws: ``ProviderError`` where the answer is not complete.
    mutating func finish(into pieces: inout [AnswerPiece]) throws
}

extension AnswerReading {
    /// The failure of an answer that is not what the protocol says.
    func malformed(_ message: String) -> ProviderError {
        ProviderError(
            .malformedResponse,
            provider: identity.name,
            message,
            remedy: "Check that base_url is the address of an interface of this kind"
        )
    }

    /// The failure of an answer that broke off.
    var interrupted: ProviderError {
        ProviderError(
            .interrupted,
            provider: identity.name,
            "the answer broke off before its end",
            remedy: "Try again"
        )
    }

    /// JSON of an event.
    func json(_ bytes: [UInt8]) throws -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw malformed("a part of the answer is \(error)")
        }
    }
}

/// Decodes a `text/event-stream`.
struct ServerSentAnswerDecoder<Reader: AnswerReading>: AnswerDecoding {
    private var parser = ServerSentEventParser()
    private var reader: Reader
    private var events: [ServerSentEvent] = []
    private var hasEvents = false
    private let isAnnounced: Bool

    /// Makes a decoder.
    /// - Parameter isAnnounced: Whether the server said that it sends events.
    init(_ reader: Reader, isAnnounced: Bool) {
        self.reader = reader
        self.isAnnounced = isAnnounced
    }

    mutating func receive(_ bytes: [UInt8], into pieces: inout [AnswerPiece]) throws {
        events.removeAll(keepingCapacity: true)
        let failure: ServerSentEventParser.TooLong?
        do {
            try parser.parse(bytes, into: &events)
            failure = nil
        } catch {
            failure = error
        }
        hasEvents = hasEvents || !events.isEmpty
        for event in events { try reader.read(event, into: &pieces) }
        if let failure {
            throw ProviderError(
                .responseTooLarge,
                provider: reader.identity.name,
                "a part of the answer is longer than \(failure.limit >> 20) MiB",
                remedy: "Check that base_url is the address of an interface of this kind"
            )
        }
    }

    mutating func finish(into pieces: inout [AnswerPiece]) throws {
        guard hasEvents || parser.isInsideEvent || isAnnounced else { throw reader.malformed("the answer is empty") }
        try reader.finish(into: &pieces)
    }
}

/// Decodes an answer in one piece, from servers that stream nothing.
struct WholeAnswerDecoder<Reader: AnswerReading>: AnswerDecoding {
    private var reader: Reader
    private var bytes: [UInt8] = []

    init(_ reader: Reader) {
        self.reader = reader
    }

    mutating func receive(_ bytes: [UInt8], into pieces: inout [AnswerPiece]) throws {
        self.bytes += bytes
    }

    mutating func finish(into pieces: inout [AnswerPiece]) throws {
        guard !bytes.isEmpty else { throw reader.malformed("the answer is empty") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw error.offset >= bytes.count ? reader.interrupted : reader.malformed("the answer is \(error)")
        }
        try reader.read(whole: value, into: &pieces)
    }
}

/// Refuses an answer that is a page for people.
struct PageDecoder: AnswerDecoding {
    let identity: ProviderIdentity

    func receive(_ bytes: [UInt8], into pieces: inout [AnswerPiece]) throws { throw error }
    func finish(into pieces: inout [AnswerPiece]) throws { throw error }

    private var error: ProviderError {
        ProviderError(
            .malformedResponse,
            provider: identity.name,
            "the answer is a web page",
            remedy: "Check base_url: it is the address of the interface, such as https://api.openai.com/v1"
        )
    }
}

/// Chooses the decoder by what the server says that it sends.
func makeAnswerDecoder(_ reader: some AnswerReading, contentType: String) -> any AnswerDecoding {
    if contentType.hasPrefix("text/html") { return PageDecoder(identity: reader.identity) }
    if contentType.hasPrefix("application/json") { return WholeAnswerDecoder(reader) }
    return ServerSentAnswerDecoder(reader, isAnnounced: contentType.hasPrefix("text/event-stream"))
}
