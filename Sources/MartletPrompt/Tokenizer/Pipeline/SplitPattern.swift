/// A pattern that splits text: one that is written out as a scanner, or any other.
enum SplitPattern: Sendable {
    case rule(SplitRule)
    case expression(SplitExpression)

    /// Calls `body` with each stretch of `text`, in order: where it lies and whether it is a match.
    func forEachStretch(of text: borrowing ScalarText, _ body: (Range<Int>, Bool) -> Void) {
        var start = 0
        var gapStart = 0
        let end = text.count
        var matcher = ExpressionMatcher()
        while start < end {
            switch self {
            case .rule(let rule):
                switch rule.step(text, at: start, end: end) {
                case .gap(let next):
                    start = next
                    continue
                case .match(let stop):
                    if gapStart < start { body(gapStart..<start, false) }
                    body(start..<stop, true)
                    start = stop
                }
            case .expression(let expression):
                // An empty match splits nothing.
                guard let stop = matcher.match(expression, text, at: start), stop > start else {
                    start += 1
                    continue
                }
                if gapStart < start { body(gapStart..<start, false) }
                body(start..<stop, true)
                start = stop
            }
            gapStart = start
        }
        if gapStart < end { body(gapStart..<end, false) }
    }
}

/// The expressions that models' files carry, each with the scanner that does the same.
extension SplitPattern {
    static let spaces = #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#

    static func words(_ digits: String) -> String {
        contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"# + digits + #"| ?[^\s\p{L}\p{N}]+[\r\n]*"# + spaces
    }

    static func cased(_ digits: String, _ suffix: String) -> String {
        let prefix = #"[^\r\n\p{L}\p{N}]?"#
        return "\(prefix)\(upper)*\(lower)+\(suffix)|\(prefix)\(upper)+\(lower)*\(suffix)|\\p{N}\(digits)"
            + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + spaces
    }

    /// Each expression's text with its scanner.
    static let known: [String: SplitRule] = [
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: .gpt2,
        words("{1,3}"): .words(.init(digits: 3)),
        words(""): .words(.init()),
        words("+"): .words(.init(digits: .max)),
        contractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"# + spaces:
            .words(.init(marks: true)),
        cased("", ""): .casedWords(digits: 1, contractions: false),
        cased("{1,3}", contractions + "?"): .casedWords(digits: 3, contractions: true),
        #"\p{N}{1,3}"#: .numbers(maximum: 3),
        #"\p{N}"#: .numbers(maximum: 1),
        #"\p{N}+"#: .numbers(maximum: .max),
        "[0-9][0-9][0-9]": .threeDigits,
        #"[\r\n]"#: .newlines,
        "[\r\n]": .newlines,
    ]

    /// The pattern that `source` writes, as a scanner where there is one.
    init(_ source: String) throws(ExpressionError) {
        if let rule = Self.known[source] {
            self = .rule(rule)
        } else {
            self = .expression(try SplitExpression(source))
        }
    }
}
