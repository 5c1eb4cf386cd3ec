/// A block of a Markdown text.
struct MarkdownBlock {
    var kind: Kind
    /// Whether a blank line stands before it.
    var hasGapBefore: Bool

    /// The kinds of block.
    indirect enum Kind {
        case paragraph([MarkdownLine])
        case heading([MarkdownLine])
        case code(language: String?, [MarkdownLine])
        /// A formula on lines of its own, as it was written.
        case formula([MarkdownLine])
        case quote([MarkdownBlock])
        case list([Item])
        /// The header and the rows, cell by cell.
        case table([[MarkdownLine]], alignments: [TableAlignment])
        case rule
    }

    /// An item of a list.
    struct Item {
        /// Its number; nil in a list with bullets.
        var number: Int?
        /// Whether a task is done; nil where it is no task.
        var isDone: Bool?
        var blocks: [MarkdownBlock]
        /// Whether a blank line stands before it.
        var hasGapBefore: Bool
    }
}

/// How a table's column is aligned.
enum TableAlignment {
    case left
    case center
    case right
}

/// A stretch of the source without its line's end.
struct MarkdownLine {
    var start: Int
    var end: Int

    var range: Range<Int> { start..<end }
}
