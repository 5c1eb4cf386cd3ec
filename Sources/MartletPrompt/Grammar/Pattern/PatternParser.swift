/// Reads the regular expressions of JSON Schema's `pattern`, as far as they are regular.
///
/// Literals, `.`, classes, groups (capturing or not), alternatives, quantifiers, and `^` and `$` at the ends. A pattern
/// that isn't anchored fits anywhere in a text, as the standard says. `\d`, `\w` and `\s` are those of ECMAScript.
struct PatternParser {
    /// An alternative, and whether it begins and ends where the text does.
    private struct Alternative {
        var isAtStart = false
        var isAtEnd = false
        var parts: [GrammarExpression] = []
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private let place: GrammarError.Place
    private var depth = 0

    private static let lengthLimit = 10_000
    private static let depthLimit = 64
    private static let countLimit = 1_000_000

    /// Reads a pattern.
    ///
    /// - Parameter place: Where the pattern stands, for errors.
    /// - Returns: Expressions over the text's scalars, without rules.
    static func parse(_ text: String, at place: GrammarError.Place) throws(GrammarError) -> GrammarExpression {
        var parser = PatternParser(text, place)
        guard parser.scalars.count <= lengthLimit else {
            throw parser.error(.limit, "is longer than \(lengthLimit) characters", "Make it shorter")
        }
        let alternatives = try parser.parseAlternatives()
        guard parser.next == nil else {
            throw parser.error(.syntax, "has a “)” without a “(”", "Write \\) for the sign itself")
        }
        let anything = GrammarExpression.star(.scalars(.all))
        return .choice(
            alternatives.map { alternative in
                let before = alternative.isAtStart ? [] : [anything]
                return .sequence(before + alternative.parts + (alternative.isAtEnd ? [] : [anything]))
            }
        )
    }

    private init(_ text: String, _ place: GrammarError.Place) {
        scalars = Array(text.unicodeScalars)
        self.place = place
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func take(_ text: String) -> Bool {
        let sought = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: sought) else { return false }
        position += sought.count
        return true
    }

    private mutating func parseAlternatives() throws(GrammarError) -> [Alternative] {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw error(.limit, "has groups nested too deeply", "Nest fewer groups") }
        var all = try parseAlternative()
        while take("|") { all += try parseAlternative() }
        return all
    }

    /// One alternative; several where it is a group with anchors inside.
    private mutating func parseAlternative() throws(GrammarError) -> [Alternative] {
        var alternative = Alternative()
        while let scalar = next, scalar != "|", scalar != ")" {
            if alternative.isAtEnd { throw anchorError("$") }
            if scalar == "^" {
                guard alternative.parts.isEmpty else { throw anchorError("^") }
                position += 1
                alternative.isAtStart = true
                continue
            }
            if scalar == "$" {
                position += 1
                alternative.isAtEnd = true
                continue
            }
            let isFirst = alternative.parts.isEmpty
            if scalar == "(" {
                let inner = try parseGroup()
                if inner.contains(where: { $0.isAtStart || $0.isAtEnd }) {
                    // Anchors inside a group mean what they mean outside where the group is the whole alternative.
                    guard isFirst, next == nil || next == "|" || next == ")" else { throw anchorError("^ and $") }
                    return inner.map { one in
                        var one = one
                        one.isAtStart = one.isAtStart || alternative.isAtStart
                        return one
                    }
                }
                let body = GrammarExpression.choice(inner.map { .sequence($0.parts) })
                alternative.parts.append(try parseQuantifiers(body))
            } else {
                let body = try parseAtom()
                alternative.parts.append(try parseQuantifiers(body))
            }
        }
        return [alternative]
    }

    private func anchorError(_ sign: String) -> GrammarError {
        error(
            .unsupported,
            "has “\(sign)” in its middle",
            "Put ^ and $ at the ends of the pattern or of its alternatives only"
        )
    }

    private mutating func parseGroup() throws(GrammarError) -> [Alternative] {
        position += 1
        if take("?") {
            if take("P<") || (take("<") && next != "=" && next != "!") {
                while let scalar = next, scalar != ">" {
                    guard scalar.properties.isAlphabetic || scalar == "_" || ("0"..."9").contains(scalar) else { break }
                    position += 1
                }
                guard take(">") else { throw error(.syntax, "has a group's name without an end", "Write (?<name>…)") }
            } else if !take(":") {
                throw error(
                    .unsupported,
                    "looks ahead, looks behind or sets a flag with “(?”",
                    "Use plain groups, (?:…) or (?<name>…)"
                )
            }
        }
        let inner = try parseAlternatives()
        guard take(")") else { throw error(.syntax, "has a group without an end", "Close it with “)”") }
        return inner
    }

    // MARK: Quantifiers

    private mutating func parseQuantifiers(_ body: GrammarExpression) throws(GrammarError) -> GrammarExpression {
        guard let (minimum, maximum) = try parseCount() else { return body }
        // A lazy quantifier fits the same texts.
        if !take("?"), next == "+" || next == "*" {
            throw error(.unsupported, "has two quantifiers in a row", "Put a group around the first")
        }
        return .repetition(body, minimum: minimum, maximum: maximum)
    }

    private mutating func parseCount() throws(GrammarError) -> (minimum: Int, maximum: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let rewind = position
        guard take("{") else { return nil }
        let minimum = try parseNumber()
        var maximum = minimum
        if take(",") { maximum = try parseNumber() }
        guard let minimum, take("}") else {
            // Braces that are no count stand for themselves.
            position = rewind
            return nil
        }
        if let maximum, maximum < minimum {
            throw error(.syntax, "has the count {\(minimum),\(maximum)}", "Put the smaller number first")
        }
        return (minimum, maximum)
    }

    private mutating func parseNumber() throws(GrammarError) -> Int? {
        var number: Int?
        while let scalar = next, ("0"..."9").contains(scalar) {
            number = (number ?? 0) * 10 + Int(scalar.value - 0x30)
            position += 1
            guard number ?? 0 <= Self.countLimit else {
                throw error(.limit, "has a count above \(Self.countLimit)", "Leave the limit open: {m,}")
            }
        }
        return number
    }

    // MARK: Atoms

    private mutating func parseAtom() throws(GrammarError) -> GrammarExpression {
        guard let scalar = next else { return .empty }
        position += 1
        switch scalar {
        case ".": return .scalars(ScalarRanges("\n\r\u{2028}\u{2029}".unicodeScalars).inverted)
        case "[": return .scalars(try parseClass())
        case "\\":
            if next == "b" || next == "B" {
                throw error(.unsupported, "asks for the edge of a word", "Leave \\\(scalars[position]) out")
            }
            if let digit = next, ("1"..."9").contains(digit) {
                throw error(.unsupported, "refers back to a group", "Write out what the group can be")
            }
            return .scalars(try parseEscape().set)
        case "*", "+", "?":
            throw error(.syntax, "has “\(scalar)” with nothing to repeat", "Write \\\(scalar) for the sign itself")
        default: return .scalars(ScalarRanges([scalar.value...scalar.value]))
        }
    }

    private mutating func parseClass() throws(GrammarError) -> ScalarRanges {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = next, scalar != "]" {
            let low = try parseClassMember(isNegated: isNegated)
            if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                let high = try parseClassMember(isNegated: isNegated)
                guard let first = low.single, let last = high.single, first <= last else {
                    throw error(
                        .syntax,
                        "has a range without order",
                        "Put the lower character first, and \\- for the sign itself"
                    )
                }
                ranges.append(first...last)
            } else {
                ranges += low.set.ranges
            }
        }
        guard take("]") else { throw error(.syntax, "has a class without an end", "Close it with “]”") }
        let set = ScalarRanges(ranges)
        return isNegated ? set.inverted : set
    }

    private mutating func parseClassMember(isNegated: Bool) throws(GrammarError) -> (set: ScalarRanges, single: UInt32?)
    {
        guard let scalar = next else { throw error(.syntax, "has a class without an end", "Close it with “]”") }
        position += 1
        if scalar == "\\" {
            if take("b") { return (ScalarRanges([8...8]), 8) }
            return try parseEscape(isNegated: isNegated)
        }
        return (ScalarRanges([scalar.value...scalar.value]), scalar.value)
    }

    /// What follows a backslash, in a class that is negated or elsewhere.
    private mutating func parseEscape(isNegated: Bool = false) throws(GrammarError) -> (
        set: ScalarRanges, single: UInt32?
    ) {
        guard let escape = next else { throw error(.syntax, "ends with a backslash", "Write \\\\ for the sign itself") }
        position += 1
        switch escape {
        case "d": return (PatternClasses.digits, nil)
        case "D": return (PatternClasses.digits.inverted, nil)
        case "w": return (PatternClasses.words, nil)
        case "W": return (PatternClasses.words.inverted, nil)
        case "s": return (isNegated ? PatternClasses.possibleSpaces : PatternClasses.spaces, nil)
        case "S": return (PatternClasses.possibleSpaces.inverted, nil)
        case "n": return single(0x0A)
        case "r": return single(0x0D)
        case "t": return single(0x09)
        case "f": return single(0x0C)
        case "v": return single(0x0B)
        case "0": return single(0)
        case "x": return single(try parseHexadecimal(2))
        case "u":
            guard take("{") else { return single(try parseHexadecimal(4)) }
            var value: UInt32 = 0
            while let digit = next.flatMap({ Self.digit($0) }), value <= ScalarRanges.last {
                value = value << 4 | digit
                position += 1
            }
            guard take("}"), Unicode.Scalar(value) != nil else {
                throw error(.syntax, "has a broken \\u{…}", "Write hexadecimal digits between the braces")
            }
            return single(value)
        default:
            guard !escape.properties.isAlphabetic, !("0"..."9").contains(escape) else {
                throw error(
                    .unsupported,
                    "has the escape \\\(escape)",
                    "Use \\d \\w \\s and their opposites, \\n \\r \\t \\f \\v, \\xHH, \\uHHHH, or a class"
                )
            }
            return single(escape.value)
        }
    }

    private func single(_ value: UInt32) -> (set: ScalarRanges, single: UInt32?) {
        (ScalarRanges([value...value]), value)
    }

    private mutating func parseHexadecimal(_ count: Int) throws(GrammarError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = next.flatMap({ Self.digit($0) }) else {
                throw error(.syntax, "has an escape that is cut off", "Write \\x41 or \\u0041")
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private static func digit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": scalar.value - 0x61 + 10
        case "A"..."F": scalar.value - 0x41 + 10
        default: nil
        }
    }

    private func error(_ code: GrammarError.Code, _ fault: String, _ remedy: String) -> GrammarError {
        let message = "the pattern \(fault)" + (code == .limit ? "" : " (character \(position))")
        return GrammarError(code, at: place, message, remedy: remedy)
    }
}
