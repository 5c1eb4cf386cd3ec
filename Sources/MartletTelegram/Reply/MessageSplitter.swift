/// Cuts a long text into messages.
public enum MessageSplitter {
    /// The longest message, in UTF-16 code units.
    public static let maximumLength = 4096

    /// The parts of a text: each within the limit, none empty, together all of the text but the white space at the cuts.
    ///
    /// A cut is made at the best border in the second half of what fits: after a paragraph, a line, a sentence, a word, or
    /// else a character; a border inside code or a link is a poor one. What an entity covers is covered on both sides of a cut, so a block
    /// of code goes on as one, in its language. Each part depends only on the text up to its cut, so the parts of a growing
    /// text stay as they are once something follows them.
    /// - Complexity: O(text + entities).
    public static func split(_ text: FormattedText, limit: Int = maximumLength) -> [FormattedText] {
        precondition(limit >= 2, "a message has room for any one scalar")
        let units = Array(text.text.utf16)
        var parts: [FormattedText] = []
        var entities = text.entities[...]
        var start = 0
        while start < units.count {
            let cut = cut(units, from: start, entities, limit: limit)
            let reaching = entities.prefix { $0.offset < cut }
            let part = FormattedText.slice(units, reaching, start..<cut)
            if !part.text.isEmpty { parts.append(part.limited()) }
            start = cut
            entities = reaching.filter { $0.end > cut } + entities[reaching.endIndex...]
        }
        return parts
    }

    /// The parts of a text without entities.
    public static func split(_ text: String, limit: Int = maximumLength) -> [String] {
        split(FormattedText(text), limit: limit).map(\.text)
    }

    private static func cut(
        _ units: [UInt16],
        from start: Int,
        _ entities: ArraySlice<TextEntity>,
        limit: Int
    ) -> Int {
        let front = FormattedText.front(units, entities, start..<units.count)
        guard front + limit < units.count else { return units.count }
        let firmness = firmness(of: entities, from: front, limit: limit)
        let window = window(units, from: front, limit: limit)
        var best: (rank: Int, offset: Int)?
        var offset = window.utf16.count
        var index = window.endIndex
        // From the back: the last border of the best kind wins.
        while index > window.startIndex, offset > limit / 2 {
            let previous = window.index(before: index)
            if var rank = rank(ofBorderAfter: previous, in: window) {
                switch firmness[offset] {
                case .none: break
                // Blocks may be cut at lines; everything else here is better left whole.
                case .block where rank >= 6: rank = 5
                case .block, .whole: rank = 1
                }
                if rank > best?.rank ?? 0 { best = (rank, offset) }
                if rank == 8 { break }
            }
            offset -= String(window[previous]).utf16.count
            index = previous
        }
        return front + (best?.offset ?? max(window.utf16.count, 1))
    }

    /// The longest text from `start` that fits and ends between characters, or between scalars where one character fills all.
    private static func window(_ units: [UInt16], from start: Int, limit: Int) -> String {
        let ahead = String(decoding: units[start..<min(start + limit + 64, units.count)], as: UTF16.self)
        var border = ahead.utf16.index(ahead.startIndex, offsetBy: limit)
        let edge = border
        while border > ahead.startIndex, String.Index(border, within: ahead) == nil {
            border = ahead.utf16.index(before: border)
        }
        if border > ahead.startIndex { return String(ahead[..<border]) }
        let scalarEdge = UTF16.isTrailSurrogate(ahead.utf16[edge]) ? ahead.utf16.index(before: edge) : edge
        return String(ahead[..<scalarEdge])
    }

    /// How good a cut between two characters is: 8 after a paragraph, 6 a line, 4 a sentence, 2 a word; nil within a word.
    private static func rank(ofBorderAfter previous: String.Index, in text: String) -> Int? {
        let character = text[previous]
        let earlier = previous > text.startIndex ? text[text.index(before: previous)] : " "
        if character.isNewline { return earlier.isNewline ? 8 : 6 }
        guard character.isWhitespace else { return nil }
        return ".!?…。！？".contains(earlier) ? 4 : 2
    }

    private enum Firmness {
        case none
        case block
        case whole
    }

    /// For each border from `front` on, what a cut there would cut.
    private static func firmness(of entities: ArraySlice<TextEntity>, from front: Int, limit: Int) -> [Firmness] {
        var result = [Firmness](repeating: .none, count: limit + 1)
        for entity in entities {
            guard entity.offset < front + limit else { break }
            let firmness: Firmness
            switch entity.kind {
            case .pre: firmness = .block
            case .code, .link: firmness = .whole
            default: continue
            }
            let first = max(entity.offset - front + 1, 0)
            let end = min(entity.end - front, limit + 1)
            if first < end { for border in first..<end { result[border] = firmness } }
        }
        return result
    }
}
