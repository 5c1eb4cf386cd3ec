/// Reads what stands in the lines of a paragraph, a heading or a cell.
///
/// - Complexity: O(text): every search for a counterpart either succeeds and is not repeated, or is known to fail from then on.
struct MarkdownInlineParser {
    /// The text; behind ``end``, the characters that stand for named ones such as `&amp;`.
    var bytes: [UInt8]
    let end: Int
    /// Whether more of the text comes behind its end.
    let isGrowing: Bool
    /// What the whole text defines.
    let references: MarkdownReferences
    var index = 0
    /// Where the words begin that no node holds yet.
    private var textStart = 0
    var nodes: [Node] = []
    var delimiters = MarkdownDelimiters()
    var brackets: [Bracket] = []
    /// Brackets below this one cannot begin a link, because links hold no links.
    var inactiveBracketCount = 0
    /// Where a formula's or a code's end was looked for in vain.
    var missing: Set<[UInt8]> = []
    var codeRuns = MarkdownCodeRuns()

    /// A stretch of the text and what begins and ends around it.
    struct Node {
        var kind: Kind
        var start: Int
        var end: Int
        /// What ends before the words, the innermost first.
        var ends: [MarkdownInline] = []
        /// What begins after the words, the innermost first.
        var begins: [MarkdownInline] = []

        enum Kind {
            case text
            case code
        }
    }

    /// A bracket that may begin a link.
    struct Bracket {
        var node: Int
        /// The last run of marks before it.
        var delimiter: Int
        /// Where its words begin.
        var start: Int
        var isImage: Bool
    }

    private init(_ text: [UInt8], isGrowing: Bool, _ references: MarkdownReferences) {
        bytes = text
        end = text.count
        self.isGrowing = isGrowing
        self.references = references
    }

    /// Reads a text.
    /// - Parameter isGrowing: Whether the text's end is not the paragraph's; what is open there is shown as if it ended.
    static func parse(_ text: [UInt8], isGrowing: Bool, _ references: MarkdownReferences) -> [MarkdownInline] {
        var parser = MarkdownInlineParser(text, isGrowing: isGrowing, references)
        parser.codeRuns = MarkdownCodeRuns(text)
        parser.readAll()
        return parser.result()
    }

    private mutating func readAll() {
        while index < end {
            let byte = bytes[index]
            if Self.isSpecial(byte), readSpecial(byte) {
                textStart = index
            } else {
                index += 1
            }
        }
        flush(upTo: end)
        matchDelimiters(above: -1)
        if isGrowing {
            closeBrackets()
            closeDelimiters()
        }
    }

    /// Reads what begins at `index`, appends its nodes and moves `index` behind it; false where it is a mere character.
    private mutating func readSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"): readEscape()
        case UInt8(ascii: "`"): readCode()
        case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "|"): readRun(byte)
        case UInt8(ascii: "!"):
            index + 1 < end && bytes[index + 1] == UInt8(ascii: "[") ? readBracket(isImage: true) : false
        case UInt8(ascii: "["): readNote() || readBracket(isImage: false)
        case UInt8(ascii: "]"): readClosingBracket()
        case UInt8(ascii: "<"): readAutolink()
        case UInt8(ascii: "&"): readNamedCharacter()
        case UInt8(ascii: "$"): readFormula()
        default: readAddress()
        }
    }

    /// Whether a byte may begin something other than itself.
    static func isSpecial(_ byte: UInt8) -> Bool { specials[Int(byte)] }

    private static let specials: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in "\\`*_~|![]<&$hHwW".utf8 { table[Int(byte)] = true }
        return table
    }()

    // MARK: Nodes

    /// Adds what stands from `start` to `end`, behind the words before `index`.
    /// - Returns: Its node.
    @discardableResult
    mutating func append(_ kind: Node.Kind, _ start: Int, _ end: Int) -> Int {
        flush(upTo: index)
        nodes.append(Node(kind: kind, start: start, end: end))
        return nodes.count - 1
    }

    private mutating func flush(upTo position: Int) {
        guard position > textStart else { return }
        nodes.append(Node(kind: .text, start: textStart, end: position))
        textStart = position
    }

    private func result() -> [MarkdownInline] {
        var pieces: [MarkdownInline] = []
        pieces.reserveCapacity(nodes.count)
        for node in nodes {
            pieces += node.ends
            if node.end > node.start {
                let text = bytes[node.start..<node.end]
                pieces.append(node.kind == .code ? .code(text) : .text(text))
            }
            pieces += node.begins.reversed()
        }
        return pieces
    }
}
