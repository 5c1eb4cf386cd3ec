/// Reads grammars in GBNF, the notation of llama.cpp.
///
/// `name ::= …` makes a rule, and `root` is the whole text. Literals in quotes, classes in brackets, `.`, names, groups
/// in parentheses, alternatives with `|`; `* + ? {m} {m,} {m,n} {,n}` after any of these. A rule ends with its line, unless
/// the line ends with `|` or `::=`, the next one begins with `|`, or a group is open. `#` begins a comment.
struct GBNFParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var builder = GrammarBuilder()
    private var rules: [String: Int] = [:]
    private var definitions: Set<Int> = []
    /// Where each rule was first named.
    private var places: [Int] = []
    private var depth = 0

    /// Bytes of a text at most.
    static let byteLimit = 1 << 20
    /// Groups in one another at most.
    private static let depthLimit = 100
    /// Repetitions at most.
    private static let countLimit = 1_000_000

    init(_ text: String) throws(GrammarError) {
        guard text.utf8.count <= Self.byteLimit else {
            throw GrammarError(
                .limit,
                at: .text(line: 1, column: 1),
                "the grammar has \(text.utf8.count) bytes, more than \(Self.byteLimit)",
                remedy: "Make it smaller"
            )
        }
        scalars = Array(text.unicodeScalars)
    }

    /// Reads the whole text.
    mutating func parse() throws(GrammarError) -> GrammarSource {
        skipSpace(overLines: true)
        while position < scalars.count {
            try parseRule()
            skipSpace(overLines: true)
        }
        guard let root = rules["root"], definitions.contains(root) else {
            throw error(
                .unknownName,
                at: 0,
                "there is no rule “root”",
                "Add “root ::= …”: it is what the whole answer is"
            )
        }
        for (index, place) in places.enumerated() where !definitions.contains(index) {
            throw error(
                .unknownName,
                at: place,
                "the rule “\(builder.rules[index].name.prefix(64))” is used but not defined",
                "Define it with “::=”, or correct its name"
            )
        }
        return builder.source(root: .rule(root))
    }

    // MARK: Rules

    private mutating func parseRule() throws(GrammarError) {
        let start = position
        let name = try parseName()
        skipSpace(overLines: false)
        for scalar in "::=".unicodeScalars {
            guard next == scalar else {
                throw error(
                    .syntax,
                    at: position,
                    "“::=” is missing after the rule's name",
                    "Write “\(name.prefix(64)) ::= …”"
                )
            }
            position += 1
        }
        let rule = index(of: name, at: start)
        guard definitions.insert(rule).inserted else {
            throw error(
                .syntax,
                at: start,
                "the rule “\(name.prefix(64))” is defined twice",
                "Put what it stands for into one definition, with “|” between alternatives"
            )
        }
        skipSpace(overLines: true)
        builder.define(rule, try parseAlternatives(), at: place(at: start))
        guard position == scalars.count || isLineEnd(next) else {
            throw error(
                .syntax,
                at: position,
                "“\(scalars[position])” is not expected here",
                "Let each rule begin a line, and close every group"
            )
        }
    }

    private mutating func parseName() throws(GrammarError) -> String {
        let start = position
        var name = String.UnicodeScalarView()
        while let scalar = next, Self.isNameScalar(scalar) {
            name.append(scalar)
            position += 1
        }
        guard !name.isEmpty else {
            throw error(
                .syntax,
                at: start,
                next.map { "a rule's name can't begin with “\($0)”" } ?? "a rule's name is missing",
                "Names have letters, digits, “-” and “_”"
            )
        }
        return String(name)
    }

    private mutating func index(of name: String, at place: Int) -> Int {
        if let known = rules[name] { return known }
        let index = builder.declare(name)
        rules[name] = index
        places.append(place)
        return index
    }

    // MARK: Expressions

    private mutating func parseAlternatives() throws(GrammarError) -> GrammarExpression {
        var alternatives = [try parseSequence()]
        while true {
            if depth == 0 {
                let rewind = position
                skipSpace(overLines: true)
                if next != "|" { position = rewind }
            }
            guard next == "|" else { break }
            position += 1
            skipSpace(overLines: true)
            alternatives.append(try parseSequence())
        }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func parseSequence() throws(GrammarError) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        while let scalar = next {
            let start = position
            guard var part = try parseElement(scalar) else { break }
            skipSpace(overLines: depth > 0)
            var level = depth
            while let (minimum, maximum) = try parseCount() {
                part = .repetition(part, minimum: minimum, maximum: maximum)
                level += 1
                try check(depth: level, at: start)
                skipSpace(overLines: depth > 0)
            }
            parts.append(part)
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// The element that begins with `scalar`, or nil where none begins.
    private mutating func parseElement(_ scalar: Unicode.Scalar) throws(GrammarError) -> GrammarExpression? {
        switch scalar {
        case "\"": return try parseLiteral()
        case "[": return try parseClass()
        case ".":
            position += 1
            return .scalars(.all)
        case "(":
            let start = position
            position += 1
            depth += 1
            try check(depth: depth, at: start)
            skipSpace(overLines: true)
            let body = try parseAlternatives()
            guard next == ")" else {
                throw error(.syntax, at: start, "this group has no end", "Close it with “)”")
            }
            position += 1
            depth -= 1
            return body
        case "*", "+", "?", "{":
            throw error(.syntax, at: position, "“\(scalar)” has nothing to repeat", "Put it after what it repeats")
        default:
            guard Self.isNameScalar(scalar) else { return nil }
            let start = position
            let name = try parseName()
            return .rule(index(of: name, at: start))
        }
    }

    private mutating func parseCount() throws(GrammarError) -> (minimum: Int, maximum: Int?)? {
        let count: (minimum: Int, maximum: Int?)
        switch next {
        case "*": count = (0, nil)
        case "+": count = (1, nil)
        case "?": count = (0, 1)
        case "{": return try parseBraces()
        default: return nil
        }
        position += 1
        return count
    }

    private mutating func parseBraces() throws(GrammarError) -> (minimum: Int, maximum: Int?) {
        let start = position
        position += 1
        skipSpace(overLines: false)
        let minimum = try parseNumber()
        skipSpace(overLines: false)
        var maximum = minimum
        if next == "," {
            position += 1
            skipSpace(overLines: false)
            maximum = try parseNumber()
            skipSpace(overLines: false)
        }
        guard next == "}", minimum != nil || maximum != nil else {
            throw error(.syntax, at: start, "these braces are not a count", "Write {m}, {m,}, {,n} or {m,n}")
        }
        position += 1
        if let minimum, let maximum, maximum < minimum {
            throw error(
                .syntax,
                at: start,
                "{\(minimum),\(maximum)} ends before it begins",
                "Put the smaller number first"
            )
        }
        return (minimum ?? 0, maximum)
    }

    private mutating func parseNumber() throws(GrammarError) -> Int? {
        let start = position
        var number = 0
        while let scalar = next, let digit = Self.digit(scalar), digit < 10 {
            number = number * 10 + digit
            position += 1
            guard number <= Self.countLimit else {
                throw error(.limit, at: start, "a count is above \(Self.countLimit)", "Leave the limit open: {m,}")
            }
        }
        return position > start ? number : nil
    }

    private func check(depth: Int, at place: Int) throws(GrammarError) {
        guard depth <= Self.depthLimit else {
            throw error(.limit, at: place, "groups are nested too deeply", "Give the inner ones rules of their own")
        }
    }
}

// MARK: Literals and classes

extension GBNFParser {
    private mutating func parseLiteral() throws(GrammarError) -> GrammarExpression {
        let start = position
        position += 1
        var text = String.UnicodeScalarView()
        while let scalar = next, scalar != "\"" {
            guard !isLineEnd(scalar) else { break }
            text.append(try parseScalar())
        }
        guard next == "\"" else {
            throw error(
                .syntax,
                at: start,
                "this text in quotes has no end",
                "Close it with a quote; write \\n for a line's end"
            )
        }
        position += 1
        return .literal(Array(String(text).utf8))
    }

    private mutating func parseClass() throws(GrammarError) -> GrammarExpression {
        let start = position
        position += 1
        let isNegated = next == "^"
        if isNegated { position += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = next, scalar != "]", !isLineEnd(scalar) {
            let place = position
            let low = try parseScalar().value
            var high = low
            if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                high = try parseScalar().value
            }
            guard low <= high else {
                throw error(.syntax, at: place, "this range ends before it begins", "Put the lower character first")
            }
            ranges.append(low...high)
        }
        guard next == "]" else {
            throw error(
                .syntax,
                at: start,
                "this class has no end",
                "Close it with “]”; write \\] for the bracket itself"
            )
        }
        position += 1
        let set = ScalarRanges(ranges)
        guard isNegated || !set.isEmpty else {
            throw error(.syntax, at: start, "this class is empty", "Put a character or a range into it")
        }
        return .scalars(isNegated ? set.inverted : set)
    }

    /// One character of a literal or a class, escaped or not.
    private mutating func parseScalar() throws(GrammarError) -> Unicode.Scalar {
        let start = position
        let scalar = scalars[position]
        position += 1
        guard scalar == "\\" else { return scalar }
        guard let escape = next else {
            throw error(.syntax, at: start, "an escape is cut off", "Write \\\\ for the backslash itself")
        }
        position += 1
        switch escape {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "\\", "\"", "'", "[", "]", "-", "^", "/", ".": return escape
        case "x": return try parseHexadecimal(2, at: start)
        case "u": return try parseHexadecimal(4, at: start)
        case "U": return try parseHexadecimal(8, at: start)
        default:
            throw error(
                .syntax,
                at: start,
                "the escape “\\\(escape)” is unknown",
                "Known are \\n \\t \\r \\\\ \\\" \\[ \\] \\- \\xHH \\uHHHH \\UHHHHHHHH"
            )
        }
    }

    private mutating func parseHexadecimal(_ count: Int, at start: Int) throws(GrammarError) -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = next.flatMap({ Self.digit($0) }), value < 1 << 28 else {
                throw error(
                    .syntax,
                    at: start,
                    "this escape needs \(count) hexadecimal digits",
                    "Write \\x41 or \\u0041"
                )
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw error(.syntax, at: start, "there is no such character", "Use 0 to D7FF or E000 to 10FFFF")
        }
        return scalar
    }

    // MARK: Scalars

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func isLineEnd(_ scalar: Unicode.Scalar?) -> Bool { scalar == "\n" || scalar == "\r" }

    /// Skips white space and comments; the ends of lines only where a rule goes on after them.
    private mutating func skipSpace(overLines: Bool) {
        while let scalar = next {
            switch scalar {
            case " ", "\t": position += 1
            case "\n", "\r":
                guard overLines else { return }
                position += 1
            case "#": while let scalar = next, !isLineEnd(scalar) { position += 1 }
            default: return
            }
        }
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        switch scalar {
        case "0"..."9": Int(scalar.value) - 0x30
        case "a"..."f": Int(scalar.value) - 0x61 + 10
        case "A"..."F": Int(scalar.value) - 0x41 + 10
        default: nil
        }
    }

    private func place(at offset: Int) -> GrammarError.Place {
        var line = 1
        var column = 1
        for scalar in scalars.prefix(offset) {
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return .text(line: line, column: column)
    }

    private func error(_ code: GrammarError.Code, at offset: Int, _ message: String, _ remedy: String) -> GrammarError {
        GrammarError(code, at: place(at: offset), message, remedy: remedy)
    }
}
