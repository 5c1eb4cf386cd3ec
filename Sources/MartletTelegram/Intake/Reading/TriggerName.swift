import MartletConversation

/// A name that the bot listens to at the start of a message, such as `Тимоха` or `Hey Ada`.
///
/// Upper and lower case are the same in every script, as are `ß` and `ss`, and the dotted and dotless i of Turkish. A name that
/// ends in a letter or digit ends there as a word: `Ada` is not heard in `Adana`. One that ends in a sign, such as `Ada,`, is
/// heard with that sign only.
public struct TriggerName: Sendable, Hashable, CustomStringConvertible {
    /// The name as it was given.
    public let description: String
    private let folded: String
    private let isWord: Bool
    /// The longest name in characters.
    public static let maximumLength = 64

    /// Makes a name of 1 to 64 characters; white space around it does not count.
    public init?(_ text: String) {
        let text = text.trimmingWhitespace()
        guard let last = text.last, text.count <= Self.maximumLength else { return nil }
        description = text
        folded = text.reduce(into: "") { $0 += Self.folded($1) }
        isWord = last.isLetter || last.isNumber
    }

    /// What `text` says behind the name, without the signs between them; nil where it does not begin with the name.
    /// - Complexity: O(*n*²) in the length of the name.
    package func rest(of text: String) -> String? {
        let text = text.drop(while: \.isWhitespace)
        var heard = ""
        var end = text.startIndex
        // One character folds to at least one, so a text that differs is given up within the name's length.
        for _ in 0..<folded.count {
            guard end < text.endIndex else { return nil }
            heard += Self.folded(text[end])
            end = text.index(after: end)
            guard heard == folded else { continue }
            if isWord, end < text.endIndex, Self.continuesWord(text[end]) { return nil }
            return text[end...].drop { $0.isWhitespace || ",:;!.…-–—".contains($0) }.trimmingWhitespace()
        }
        return nil
    }

    private static func continuesWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    /// A character as all its cases are written; upper case first, which is what makes `ß` and `ς` what `SS` and `Σ` are.
    private static func folded(_ character: Character) -> String {
        let lowered = character.uppercased().lowercased()
        return lowered.unicodeScalars.contains(combiningDot)
            ? String(String.UnicodeScalarView(lowered.unicodeScalars.filter { $0 != combiningDot })) : lowered
    }

    /// What is left above a small `İ`.
    private static let combiningDot: Unicode.Scalar = "\u{307}"
}
