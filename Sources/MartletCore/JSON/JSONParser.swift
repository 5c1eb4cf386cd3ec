/// Why bytes are not JSON.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// How many bytes were read before it showed.
    public var offset: Int
    /// What was wrong.
    public var reason: String
    /// Where and what; never the bytes themselves.
    public var description: String { "not JSON at byte \(offset): \(reason)" }
}

extension JSONValue {
    /// Reads JSON (RFC 8259).
    ///
    /// Broken UTF-8 and halves of surrogate pairs become U+FFFD instead of failing, so that one message with broken text does
    /// not hide the others beside it. Of equal names in an object the last one counts.
    /// - Complexity: O(bytes); at most 128 levels deep.
    public init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        var parser = JSONParser(Array(bytes))
        self = try parser.parseDocument()
    }
}

private struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private static let maximumDepth = 128

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parseDocument() throws(JSONError) -> JSONValue {
        let value = try parseValue(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw error("something follows the value") }
        return value
    }

    private func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ character: Character) -> Bool {
        guard let ascii = character.asciiValue, next == ascii else { return false }
        position += 1
        return true
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw error("nested too deeply") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try parseObject(depth: depth)
        case UInt8(ascii: "["): return try parseArray(depth: depth)
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case .some: return try parseNumber()
        case nil: throw error("a value is missing")
        }
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, "\(word)".utf8.elementsEqual(bytes[position..<end]) else {
            throw error("an unknown word")
        }
        position = end
        return value
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var members = JSONObject()
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a name is missing") }
            let name = try parseString()
            skipSpace()
            guard take(":") else { throw error("a colon is missing") }
            members[name] = try parseValue(depth: depth + 1)
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("a comma is missing") }
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            elements.append(try parseValue(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw error("a comma is missing") }
        }
    }

    private mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = position
        while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let last = text.utf8.last, text.utf8.first != UInt8(ascii: "+"), last != UInt8(ascii: ".") else {
            throw error("an unknown character")
        }
        if let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw error("a malformed number") }
        return .number(number)
    }

    private mutating func parseString() throws(JSONError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try parseEscape(into: &text)
            default: text.append(byte)
            }
        }
        throw error("a string has no end")
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw error("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"): text.append(contentsOf: Array(try parseScalar().utf8))
        default: throw error("an unknown escape")
        }
    }

    /// The scalar after `\u`, which may take two escapes; U+FFFD for half of a pair.
    private mutating func parseScalar() throws(JSONError) -> String {
        let replacement = "\u{FFFD}"
        let first = try parseHex()
        if let scalar = Unicode.Scalar(first) { return String(scalar) }
        let hasSecond =
            position + 1 < bytes.count && bytes[position] == UInt8(ascii: "\\")
            && bytes[position + 1] == UInt8(ascii: "u")
        guard (0xD800...0xDBFF).contains(first), hasSecond else { return replacement }
        let rewind = position
        position += 2
        let second = try parseHex()
        guard (0xDC00...0xDFFF).contains(second) else {
            position = rewind
            return replacement
        }
        let value = 0x10000 + (first - 0xD800) * 0x400 + (second - 0xDC00)
        return Unicode.Scalar(value).map { String($0) } ?? replacement
    }

    private mutating func parseHex() throws(JSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw error("a string has no end") }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw error("a malformed escape") }
            value = value * 16 + UInt32(digit)
        }
        position += 4
        return value
    }
}
