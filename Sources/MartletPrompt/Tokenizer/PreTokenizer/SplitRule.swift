/// One way of splitting text into pieces; the pieces are split again by the next rule of a ``PreTokenizer``.
///
/// Each case is the regular expression in its comment, written out as a scanner that looks at every scalar a bounded
/// number of times. What no alternative matches becomes a piece of its own, up to the next match.
enum SplitRule: Sendable {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    case gpt2
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    case words(WordRule)
    /// `[^\r\n\p{L}\p{N}]?UPPER*LOWER+(?i:'s|…)?|[^\r\n\p{L}\p{N}]?UPPER+LOWER*(?i:'s|…)?|\p{N}{1,digits}|`
    /// ` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`, contractions as an option
    case casedWords(digits: Int, contractions: Bool)
    /// ``[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|…``
    case deepSeekWords
    /// `\p{N}{1,maximum}`
    case numbers(maximum: Int)
    /// `[0-9][0-9][0-9]`
    case threeDigits
    /// `[\r\n]`
    case newlines
    /// `[\p{P}$+<=>^~|]+`, the grave accent as an option
    case punctuation(graveAccent: Bool)
    /// `\s?\p{L}+` or another class in its place
    case spacedClass(UInt16)
    /// `\s?[…]+`
    case spacedSet(ScalarSet)
    /// `[…]+`
    case set(ScalarSet)
    /// `\s+$`
    case trailingSpace
    /// ` ?[^\s…]+`
    case notSet(ScalarSet)

    /// The options of ``words(_:)``.
    struct WordRule: Sendable {
        /// How many digits stay together.
        var digits = 1
        /// Whether English contractions are split off.
        var contractions = true
        /// Whether combining marks count as letters.
        var marks = false
        /// Whether punctuation takes the line ends after it along.
        var takesNewlines = true
    }

    /// What a scanner finds at a place.
    enum Step {
        /// A piece that ends here.
        case match(Int)
        /// No piece begins before here.
        case gap(Int)
    }

    /// Looks for a piece that begins at `start`, in `text` up to `end`.
    func step(_ text: borrowing ScalarText, at start: Int, end: Int) -> Step {
        let scanner = Scanner(values: text.values, classes: text.classes, end: end)
        switch self {
        case .gpt2: return .match(scanner.gpt2(start))
        case .words(let rule): return scanner.words(start, rule)
        case .casedWords(let digits, let contractions):
            return scanner.casedWords(start, digits: digits, contractions: contractions)
        case .deepSeekWords: return scanner.deepSeekWords(start)
        case .numbers(let maximum):
            let stop = scanner.run(of: ScalarClass.number, from: start, maximum: maximum)
            return stop > start ? .match(stop) : .gap(start + 1)
        case .threeDigits:
            let stop = min(start + 3, end)
            let isDigits = stop == start + 3 && (start..<stop).allSatisfy { 0x30...0x39 ~= text.values[$0] }
            return isDigits ? .match(stop) : .gap(start + 1)
        case .newlines:
            return text.classes[start] & ScalarClass.newline != 0 ? .match(start + 1) : .gap(start + 1)
        case .punctuation(let graveAccent):
            return scanner.found(start, from: start) {
                scanner.classes[$0] & ScalarClass.punctuation != 0
                    || [0x24, 0x2B, 0x5E, 0x7C, 0x7E].contains(scanner.values[$0])
                    || 0x3C...0x3E ~= scanner.values[$0] || (graveAccent && scanner.values[$0] == 0x60)
            }
        case .spacedClass(let mask):
            return scanner.found(start, from: scanner.afterSpace(start)) { scanner.classes[$0] & mask != 0 }
        case .spacedSet(let set):
            let isSpaceThenMember = scanner.found(start, from: scanner.afterSpace(start)) {
                set.contains(scanner.values[$0])
            }
            if case .match = isSpaceThenMember { return isSpaceThenMember }
            return scanner.found(start, from: start) { set.contains(scanner.values[$0]) }
        case .set(let set):
            return scanner.found(start, from: start) { set.contains(scanner.values[$0]) }
        case .trailingSpace:
            let stop = scanner.run(of: ScalarClass.space, from: start)
            return stop > start && stop == end ? .match(stop) : .gap(max(stop, start + 1))
        case .notSet(let set):
            let isSpace = scanner.values[start] == 0x20
            return scanner.found(start, from: isSpace ? start + 1 : start) {
                scanner.classes[$0] & ScalarClass.space == 0 && !set.contains(scanner.values[$0])
            }
        }
    }
}
