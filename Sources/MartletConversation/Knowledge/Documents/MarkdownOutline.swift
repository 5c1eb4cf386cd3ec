/// Reads Markdown as far as splitting needs it: headings, fences, tables, and paragraphs between empty lines.
enum MarkdownOutline {
    /// The blocks of a document, and its title: the front matter's, or else the first heading.
    static func read(_ text: String) -> (title: String?, blocks: [DocumentBlock]) {
        var reader = Reader(lines: text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline))
        reader.skipFrontMatter()
        while reader.index < reader.lines.count { reader.takeLine() }
        reader.flush()
        return (reader.title, reader.blocks)
    }

    private struct Reader {
        let lines: [Substring]
        var index = 0
        var title: String?
        var blocks: [DocumentBlock] = []
        private var headings: [(level: Int, text: String)] = []
        private var section = 0
        private var paragraph: [Substring] = []

        init(lines: [Substring]) {
            self.lines = lines
        }

        /// YAML between lines of dashes at the very beginning.
        mutating func skipFrontMatter() {
            guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---"), end < 200 else { return }
            for line in lines[1..<end] where line.hasPrefix("title:") {
                title = line.dropFirst(6).trimmingWhitespace().trimmingQuotes()
            }
            index = end + 1
        }

        mutating func takeLine() {
            let line = lines[index]
            let content = line.drop { $0 == " " || $0 == "\t" }
            if content.isEmpty {
                flush()
                index += 1
            } else if let fence = Self.fence(content) {
                flush()
                takeCode(fence)
            } else if let heading = Self.heading(line) {
                flush()
                note(heading)
                index += 1
            } else if paragraph.count == 1, let level = Self.underline(content), Self.heading(paragraph[0]) == nil {
                let text = paragraph.removeLast().trimmingWhitespace()
                note((level, text))
                index += 1
            } else if paragraph.isEmpty, index + 1 < lines.count, content.contains("|"),
                Self.isTableRule(lines[index + 1])
            {
                takeTable()
            } else {
                paragraph.append(line)
                index += 1
            }
        }

        /// Ends the paragraph that was being read.
        mutating func flush() {
            guard !paragraph.isEmpty else { return }
            add(.prose, paragraph, from: index - paragraph.count)
            paragraph = []
        }

        private mutating func note(_ heading: (level: Int, text: String)) {
            headings.removeAll { $0.level >= heading.level }
            headings.append(heading)
            section += 1
            if title == nil { title = heading.text }
        }

        private mutating func takeCode(_ fence: Substring) {
            let start = index
            index += 1
            while index < lines.count {
                let content = lines[index].drop { $0 == " " || $0 == "\t" }
                index += 1
                if content.hasPrefix(fence), content.allSatisfy({ $0 == fence.first || $0.isWhitespace }) { break }
            }
            add(.code(fence: String(fence)), Array(lines[start..<index]), from: start)
        }

        private mutating func takeTable() {
            let start = index
            index += 2
            while index < lines.count, lines[index].contains("|") { index += 1 }
            add(.table(headCount: 2), Array(lines[start..<index]), from: start)
        }

        private mutating func add(_ kind: DocumentBlock.Kind, _ piece: [Substring], from start: Int) {
            blocks.append(
                DocumentBlock(
                    kind: kind,
                    text: piece.joined(separator: "\n"),
                    headings: headings.map(\.text),
                    lines: start + 1...start + piece.count,
                    section: section
                )
            )
        }

        /// Three or more backticks or tildes that begin a line.
        private static func fence(_ content: Substring) -> Substring? {
            for mark in ["`", "~"] as [Character] {
                let run = content.prefix { $0 == mark }
                // Backticks after them make it code within a line.
                if run.count >= 3, mark == "~" || !content.dropFirst(run.count).contains("`") { return run }
            }
            return nil
        }

        private static func heading(_ line: Substring) -> (level: Int, text: String)? {
            let content = line.drop { $0 == " " }
            guard line.count - content.count < 4 else { return nil }
            let marks = content.prefix { $0 == "#" }
            let rest = content.dropFirst(marks.count)
            guard (1...6).contains(marks.count), rest.isEmpty || rest.first?.isWhitespace == true else { return nil }
            var text = rest.trimmingWhitespace()[...]
            let closing = text.reversed().prefix { $0 == "#" }.count
            if closing > 0, text.dropLast(closing).last?.isWhitespace == true { text = text.dropLast(closing) }
            return (marks.count, text.trimmingWhitespace().filter { $0 != "`" && $0 != "*" })
        }

        /// A line of `=` or of `-` under a heading.
        private static func underline(_ content: Substring) -> Int? {
            let marks = content.trimmingWhitespace()
            guard marks.count >= 2 else { return nil }
            if marks.allSatisfy({ $0 == "=" }) { return 1 }
            return marks.allSatisfy { $0 == "-" } ? 2 : nil
        }

        private static func isTableRule(_ line: Substring) -> Bool {
            line.contains("-") && line.contains("|") && line.allSatisfy { "|-: \t".contains($0) }
        }
    }
}

extension String {
    /// The text without a pair of quotes around it.
    fileprivate func trimmingQuotes() -> String {
        guard count >= 2, let first, first == last, first == "\"" || first == "'" else { return self }
        return String(dropFirst().dropLast())
    }
}
