import MartletCore
import MartletPrompt

/// A random generator whose numbers a seed fixes (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Small vocabularies.
enum Vocabularies {
    /// Every byte, token n being byte n.
    static let bytes: GrammarVocabulary = {
        var table = TokenTable()
        for byte in 0...255 { table.append([UInt8(byte)]) }
        return GrammarVocabulary(table, isText: Array(repeating: true, count: 256))
    }()

    /// Every byte, then pieces as they come in JSON, some cut inside a character, then tokens that stand for no text.
    static let pieces: [[UInt8]] = {
        var pieces: [[UInt8]] = (0...255).map { [UInt8($0)] }
        let texts = [
            "{\"", "\":", "\": ", "\",", "\", \"", "\"}", "},", "[\"", "\"]", "[{", "}]", "{}", "[]", "\n", "\n  ",
            "  ",
            "true", "false", "null", "name", "age", "the", " the", "ing", "a", "ab", "abc", "abcdef", "123", "12", "00",
            "0.", ".5", "-1", "e1", "e+", "\\\"", "\\n", "\\u00", "\\u", "\\", "é", "жд", "🐦", "日本", "\"a", "a\"",
            "a\":\"b", "\":[", "\":{\"", "]}", "]]", "2024-", "-01", "T12", "Z\"", "</think>", "<think>", "\n\n",
        ]
        pieces += texts.map { Array($0.utf8) }
        pieces += [
            [0xF0, 0x9F], [0x90, 0xA6], [0x61, 0xC3], [0xA9, 0x22], [0xE6, 0x97], [0x80, 0x80], [0xFF, 0x61],
        ]
        pieces += ["<|end|>", "<|start|>"].map { Array($0.utf8) }
        return pieces
    }()

    /// The pieces, the last two being control tokens.
    static let json: GrammarVocabulary = {
        var table = TokenTable()
        for piece in pieces { table.append(piece) }
        let isText = pieces.indices.map { $0 < pieces.count - 2 }
        return GrammarVocabulary(table, isText: isText)
    }()
}

extension GrammarMatcher {
    /// The tokens of a mask, in order.
    var allowedTokenList: [Int32] {
        let words = allowedTokens()
        return (0..<vocabularyCount).filter { words[$0 >> 6] & (1 << (UInt64($0) & 63)) != 0 }.map { Int32($0) }
    }

    /// Draws tokens until the form is complete, or the walk is long enough that ending it is preferred.
    ///
    /// - Returns: The text, or nil when it has not come to an end.
    mutating func randomText(_ random: inout some RandomNumberGenerator, limit: Int = 4000) -> [UInt8]? {
        var bytes: [UInt8] = []
        for step in 0..<limit {
            if isComplete { return bytes }
            if canEnd, Int.random(in: 0..<4, using: &random) == 0 { return bytes }
            var allowed = allowedTokenList
            guard !allowed.isEmpty else { return nil }
            // Late in the walk, what closes is preferred, as a walk of equal chances may go deeper for ever.
            if step > 150 {
                let closing = allowed.filter { token in
                    let piece = Vocabularies.pieces[Int(token)]
                    return piece.first.map { "\"]}0,".utf8.contains($0) } ?? false && piece.count == 1
                }
                let first = closing.filter { Vocabularies.pieces[Int($0)] != [UInt8(ascii: ",")] }
                if !first.isEmpty { allowed = first } else if !closing.isEmpty { allowed = closing }
            }
            guard let token = allowed.randomElement(using: &random) else { return nil }
            accept(token)
            bytes += Vocabularies.pieces[Int(token)]
        }
        return nil
    }
}
