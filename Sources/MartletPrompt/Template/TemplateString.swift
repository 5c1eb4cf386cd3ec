/// A string of a template at work: Unicode scalars, each with where it came from.
///
/// The origin travels through concatenation, slicing, `replace`, `split` and every filter, so that the rendered prompt
/// still says which characters the template wrote and which came from a message. Characters count as in Python: scalars.
struct TemplateString: Hashable, Sendable {
    /// Scalar values; ``contentFlag`` is set on those that came from a message.
    private(set) var units: [UInt32]

    /// Above every Unicode scalar (at most 0x10FFFF).
    static let contentFlag: UInt32 = 1 << 31

    init(units: [UInt32] = []) {
        self.units = units
    }

    init(_ text: some StringProtocol, isContent: Bool = false) {
        let flag = isContent ? Self.contentFlag : 0
        units = text.unicodeScalars.map { $0.value | flag }
    }

    var count: Int { units.count }
    var isEmpty: Bool { units.isEmpty }

    /// The text without its origins.
    var text: String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: units.lazy.compactMap { Unicode.Scalar($0 & ~Self.contentFlag) })
        return String(scalars)
    }

    /// The scalar at `index`, without its origin.
    func scalar(at index: Int) -> UInt32 { units[index] & ~Self.contentFlag }

    static func == (left: TemplateString, right: TemplateString) -> Bool {
        left.units.count == right.units.count
            && zip(left.units, right.units).allSatisfy { ($0 ^ $1) & ~contentFlag == 0 }
    }

    func hash(into hasher: inout Hasher) {
        for unit in units { hasher.combine(unit & ~Self.contentFlag) }
    }

    static func + (left: TemplateString, right: TemplateString) -> TemplateString {
        TemplateString(units: left.units + right.units)
    }

    mutating func append(_ other: TemplateString) {
        units.append(contentsOf: other.units)
    }

    subscript(range: Range<Int>) -> TemplateString {
        TemplateString(units: Array(units[range]))
    }

    /// Scalars compared by value, as Python compares strings.
    func precedes(_ other: TemplateString) -> Bool {
        units.lazy.map { $0 & ~Self.contentFlag }
            .lexicographicallyPrecedes(other.units.lazy.map { $0 & ~Self.contentFlag })
    }

    func hasPrefix(_ prefix: TemplateString) -> Bool {
        matches(prefix, at: 0)
    }

    func hasSuffix(_ suffix: TemplateString) -> Bool {
        matches(suffix, at: count - suffix.count)
    }

    /// Whether `needle` stands at `index`; an index outside gives false.
    func matches(_ needle: TemplateString, at index: Int) -> Bool {
        guard index >= 0, index + needle.count <= count else { return false }
        for offset in 0..<needle.count where (units[index + offset] ^ needle.units[offset]) & ~Self.contentFlag != 0 {
            return false
        }
        return true
    }

    /// The first position of `needle` at or after `start`.
    func firstIndex(of needle: TemplateString, from start: Int = 0) -> Int? {
        guard start >= 0, needle.count <= count, start <= count - needle.count else { return nil }
        return (start...(count - needle.count)).first { matches(needle, at: $0) }
    }

    /// The last position of `needle` that ends at or before `end`.
    func lastIndex(of needle: TemplateString, before end: Int? = nil) -> Int? {
        let end = end ?? count
        guard needle.count <= end else { return nil }
        return (0...(end - needle.count)).last { matches(needle, at: $0) }
    }

    /// Refuses an operation that would build more than 16 million characters.
    static func checkLength(of text: TemplateString, times count: Int) throws(PromptError) {
        let length = text.count.multipliedReportingOverflow(by: count)
        guard !length.overflow, length.partialValue <= 1 << 24 else {
            throw .template("a string would exceed \(1 << 24) characters", line: 0)
        }
    }

    /// Each scalar changed, its origin kept; a scalar may become several (`ß` in upper case).
    func mapScalars(_ transform: (Unicode.Scalar) -> String) -> TemplateString {
        var result: [UInt32] = []
        result.reserveCapacity(units.count)
        for unit in units {
            let flag = unit & Self.contentFlag
            guard let scalar = Unicode.Scalar(unit & ~Self.contentFlag) else { continue }
            result.append(contentsOf: transform(scalar).unicodeScalars.lazy.map { $0.value | flag })
        }
        return TemplateString(units: result)
    }

    /// Without the leading and trailing scalars that `isStripped` names.
    func trimmed(leading: Bool, trailing: Bool, where isStripped: (UInt32) -> Bool) -> TemplateString {
        var range = 0..<count
        if leading {
            while let first = range.first, isStripped(scalar(at: first)) { range.removeFirst() }
        }
        if trailing {
            while let last = range.last, isStripped(scalar(at: last)) { range.removeLast() }
        }
        return self[range]
    }

    /// Every occurrence of `old`, up to `limit`, becomes `new`; an empty `old` stands between all scalars.
    func replacing(_ old: TemplateString, with new: TemplateString, limit: Int = .max) -> TemplateString {
        var result = TemplateString()
        var index = 0
        var replaced = 0
        while index <= count {
            if replaced < limit, matches(old, at: index) {
                result.append(new)
                replaced += 1
                guard old.isEmpty else {
                    index += old.count
                    continue
                }
            }
            if index < count { result.units.append(units[index]) }
            index += 1
        }
        return result
    }

    /// White space as Python's `str.isspace` has it.
    static func isWhitespace(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09...0x0D, 0x1C...0x1F, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
            0x3000:
            true
        default:
            false
        }
    }
}
