/// Reads plain text: paragraphs between empty lines, and pages between form feeds.
enum PlainOutline {
    /// The paragraphs of a text.
    static func blocks(of text: String) -> [DocumentBlock] {
        paragraphs(of: text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline), page: nil)
    }

    /// The paragraphs of a text with a form feed after each page.
    static func pages(of text: String) -> [DocumentBlock] {
        text.split(separator: "\u{0C}", omittingEmptySubsequences: false).enumerated().flatMap { index, page in
            paragraphs(of: page.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline), page: index + 1)
        }
    }

    private static func paragraphs(of lines: [Substring], page: Int?) -> [DocumentBlock] {
        var blocks: [DocumentBlock] = []
        var start: Int?
        for (index, line) in (lines + [""]).enumerated() {
            if !line.allSatisfy(\.isWhitespace) {
                start = start ?? index
            } else if let first = start {
                blocks.append(
                    DocumentBlock(
                        kind: .prose,
                        text: lines[first..<index].joined(separator: "\n"),
                        headings: [],
                        lines: first + 1...index,
                        page: page
                    )
                )
                start = nil
            }
        }
        return blocks
    }
}
