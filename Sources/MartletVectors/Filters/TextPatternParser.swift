internal import MartletCore

/// A regular expression as a tree.
indirect enum TextPatternTree: Sendable {
    case scalar(ScalarTest)
    case place(TextPattern.Place)
    case sequence([TextPatternTree])
    case choice([TextPatternTree])
    case repetition(TextPatternTree, least: Int, most: Int?)
}

/// Reads the common notation of regular expressions.
struct TextPatternParser {
    /// How deep groups may lie in each other.
    private static let maximumDepth = 50
    /// The most repetitions that `{n,m}` may ask for.
    private static let maximumRepetition = 1000

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false
    private var isMultiline = false
    private var dotTakesLineEnds = false

    init(_ expression: String) { scalars = Array(expression.unicodeScalars) }

    /// The whole expression.
    mutating func parse() throws(VectorStoreError) -> TextPatternTree {
        try readFlags()
        let tree = try choice()
        guard position == scalars.count else { throw broken("a ) without its (") }
        return tree
    }

    /// `(?ims)` at the start.
    private mutating func readFlags() throws(VectorStoreError) {
        guard scalars.starts(with: ["(", "?"]), scalars.count > 2, "ims".unicodeScalars.contains(scalars[2]) else {
            return
        }
        position = 2
        while let flag = take(), flag != ")" {
            switch flag {
            case "i": ignoresCase = true
            case "m": isMultiline = true
            case "s": dotTakesLineEnds = true
            default: throw unsupported("flags other than i, m and s for the whole expression")
            }
        }
        guard scalars[position - 1] == ")" else { throw broken("a ( without its )") }
    }

    private mutating func choice() throws(VectorStoreError) -> TextPatternTree {
        var parts = [try sequence()]
        while take(if: "|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(VectorStoreError) -> TextPatternTree {
        var parts: [TextPatternTree] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            parts.append(try repetition(of: atom()))
        }
        return .sequence(parts)
    }

    private mutating func repetition(of part: TextPatternTree) throws(VectorStoreError) -> TextPatternTree {
        let bounds: (least: Int, most: Int?)
        switch peek {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            guard let counted = try countedBounds() else { return part }
            bounds = counted
            position -= 1
        default: return part
        }
        position += 1
        // Whether a part takes as little or as much as it can changes nothing about whether there is a match.
        if peek == "?" { position += 1 }
        if peek == "+" { throw unsupported("possessive repetitions") }
        if peek == "*" { throw broken("a repetition of a repetition") }
        return .repetition(part, least: bounds.least, most: bounds.most)
    }

    /// `{n}`, `{n,}` or `{n,m}`, read; nil, with nothing read, for a brace that is a character.
    private mutating func countedBounds() throws(VectorStoreError) -> (least: Int, most: Int?)? {
        guard let end = scalars[position...].firstIndex(of: "}") else { return nil }
        let inner = String(String.UnicodeScalarView(scalars[(position + 1)..<end]))
        let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = parts.first, let least = Int(first), parts.count <= 2 else { return nil }
        let most = parts.count == 1 ? least : parts[1].isEmpty ? nil : Int(parts[1])
        if parts.count == 2, !parts[1].isEmpty, most == nil { return nil }
        guard least >= 0, least <= most ?? least else { throw broken("a repetition from more to less") }
        guard max(least, most ?? 0) <= Self.maximumRepetition else { throw TextPattern.tooLarge }
        position = end + 1
        return (least, most)
    }

    private mutating func atom() throws(VectorStoreError) -> TextPatternTree {
        guard let scalar = take() else { throw broken("an end where a character belongs") }
        switch scalar {
        case "(": return try group()
        case "[": return .scalar(try characterClass())
        case ".": return .scalar(dotTakesLineEnds ? .everything : .not(.lineEnd))
        case "^": return .place(isMultiline ? .lineStart : .textStart)
        case "$": return .place(isMultiline ? .lineEnd : .textEnd)
        case "*", "+", "?": throw broken("a repetition of nothing")
        case "\\":
            if take(if: "b") { return .place(.wordBorder) }
            if take(if: "B") { return .place(.noWordBorder) }
            if take(if: "A") { return .place(.textStart) }
            if take(if: "z") { return .place(.textEnd) }
            return .scalar(folded(try escape()))
        default: return .scalar(folded(.scalar(scalar)))
        }
    }

    private mutating func group() throws(VectorStoreError) -> TextPatternTree {
        depth += 1
        guard depth <= Self.maximumDepth else { throw TextPattern.tooLarge }
        if take(if: "?") {
            if take(if: "<"), peek != "=", peek != "!" {
                while let scalar = take(), scalar != ">" {}
            } else if !take(if: ":") {
                throw unsupported("looking around, atomic groups and flags within it")
            }
        }
        let tree = try choice()
        guard take(if: ")") else { throw broken("a ( without its )") }
        depth -= 1
        return tree
    }

    private mutating func characterClass() throws(VectorStoreError) -> ScalarTest {
        let isNegated = take(if: "^")
        var tests: [ScalarTest] = []
        while let scalar = take() {
            if scalar == "]", !tests.isEmpty {
                let test = folded(.any(tests))
                return isNegated ? .not(test) : test
            }
            guard scalar != "[" else { throw unsupported("classes within classes, unless as \\[") }
            let test = scalar == "\\" ? try escape() : .scalar(scalar)
            guard case .range(let first) = test, peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]"
            else {
                tests.append(test)
                continue
            }
            position += 1
            guard let last = take() else { break }
            let lastTest = last == "\\" ? try escape() : .scalar(last)
            guard case .range(let lastRange) = lastTest, first.lowerBound <= lastRange.lowerBound else {
                throw broken("a range from a later to an earlier character")
            }
            tests.append(.range(first.lowerBound...lastRange.lowerBound))
        }
        throw broken("a [ without its ]")
    }

    /// What follows a backslash.
    private mutating func escape() throws(VectorStoreError) -> ScalarTest {
        guard let scalar = take() else { throw broken("a \\ at the end") }
        switch scalar {
        case "d": return .digit
        case "D": return .not(.digit)
        case "w": return .word
        case "W": return .not(.word)
        case "s": return .space
        case "S": return .not(.space)
        case "n": return .scalar("\n")
        case "t": return .scalar("\t")
        case "r": return .scalar("\r")
        case "f": return .scalar("\u{C}")
        case "v": return .scalar("\u{B}")
        case "x": return .scalar(try hexadecimal(digitCount: 2))
        case "u": return .scalar(try hexadecimal(digitCount: 4))
        case "p": return try category()
        case "P": return .not(try category())
        default:
            guard !scalar.isASCII || !(scalar.properties.isAlphabetic || scalar.properties.numericType != nil) else {
                throw unsupported("\\\(scalar)")
            }
            return .scalar(scalar)
        }
    }

    private mutating func hexadecimal(digitCount: Int) throws(VectorStoreError) -> Unicode.Scalar {
        var digits = ""
        if take(if: "{") {
            while let scalar = take(), scalar != "}" { digits.unicodeScalars.append(scalar) }
        } else {
            while digits.utf8.count < digitCount, let scalar = take() { digits.unicodeScalars.append(scalar) }
        }
        guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
            throw broken("an escape that is no character")
        }
        return scalar
    }

    private mutating func category() throws(VectorStoreError) -> ScalarTest {
        var name = ""
        if take(if: "{") {
            while let scalar = take(), scalar != "}" { name.unicodeScalars.append(scalar) }
        } else if let scalar = take() {
            name.unicodeScalars.append(scalar)
        }
        guard ScalarTest.isCategory(name) else { throw unsupported("properties other than general categories") }
        return .category(name)
    }

    private func folded(_ test: ScalarTest) -> ScalarTest { ignoresCase ? .ignoringCase(test) : test }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        position += 1
        return scalar
    }

    private mutating func take(if scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private func broken(_ what: String) -> VectorStoreError {
        VectorStoreError(.invalid, "a filter's regular expression has \(what)", remedy: "Mend the expression")
    }

    private func unsupported(_ what: String) -> VectorStoreError {
        VectorStoreError(
            .unsupported,
            "a filter's regular expression uses what is not searched for here: \(what)",
            remedy: "Write it without that"
        )
    }
}
