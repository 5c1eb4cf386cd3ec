/// Shows a passage to people who read no source text: lines that an editor broke become paragraphs again.
enum UnwrappedText {
    /// Shorter lines end where their writer ended them.
    private static let shortestBroken = 60

    /// The text with the lines of its paragraphs joined; lists, tables, quotations and code stay.
    static func of(_ text: String) -> String {
        var result: [String] = []
        var isCode = false
        var continues = false
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let content = line.drop { $0 == " " || $0 == "\t" }
            let isFence = content.hasPrefix("```") || content.hasPrefix("~~~")
            if continues, !isFence, isPlain(line, content), let last = result.indices.last {
                result[last] += " " + content
            } else {
                result.append(String(line))
            }
            if isFence { isCode.toggle() }
            continues =
                !isCode && !isFence && line.count >= shortestBroken && !content.hasPrefix("|")
                && !content.hasPrefix("#")
                && !line.hasSuffix("  ") && !line.hasSuffix("\\")
        }
        return result.joined(separator: "\n")
    }

    /// Whether a line can be the rest of the one before it.
    private static func isPlain(_ line: Substring, _ content: Substring) -> Bool {
        guard let first = content.first, line.count - content.count < 4, !"|>#".contains(first) else { return false }
        if "-*+•".contains(first), content.dropFirst().first?.isWhitespace == true { return false }
        let digits = content.prefix { $0.isNumber }
        return digits.isEmpty || ![".", ")"].contains(content.dropFirst(digits.count).first)
    }
}
