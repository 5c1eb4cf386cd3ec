/// Turns Markdown, the way models write it, into text with entities.
///
/// Whatever the text, the result is legal, and nothing of what was said is lost but marks that became styles. What stands behind
/// the first ``maximumByteCount`` bytes is shown as it was written: some thirty messages further on nobody looks for a heading,
/// and no text can keep the bot busy.
public struct MarkdownRenderer {
    private let lines: MarkdownLines
    private let isGrowing: Bool
    private let references = MarkdownReferences()
    private var builder = FormattedTextBuilder()

    /// How much of a text is read as Markdown, in bytes of UTF-8.
    public static let maximumByteCount = 1 << 17

    private static let bullets = ["•", "◦", "▪"]
    /// Quotes longer than this open only when they are pressed.
    private static let longQuoteLength = 600

    /// Renders a text.
    /// - Parameter isGrowing: Whether more of it comes: what is open at its end is shown as if it ended there, and what cannot be
    ///   told yet waits.
    /// - Complexity: O(text); 1 MB of the worst takes a fifth of a second.
    public static func render(_ text: String, isGrowing: Bool = false) -> FormattedText {
        let bytes = MarkdownSource.clean(text)
        let end = isGrowing ? MarkdownSource.settledCount(of: bytes) : bytes.count
        var renderer = MarkdownRenderer(lines: MarkdownLines(bytes: bytes), isGrowing: isGrowing)
        let readCount = MarkdownSource.readCount(of: bytes, upTo: end, limit: maximumByteCount)
        renderer.write(textUpTo: readCount)
        if readCount < end { renderer.builder.append(bytes[readCount..<end]) }
        let result = renderer.builder.finished().trimmed()
        // A text of nothing but marks is shown as it is.
        return result.isBlank && !isGrowing ? FormattedText(plain: text).trimmed() : result
    }

    private init(lines: MarkdownLines, isGrowing: Bool) {
        self.lines = lines
        self.isGrowing = isGrowing
    }

    /// Writes all of it, and what it defines apart from its words behind it.
    private mutating func write(textUpTo end: Int) {
        let parser = MarkdownBlockParser(lines: lines, isGrowing: isGrowing, references: references)
        let blocks = parser.blocks(upTo: end)
        write(blocks, depth: 0, isLast: references.notes.isEmpty)
        for (index, label) in references.noteOrder.enumerated() {
            guard let note = references.notes[label] else { continue }
            builder.appendRaw(builder.isEmpty ? "" : index == 0 ? "\n\n" : "\n")
            builder.appendRaw(MarkdownReferences.raised(note.number) + " ")
            write(parser.blocks(of: note.lines, depth: 1), depth: 1, isInQuote: true, isLast: false)
        }
        // No words lead there, and no word is lost.
        for link in references.unusedLinks where !isGrowing {
            builder.appendRaw(builder.isEmpty ? "" : "\n")
            builder.append(ArraySlice("[\(link.label)]: ".utf8) + link.destination)
        }
    }

    // MARK: Blocks

    private mutating func write(_ blocks: [MarkdownBlock], depth: Int, isInQuote: Bool = false, isLast: Bool) {
        for (index, block) in blocks.enumerated() {
            if index > 0 { beginLine(afterGap: block.hasGapBefore) }
            write(block.kind, depth: depth, isInQuote: isInQuote, isLast: isLast && index == blocks.count - 1)
        }
    }

    private mutating func beginLine(afterGap hasGap: Bool) {
        if hasGap { builder.appendRaw("\n") }
        builder.append(Self.lineEnd)
    }

    private static let lineEnd = ArraySlice("\n".utf8)

    private mutating func write(_ kind: MarkdownBlock.Kind, depth: Int, isInQuote: Bool, isLast: Bool) {
        switch kind {
        case .paragraph(let source): writeInline(joined(source), isGrowing: isGrowing && isLast)
        case .heading(let source):
            builder.begin(.bold)
            writeInline(joined(source), isGrowing: isGrowing && isLast)
            builder.end(.bold)
        case .code(let language, let source): writeCode(source, language: language)
        case .formula(let source): writeCode(source, language: "latex")
        case .quote(let blocks): writeQuote(blocks, depth: depth, isInQuote: isInQuote, isLast: isLast)
        case .list(let items): writeList(items, depth: depth, isInQuote: isInQuote, isLast: isLast)
        case .table(let rows, let alignments):
            let text = MarkdownTable.text(rows.map { $0.map(plainText) }, alignments: alignments)
            writeBlock(language: nil) { $0.appendRaw(text) }
        case .rule: builder.appendRaw("──────────")
        }
    }

    private mutating func writeCode(_ source: [MarkdownLine], language: String?) {
        let lines = lines
        writeBlock(language: language) { builder in
            for (index, line) in source.enumerated() {
                if index > 0 { builder.append(Self.lineEnd) }
                for (index, piece) in lines.text(line).split(
                    separator: UInt8(ascii: "\t"),
                    omittingEmptySubsequences: false
                ).enumerated() {
                    if index > 0 { builder.appendRaw("    ") }
                    builder.append(piece)
                }
            }
        }
    }

    /// Writes a block of code, which begins at its line's front.
    private mutating func writeBlock(language: String?, _ write: (inout FormattedTextBuilder) -> Void) {
        let prefix = builder.linePrefix
        builder.linePrefix = ""
        if !prefix.isEmpty { builder.appendRaw("\n") }
        builder.appendBlock(language: language, write)
        builder.linePrefix = prefix
    }

    /// Quotes do not nest, and stand at their line's front: inner ones are words of the outer one behind a bar.
    private mutating func writeQuote(_ blocks: [MarkdownBlock], depth: Int, isInQuote: Bool, isLast: Bool) {
        let start = builder.length
        guard isInQuote || depth > 0 else {
            write(blocks, depth: depth, isInQuote: true, isLast: isLast)
            builder.addQuote(from: start, isExpandable: builder.length - start > Self.longQuoteLength)
            return
        }
        let prefix = builder.linePrefix
        builder.appendRaw(Self.innerQuote)
        builder.linePrefix = prefix + Self.innerQuote
        write(blocks, depth: depth, isInQuote: true, isLast: isLast)
        builder.linePrefix = prefix
    }

    /// What begins the lines of a quote in a quote.
    private static let innerQuote = "│ "

    private mutating func writeList(_ items: [MarkdownBlock.Item], depth: Int, isInQuote: Bool, isLast: Bool) {
        let prefix = builder.linePrefix
        for (index, item) in items.enumerated() {
            if index > 0 { beginLine(afterGap: item.hasGapBefore) }
            let mark = item.number.map { "\($0)." } ?? Self.bullets[min(depth, Self.bullets.count - 1)]
            let box = item.isDone.map { $0 ? "☑" : "☐" }
            builder.appendRaw(item.number == nil ? box ?? mark : box.map { "\(mark) \($0)" } ?? mark)
            builder.appendRaw(" ")
            builder.linePrefix = prefix + "   "
            write(item.blocks, depth: depth + 1, isInQuote: isInQuote, isLast: isLast && index == items.count - 1)
            builder.linePrefix = prefix
        }
    }

    // MARK: Lines

    /// The lines of a paragraph, each without white space at its ends.
    private func joined(_ source: [MarkdownLine]) -> [UInt8] {
        var text: [UInt8] = []
        for (index, line) in source.enumerated() {
            if index > 0 { text.append(UInt8(ascii: "\n")) }
            text += lines.text(lines.trim(line))
        }
        return text
    }

    private mutating func writeInline(_ text: [UInt8], isGrowing: Bool) {
        for piece in MarkdownInlineParser.parse(text, isGrowing: isGrowing, references) {
            switch piece {
            case .text(let text): builder.append(text)
            case .code(let text): builder.appendCode(text)
            case .begin(let style): builder.begin(style)
            case .end(let style): builder.end(style)
            case .beginLink(let destination): beginLink(destination)
            case .endLink(let destination): endLink(destination)
            }
        }
    }

    private var linkStarts: [Int] = []

    private mutating func beginLink(_ destination: [UInt8]) {
        linkStarts.append(builder.length)
        if let url = Self.url(destination) { builder.beginLink(url) }
    }

    /// Ends a link; an address that the platform takes for none is shown in brackets.
    private mutating func endLink(_ destination: [UInt8]) {
        let start = linkStarts.removeLast()
        let hasWords = builder.length > start
        if Self.url(destination) != nil {
            if !hasWords { builder.append(destination[...]) }
            // An image in a link ends with the link around it.
            if linkStarts.isEmpty { builder.endLink() }
        } else if !destination.isEmpty {
            builder.appendRaw(hasWords ? " (" : "(")
            builder.append(destination[...])
            builder.appendRaw(")")
        }
    }

    /// The address of a link, where the platform takes it for one.
    private static func url(_ destination: [UInt8]) -> String? {
        let url = String(decoding: destination, as: UTF8.self)
        let lowered = url.prefix(8).lowercased()
        guard ["http://", "https://", "tg://"].contains(where: { lowered.hasPrefix($0) }),
            !destination.contains(where: { $0 <= 32 }), url.utf8.count > 8
        else { return nil }
        return url
    }

    private func plainText(_ cell: MarkdownLine) -> String {
        guard lines.text(cell).contains(where: MarkdownInlineParser.isSpecial) else {
            return String(decoding: lines.text(cell), as: UTF8.self)
        }
        var text: [UInt8] = []
        for piece in MarkdownInlineParser.parse(Array(lines.text(cell)), isGrowing: false, references) {
            switch piece {
            case .text(let piece), .code(let piece): text += piece
            // A block of code holds no links, and an address that nobody sees is of no use.
            case .endLink(let destination) where !text.suffix(destination.count).elementsEqual(destination):
                text += Array(text.isEmpty ? "(".utf8 : " (".utf8) + destination + Array(")".utf8)
            default: break
            }
        }
        return String(decoding: text, as: UTF8.self).replacing("<br>", with: " ").replacing("<br/>", with: " ")
    }
}
