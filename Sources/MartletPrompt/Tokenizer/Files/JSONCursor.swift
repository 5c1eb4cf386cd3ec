internal import MartletCore

/// Walks through JSON (RFC 8259) without building values: vocabularies have hundreds of thousands of them, and their names
/// are exact bytes, which `String` would compare by Unicode's rules.
struct JSONCursor {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    private let end: Int
    private let file: String

    private static let greatestDepth = 64

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>? = nil, file: String) {
        self.bytes = bytes
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
        self.file = file
    }

    /// An error at this place; never shows the bytes themselves.
    func error(_ reason: String) -> PromptError {
        .unreadable(file, "at byte \(position) \(reason)")
    }

    private mutating func skipSpace() {
        while position < end, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
    }

    /// Takes `byte` if it comes next.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// What kind of value comes next: its first byte.
    mutating func peek() -> UInt8? {
        skipSpace()
        return position < end ? bytes[position] : nil
    }

    /// Calls `body` with each name of an object, which must then read the value.
    mutating func forEachMember(
        _ body: (inout JSONCursor, _ name: [UInt8]) throws(PromptError) -> Void
    ) throws(PromptError) {
        guard take(UInt8(ascii: "{")) else { throw error("an object is missing") }
        if take(UInt8(ascii: "}")) { return }
        var name: [UInt8] = []
        while true {
            name.removeAll(keepingCapacity: true)
            try readString(into: &name)
            guard take(UInt8(ascii: ":")) else { throw error("a colon is missing") }
            try body(&self, name)
            if take(UInt8(ascii: "}")) { return }
            guard take(UInt8(ascii: ",")) else { throw error("a comma is missing") }
        }
    }

    /// Calls `body` before each element of an array, which must then read it.
    mutating func forEachElement(_ body: (inout JSONCursor) throws(PromptError) -> Void) throws(PromptError) {
        guard take(UInt8(ascii: "[")) else { throw error("an array is missing") }
        if take(UInt8(ascii: "]")) { return }
        while true {
            try body(&self)
            if take(UInt8(ascii: "]")) { return }
            guard take(UInt8(ascii: ",")) else { throw error("a comma is missing") }
        }
    }

    /// Appends the bytes of a string.
    mutating func readString(into output: inout [UInt8]) throws(PromptError) {
        guard take(UInt8(ascii: "\"")) else { throw error("a string is missing") }
        while true {
            let start = position
            while position < end, bytes[position] != 0x22, bytes[position] != 0x5C { position += 1 }
            output.append(contentsOf: bytes[start..<position])
            guard position < end else { throw error("a string doesn't end") }
            position += 1
            if bytes[position - 1] == 0x22 { return }
            try readEscape(into: &output)
        }
    }

    private mutating func readEscape(into output: inout [UInt8]) throws(PromptError) {
        guard position < end else { throw error("a string doesn't end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
        case UInt8(ascii: "u"):
            var value = try readHexadecimal()
            if 0xD800..<0xDC00 ~= value, position + 1 < end, bytes[position] == 0x5C, bytes[position + 1] == 0x75 {
                position += 2
                let low = try readHexadecimal()
                guard 0xDC00..<0xE000 ~= low else { throw error("there is half a surrogate pair") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard Unicode.Scalar(value) != nil else { throw error("there is half a surrogate pair") }
            UTF8Text.append(value, to: &output)
        default: throw error("there is an unknown escape")
        }
    }

    private mutating func readHexadecimal() throws(PromptError) -> UInt32 {
        guard position + 4 <= end else { throw error("an escape doesn't end") }
        let digits = bytes[position..<(position + 4)]
        guard digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("there is a malformed escape") }
        position += 4
        return value
    }

    /// Reads a number.
    mutating func readNumber() throws(PromptError) -> Double {
        skipSpace()
        let start = position
        while position < end, "+-.eE0123456789".utf8.contains(bytes[position]) { position += 1 }
        guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)), number.isFinite else {
            throw error("a number is missing")
        }
        return number
    }

    /// Reads a whole number that fits an id.
    mutating func readIndex() throws(PromptError) -> Int {
        let number = try readNumber()
        guard number >= 0, number < Double(TokenizerFiles.greatestTokenCount), number == number.rounded() else {
            throw error("an id is not within 0 to \(TokenizerFiles.greatestTokenCount - 1)")
        }
        return Int(number)
    }

    /// Passes over a value, and says where it lies.
    @discardableResult
    mutating func skipValue(depth: Int = 0) throws(PromptError) -> Range<Int> {
        guard depth < Self.greatestDepth else { throw error("values nest too deeply") }
        skipSpace()
        let start = position
        guard position < end else { throw error("a value is missing") }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            try forEachMember { cursor, _ throws(PromptError) in _ = try cursor.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            try forEachElement { cursor throws(PromptError) in _ = try cursor.skipValue(depth: depth + 1) }
        case 0x22:
            position += 1
            while position < end, bytes[position] != 0x22 { position += bytes[position] == 0x5C ? 2 : 1 }
            guard position < end else { throw error("a string doesn't end") }
            position += 1
        default:
            while position < end, !",]} \n\r\t".utf8.contains(bytes[position]) { position += 1 }
            guard position > start else { throw error("a value is missing") }
        }
        return start..<position
    }

    /// Where each member of an object lies.
    mutating func members() throws(PromptError) -> [String: Range<Int>] {
        var found: [String: Range<Int>] = [:]
        try forEachMember { cursor, name throws(PromptError) in
            found[String(decoding: name, as: UTF8.self)] = try cursor.skipValue()
        }
        return found
    }
}

extension PromptError {
    /// A tokenizer's file that cannot be read.
    static func unreadable(_ file: String, _ reason: String) -> PromptError {
        PromptError(
            .invalidVocabulary,
            "\(file) cannot be read: \(reason)",
            remedy: "The file is damaged or is something else; download it again"
        )
    }

    /// A tokenizer's file that asks for something not known here.
    static func unsupportedComponent(_ file: String, _ what: String) -> PromptError {
        PromptError(
            .unsupportedComponent,
            "\(file) asks for \(what), which Martlet doesn't have",
            remedy: "Leaving it out would quietly make other tokens than the model knows; "
                + "choose another model, or a GGUF file of this one"
        )
    }
}
