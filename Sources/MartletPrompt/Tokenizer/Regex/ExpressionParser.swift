/// Reads the syntax of Oniguruma's regular expressions, as far as tokenizers' files go.
struct ExpressionParser {
    private let source: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false

    private static let greatestDepth = 64
    private static let greatestCount = 1000

    init(_ source: String) {
        self.source = Array(source.unicodeScalars)
    }

    mutating func parse() throws(ExpressionError) -> ExpressionTree {
        let tree = try choice()
        guard position == source.count else { throw ExpressionError(reason: "it closes a group that it didn't open") }
        return tree
    }

    private var next: Unicode.Scalar? { position < source.count ? source[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard source[position...].starts(with: scalars) else { return false }
        position += scalars.count
        return true
    }

    private mutating func advance() throws(ExpressionError) -> Unicode.Scalar {
        guard let scalar = next else { throw ExpressionError(reason: "it ends too soon") }
        position += 1
        return scalar
    }

    private mutating func choice() throws(ExpressionError) -> ExpressionTree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.greatestDepth else { throw ExpressionError(reason: "its groups nest too deeply") }
        var parts: [ExpressionTree] = []
        repeat {
            var sequence: [ExpressionTree] = []
            while let scalar = next, scalar != "|", scalar != ")" { sequence.append(try repetition()) }
            parts.append(sequence.count == 1 ? sequence[0] : .sequence(sequence))
        } while take("|")
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func repetition() throws(ExpressionError) -> ExpressionTree {
        var tree = try atom()
        while let scalar = next {
            let least: Int
            let most: Int?
            var isCounted = false
            switch scalar {
            case "*": (least, most) = (0, nil)
            case "+": (least, most) = (1, nil)
            case "?": (least, most) = (0, 1)
            case "{":
                guard let bounds = try counts() else { return tree }
                (least, most) = bounds
                isCounted = true
            default: return tree
            }
            if !isCounted { position += 1 }
            var kind = ExpressionTree.Kind.greedy
            if take("?") {
                kind = .lazy
            } else if !isCounted, take("+") {
                kind = .possessive
            }
            tree = .repeated(tree, least: least, most: most, kind)
        }
        return tree
    }

    /// `{n}`, `{n,}`, `{,m}` or `{n,m}`; nil where the brace is only a brace.
    private mutating func counts() throws(ExpressionError) -> (Int, Int?)? {
        var end = position + 1
        while end < source.count, source[end] != "}" { end += 1 }
        guard end < source.count else { return nil }
        let text = String(String.UnicodeScalarView(source[(position + 1)..<end]))
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }), text != "", text != ","
        else { return nil }
        let least = Int(parts[0]) ?? 0
        let most = parts.count == 1 ? least : Int(parts[1])
        guard least <= Self.greatestCount, (most ?? 0) <= Self.greatestCount, most.map({ $0 >= least }) ?? true else {
            throw ExpressionError(reason: "it repeats something \(text.prefix(16)) times")
        }
        position = end + 1
        return (least, most)
    }

    private mutating func atom() throws(ExpressionError) -> ExpressionTree {
        let scalar = try advance()
        switch scalar {
        case "(": return try group()
        case "[": return .scalar(folded(try set()))
        case ".": return .scalar(.any)
        case "^": return .assertion(.lineStart)
        case "$": return .assertion(.lineEnd)
        case "\\": return try escape()
        case "*", "+", "?": throw ExpressionError(reason: "it repeats nothing")
        default: return .scalar(folded(.range(scalar.value...scalar.value)))
        }
    }

    private func folded(_ test: ScalarTest) -> ScalarTest { ignoresCase ? .caseless(test) : test }

    private mutating func group() throws(ExpressionError) -> ExpressionTree {
        let outer = ignoresCase
        defer { ignoresCase = outer }
        var wrap: (ExpressionTree) -> ExpressionTree = { $0 }
        if take("?=") {
            wrap = { .look($0, isAhead: true, isNegative: false) }
        } else if take("?!") {
            wrap = { .look($0, isAhead: true, isNegative: true) }
        } else if take("?<=") {
            wrap = { .look($0, isAhead: false, isNegative: false) }
        } else if take("?<!") {
            wrap = { .look($0, isAhead: false, isNegative: true) }
        } else if take("?>") {
            wrap = { .atomic($0) }
        } else if take("?i:") {
            ignoresCase = true
        } else if take("?-i:") {
            ignoresCase = false
        } else if take("?:") {
        } else if take("?i)") {
            // To the end of the group around this one.
            ignoresCase = true
            let rest = try choice()
            return rest
        } else if next == "?" {
            throw ExpressionError(reason: "it has a group of an unknown kind")
        }
        let tree = try choice()
        guard take(")") else { throw ExpressionError(reason: "it leaves a group open") }
        return wrap(tree)
    }

    private mutating func escape() throws(ExpressionError) -> ExpressionTree {
        switch next {
        case "b":
            position += 1
            return .assertion(.wordBoundary(isNegative: false))
        case "B":
            position += 1
            return .assertion(.wordBoundary(isNegative: true))
        case "A":
            position += 1
            return .assertion(.textStart)
        case "z":
            position += 1
            return .assertion(.textEnd)
        case "R":
            position += 1
            return .choice([
                .sequence([.scalar(.range(0x0D...0x0D)), .scalar(.range(0x0A...0x0A))]),
                .scalar(.union([.range(0x0A...0x0D), .range(0x85...0x85), .range(0x2028...0x2029)])),
            ])
        default: return .scalar(folded(try escapedTest()))
        }
    }

    private static let digits: Set<Unicode.GeneralCategory> = [.decimalNumber]

    /// What an escape stands for, within brackets or without.
    private mutating func escapedTest() throws(ExpressionError) -> ScalarTest {
        let scalar = try advance()
        switch scalar {
        case "s": return .classes(ScalarClass.space)
        case "S": return .inverted(.classes(ScalarClass.space))
        case "d": return .categories(Self.digits)
        case "D": return .inverted(.categories(Self.digits))
        case "w": return .word
        case "W": return .inverted(.word)
        case "h": return .union([.range(0x30...0x39), .range(0x41...0x46), .range(0x61...0x66)])
        case "n": return .range(0x0A...0x0A)
        case "r": return .range(0x0D...0x0D)
        case "t": return .range(0x09...0x09)
        case "f": return .range(0x0C...0x0C)
        case "v": return .range(0x0B...0x0B)
        case "e": return .range(0x1B...0x1B)
        case "0": return .range(0...0)
        case "p", "P":
            let test = try property()
            return scalar == "P" ? .inverted(test) : test
        case "x", "u":
            let value = try hexadecimal(scalar == "x" ? 2 : 4)
            return .range(value...value)
        default:
            guard !scalar.properties.isAlphabetic, !(0x30...0x39 ~= scalar.value) else {
                throw ExpressionError(reason: "it has the unknown escape \\\(scalar)")
            }
            return .range(scalar.value...scalar.value)
        }
    }

    private mutating func hexadecimal(_ count: Int) throws(ExpressionError) -> UInt32 {
        var digits = ""
        if take("{") {
            while let scalar = next, scalar != "}" {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            position += 1
        } else {
            while digits.utf8.count < count, let scalar = next, scalar.properties.isASCIIHexDigit {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
        }
        guard digits.utf8.count <= 8, let value = UInt32(digits, radix: 16) else {
            throw ExpressionError(reason: "it has a malformed code point")
        }
        return value
    }

    private static let categories: [String: Set<Unicode.GeneralCategory>] = [
        "Lu": [.uppercaseLetter], "Ll": [.lowercaseLetter], "Lt": [.titlecaseLetter], "Lm": [.modifierLetter],
        "Lo": [.otherLetter], "Mn": [.nonspacingMark], "Mc": [.spacingMark], "Me": [.enclosingMark],
        "Nd": [.decimalNumber], "Nl": [.letterNumber], "No": [.otherNumber], "Pc": [.connectorPunctuation],
        "Pd": [.dashPunctuation], "Ps": [.openPunctuation], "Pe": [.closePunctuation], "Pi": [.initialPunctuation],
        "Pf": [.finalPunctuation], "Po": [.otherPunctuation], "Sm": [.mathSymbol], "Sc": [.currencySymbol],
        "Sk": [.modifierSymbol], "So": [.otherSymbol], "Zs": [.spaceSeparator], "Zl": [.lineSeparator],
        "Zp": [.paragraphSeparator], "Z": [.spaceSeparator, .lineSeparator, .paragraphSeparator],
        "Cc": [.control], "Cf": [.format], "Co": [.privateUse], "Cn": [.unassigned],
        "C": [.control, .format, .privateUse, .unassigned, .surrogate],
    ]

    private mutating func property() throws(ExpressionError) -> ScalarTest {
        var name = ""
        if take("{") {
            while let scalar = next, scalar != "}" {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard take("}") else { throw ExpressionError(reason: "it leaves a property open") }
        } else {
            name.unicodeScalars.append(try advance())
        }
        let isInverted = name.hasPrefix("^")
        let plain = isInverted ? String(name.dropFirst()) : name
        let test: ScalarTest
        switch plain {
        case "L", "Letter": test = .classes(ScalarClass.letter)
        case "N", "Number": test = .classes(ScalarClass.number)
        case "M", "Mark": test = .classes(ScalarClass.mark)
        case "P", "Punctuation": test = .classes(ScalarClass.punctuation)
        case "S", "Symbol": test = .classes(ScalarClass.symbol)
        default:
            guard let categories = Self.categories[plain] else {
                throw ExpressionError(reason: "it names the unknown property \\p{\(name.prefix(32))}")
            }
            test = .categories(categories)
        }
        return isInverted ? .inverted(test) : test
    }

    /// What stands between brackets, the first of which is read.
    private mutating func set() throws(ExpressionError) -> ScalarTest {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.greatestDepth else { throw ExpressionError(reason: "its sets nest too deeply") }
        let isInverted = take("^")
        var operands: [ScalarTest] = []
        var parts: [ScalarTest] = []
        var isStart = true
        while true {
            if take("&&") {
                operands.append(.union(parts))
                parts = []
                continue
            }
            let scalar = try advance()
            if scalar == "]", !isStart { break }
            isStart = false
            let first: ScalarTest
            switch scalar {
            case "[":
                guard next != ":" else { throw ExpressionError(reason: "it has a POSIX class") }
                parts.append(try set())
                continue
            case "\\": first = try escapedTest()
            default: first = .range(scalar.value...scalar.value)
            }
            parts.append(try range(from: first))
        }
        operands.append(.union(parts))
        let test: ScalarTest = operands.count == 1 ? operands[0] : .intersection(operands)
        return isInverted ? .inverted(test) : test
    }

    /// `first`, or the range that it begins.
    private mutating func range(from first: ScalarTest) throws(ExpressionError) -> ScalarTest {
        guard next == "-", position + 1 < source.count, source[position + 1] != "]",
            case .range(let low) = first, low.lowerBound == low.upperBound
        else { return first }
        position += 1
        let scalar = try advance()
        let last: ScalarTest = scalar == "\\" ? try escapedTest() : .range(scalar.value...scalar.value)
        guard case .range(let high) = last, low.lowerBound <= high.upperBound else {
            throw ExpressionError(reason: "it has a range that runs backwards")
        }
        return .range(low.lowerBound...high.upperBound)
    }
}
