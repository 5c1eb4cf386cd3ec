/// What counts as a word of a text, beyond what FTS5's `unicode61` knows.
///
/// The tokenizer folds case and takes accents away. Added to that: the dotless ı is an i, so that Turkish words are found in capitals
/// as well; and each character of scripts that put no spaces between words is a word, and found beside its neighbour.
enum WordText {
    /// The most words of a question that are looked for.
    private static let maximumWordCount = 64

    /// A text for the tokenizer.
    static func separated(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var afterCharacter = false
        for scalar in text.unicodeScalars {
            let standsAlone = scalar.isWordByItself
            if standsAlone || afterCharacter { result.append(" ") }
            result.append(scalar == "\0" ? " " : scalar == "ı" ? "i" : scalar)
            afterCharacter = standsAlone
        }
        return String(result)
    }

    /// What FTS5 is to look for, each a term of its language.
    ///
    /// Nothing of the question is syntax: words are letters and digits, and stand in quotation marks.
    static func terms(of question: String) -> [String] {
        var seen: Set<String> = []
        return runs(of: question).filter { seen.insert($0).inserted }.prefix(maximumWordCount).map { "\"\($0)\"" }
    }

    /// The words, and the pairs of neighbours of characters that are words by themselves.
    private static func runs(of question: String) -> [String] {
        var runs: [String] = []
        var word = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        var isAlone = false
        func endWord() {
            if !word.isEmpty { runs.append(String(word)) }
            word = .init()
            if isAlone, let previous { runs.append(String(previous)) }
            previous = nil
            isAlone = false
        }
        for scalar in question.unicodeScalars.prefix(4096) {
            if scalar.isWordByItself {
                if previous == nil { endWord() }
                if let previous {
                    runs.append("\(previous) \(scalar)")
                    isAlone = false
                } else {
                    isAlone = true
                }
                previous = scalar
            } else if scalar.isPartOfWord {
                if previous != nil { endWord() }
                word.append(scalar == "ı" ? "i" : scalar)
            } else {
                endWord()
            }
        }
        endWord()
        return runs
    }
}

extension Unicode.Scalar {
    /// Han, Hiragana and Katakana.
    fileprivate var isWordByItself: Bool {
        switch value {
        case 0x3041...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            properties.generalCategory == .otherLetter
        default: false
        }
    }

    /// A letter, a digit, or a mark upon one.
    fileprivate var isPartOfWord: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
            true
        default: false
        }
    }
}
