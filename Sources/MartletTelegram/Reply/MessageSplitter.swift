/// Cuts a long text into messages.
public enum MessageSplitter {
    /// The longest message, in UTF-16 code units.
    public static let maximumLength = 4096

    /// The parts of a text: each within the limit, none empty, together all of the text but the white space at the cuts.
    ///
    /// A cut is made at the best border in the second half of what fits: after a paragraph, a line, a sentence, a word, or
    /// else a character. Each part depends only on the text up to its cut, so the parts of a growing text stay as they are once
    /// something follows them.
    /// - Complexity: O(text) for each part.
    public static func split(_ text: String, limit: Int = maximumLength) -> [String] {
        precondition(limit >= 2, "a message has room for any one scalar")
        var parts: [String] = []
        // A text of its own after each cut: a cut inside a character would leave a slice without a whole one at its front.
        var rest = String(text.drop { $0.isWhitespace })
        while !rest.isEmpty {
            let end = cut(rest[...], limit: limit)
            let part = String(rest[..<end]).trimmingTrailingWhitespace()
            if !part.isEmpty { parts.append(part) }
            rest = String(rest[end...].drop { $0.isWhitespace })
        }
        return parts
    }

    private static func cut(_ text: Substring, limit: Int) -> Substring.Index {
        guard let edge = text.utf16.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex),
            edge < text.endIndex
        else { return text.endIndex }
        let middle = text.utf16.index(text.startIndex, offsetBy: limit / 2)
        let window = text[text.startIndex..<roundDown(edge, in: text)]
        var best: (rank: Int, index: Substring.Index)?
        var index = window.endIndex
        // From the back: the last border of the best kind wins.
        while index > window.startIndex, index > middle {
            let previous = window.index(before: index)
            if let rank = rank(ofBorderAfter: previous, in: window), rank > best?.rank ?? 0 {
                best = (rank, index)
                if rank == 4 { break }
            }
            index = previous
        }
        return best?.index ?? window.endIndex
    }

    /// How good a cut between two characters is: 4 after a paragraph, 3 a line, 2 a sentence, 1 a word; nil within a word.
    private static func rank(ofBorderAfter previous: Substring.Index, in text: Substring) -> Int? {
        let character = text[previous]
        let earlier = previous > text.startIndex ? text[text.index(before: previous)] : " "
        if character.isNewline { return earlier.isNewline ? 4 : 3 }
        guard character.isWhitespace else { return nil }
        return ".!?…。！？".contains(earlier) ? 2 : 1
    }

    /// The last character border at or before `index`, or the last scalar border where one character fills the whole room.
    private static func roundDown(_ index: Substring.Index, in text: Substring) -> Substring.Index {
        var border = index
        while border > text.startIndex {
            if Substring.Index(border, within: text) != nil { return border }
            border = text.utf16.index(before: border)
        }
        return UTF16.isTrailSurrogate(text.utf16[index]) ? text.utf16.index(before: index) : index
    }
}

extension String {
    fileprivate func trimmingTrailingWhitespace() -> String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
