/// Writes a formatted text from front to back and keeps its entities legal whatever is opened and closed.
struct FormattedTextBuilder {
    private var bytes: [UInt8] = []
    private var entities: [TextEntity] = []
    /// How long the text is, in UTF-16 code units.
    private(set) var length = 0
    /// What is open, the outermost first; of each kind once.
    private var open: [(style: Style, start: Int)] = []
    private var depths: [Style: Int] = [:]
    private var link: (url: String, start: Int)?
    /// What begins each line but the first.
    var linePrefix = ""

    /// What may nest.
    enum Style: Hashable {
        case bold
        case italic
        case strikethrough
        case spoiler

        var kind: TextEntity.Kind {
            switch self {
            case .bold: .bold
            case .italic: .italic
            case .strikethrough: .strikethrough
            case .spoiler: .spoiler
            }
        }
    }

    /// Whether nothing was written.
    var isEmpty: Bool { length == 0 }

    /// Whether a link is open.
    var isInLink: Bool { link != nil }

    /// Appends UTF-8, with a prefix after each line's end.
    mutating func append(_ text: ArraySlice<UInt8>) {
        guard !linePrefix.isEmpty else {
            write(text)
            return
        }
        var rest = text
        while let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) {
            write(rest[...lineEnd])
            write(ArraySlice(linePrefix.utf8))
            rest = rest[(lineEnd + 1)...]
        }
        write(rest)
    }

    /// Appends text as it is.
    mutating func appendRaw(_ text: String) { write(ArraySlice(text.utf8)) }

    private mutating func write(_ text: ArraySlice<UInt8>) {
        let start = bytes.count
        bytes += text
        var units = 0
        for index in start..<bytes.count {
            let byte = bytes[index]
            // One unit for each scalar's first byte, and one more for the scalars that take two.
            if byte & 0xC0 != 0x80 { units += byte >= 0xF0 ? 2 : 1 }
            if byte == UInt8(ascii: "\t") { bytes[index] = UInt8(ascii: " ") }
        }
        length += units
    }

    /// Begins a style; within itself it changes nothing.
    mutating func begin(_ style: Style) {
        depths[style, default: 0] += 1
        if depths[style] == 1 { open.append((style, length)) }
    }

    /// Ends a style.
    mutating func end(_ style: Style) {
        guard let depth = depths[style], depth > 0 else { return }
        depths[style] = depth - 1
        guard depth == 1, let index = open.lastIndex(where: { $0.style == style }) else { return }
        // What was opened inside and is not closed yet goes on behind the end.
        for inner in open[(index + 1)...].indices.reversed() {
            add(open[inner].style.kind, from: open[inner].start)
            open[inner].start = length
        }
        add(style.kind, from: open.remove(at: index).start)
    }

    /// Begins a link; links hold no links.
    mutating func beginLink(_ url: String) {
        guard link == nil else { return }
        interruptStyles()
        link = (url, length)
    }

    /// Ends the link.
    mutating func endLink() {
        guard let link else { return }
        for index in open.indices {
            add(open[index].style.kind, from: open[index].start)
            open[index].start = length
        }
        add(.link(url: link.url), from: link.start)
        self.link = nil
    }

    /// Appends code within a line; in a link, which must hold none, it is text.
    mutating func appendCode(_ text: ArraySlice<UInt8>) {
        guard link == nil else {
            append(text)
            return
        }
        interruptStyles()
        let start = length
        append(text)
        add(.code, from: start)
        for index in open.indices { open[index].start = length }
    }

    /// Appends a block of code; nothing may be open but a quote.
    mutating func appendBlock(language: String?, _ write: (inout FormattedTextBuilder) -> Void) {
        precondition(open.isEmpty && link == nil, "a block of code is in nothing but quotes")
        let start = length
        write(&self)
        add(.pre(language: language), from: start)
    }

    /// Marks everything since `start` as a quote.
    mutating func addQuote(from start: Int, isExpandable: Bool) {
        add(isExpandable ? .expandableQuote : .quote, from: start)
    }

    /// The text so far.
    func finished() -> FormattedText {
        let ordered = entities.sorted {
            ($0.offset, -$0.length, -$0.kind.weight) < ($1.offset, -$1.length, -$1.kind.weight)
        }
        return FormattedText(String(decoding: bytes, as: UTF8.self), entities: ordered)
    }

    /// Ends all styles here and lets them go on after what comes.
    private mutating func interruptStyles() {
        for index in open.indices {
            add(open[index].style.kind, from: open[index].start)
            open[index].start = length
        }
    }

    private mutating func add(_ kind: TextEntity.Kind, from start: Int) {
        guard length > start else { return }
        entities.append(TextEntity(kind, offset: start, length: length - start))
    }
}
