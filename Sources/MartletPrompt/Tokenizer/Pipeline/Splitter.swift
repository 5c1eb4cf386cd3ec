/// A step that splits pieces of text further, named after the pre-tokenizer of Hugging Face tokenizers that it is.
enum Splitter: Sendable {
    /// White space out, and each punctuation mark a piece of its own (`BertPreTokenizer`).
    case bert
    /// White space out (`WhitespaceSplit`).
    case whiteSpace
    /// Runs of word scalars and runs of others that aren't white space (`Whitespace`).
    case words
    /// Digits apart from the rest (`Digits`).
    case digits(individually: Bool)
    /// Punctuation apart from the rest (`Punctuation`).
    case punctuation(SplitBehavior)
    /// Split at a literal text (`Split`, `CharDelimiterSplit`).
    case text([UInt8], SplitBehavior, isInverted: Bool)
    /// Split at matches (`Split`, `ByteLevel`).
    case pattern(SplitPattern, SplitBehavior, isInverted: Bool)
    /// Spaces become a mark, with one before the text, and the text is split before each (`Metaspace`).
    case mark([UInt8], PrefixScheme, splits: Bool)
    /// A space before each piece that has none (`ByteLevel`).
    case spacePrefix

    /// Which pieces get a mark before them.
    enum PrefixScheme: String, Hashable, Sendable {
        case always
        case first
        case never
    }

    /// Splits the pieces of `buffer`; `scratch` is memory that is kept from one text to the next.
    ///
    /// - Parameter isFirst: Whether the buffer's text begins the whole text.
    func apply(to buffer: inout PieceBuffer, isFirst: Bool, scratch: inout SplitterScratch) {
        switch self {
        case .bert: split(&buffer, &scratch) { Self.bert($0, $1, &$2) }
        case .whiteSpace: split(&buffer, &scratch) { Self.split($0, $1, &$2, .removed) { $0.contains(.whiteSpace) } }
        case .words: split(&buffer, &scratch) { Self.words($0, $1, &$2) }
        case .digits(let individually):
            split(&buffer, &scratch) {
                Self.split($0, $1, &$2, individually ? .isolated : .contiguous) { $0.contains(.digit) }
            }
        case .punctuation(let behavior):
            split(&buffer, &scratch) { Self.split($0, $1, &$2, behavior) { $0.contains(.punctuation) } }
        case .text(let separator, let behavior, let isInverted):
            split(&buffer, &scratch) { text, piece, output in
                var splitter = PieceSplitter(behavior, isInverted: isInverted)
                Self.find(separator, in: text, piece) { splitter.append($0, isMatch: $1) }
                splitter.finish(into: &output)
            }
        case .pattern(let pattern, let behavior, let isInverted):
            var scalars = scratch.scalars
            split(&buffer, &scratch) { text, piece, output in
                var splitter = PieceSplitter(behavior, isInverted: isInverted)
                scalars.replace(with: UnsafeRawBufferPointer(rebasing: text[piece]))
                let offsets = scalars.offsets
                pattern.forEachStretch(of: scalars) { range, isMatch in
                    let start = piece.lowerBound + offsets[range.lowerBound]
                    splitter.append(start..<(piece.lowerBound + offsets[range.upperBound]), isMatch: isMatch)
                }
                splitter.finish(into: &output)
            }
            scratch.scalars = scalars
        case .mark(let mark, let scheme, let splits):
            Self.mark(&buffer, &scratch, mark, scheme, splits: splits, isFirst: isFirst)
        case .spacePrefix: Self.prefix(&buffer, &scratch)
        }
    }

    /// Replaces each piece by those that `body` makes of it.
    private func split(
        _ buffer: inout PieceBuffer,
        _ scratch: inout SplitterScratch,
        _ body: (UnsafeRawBufferPointer, Range<Int>, inout [Range<Int>]) -> Void
    ) {
        swap(&buffer.pieces, &scratch.pieces)
        buffer.pieces.removeAll(keepingCapacity: true)
        buffer.bytes.withUnsafeBytes { text in
            for piece in scratch.pieces { body(text, piece, &buffer.pieces) }
        }
    }

    private static func bert(_ text: UnsafeRawBufferPointer, _ piece: Range<Int>, _ output: inout [Range<Int>]) {
        let tables = ReferenceTables.shared
        var start = piece.lowerBound
        var offset = start
        while offset < piece.upperBound {
            let begin = offset
            let byte = text[offset]
            let classes: ReferenceTables.Class
            if byte < 0x80 {
                offset &+= 1
                classes = tables.classes(of: UInt32(byte))
            } else {
                classes = tables.classes(of: UTF8Text.scalar(text, at: &offset))
            }
            guard !classes.isDisjoint(with: [.whiteSpace, .punctuation]) else { continue }
            if start < begin { output.append(start..<begin) }
            if classes.contains(.punctuation) { output.append(begin..<offset) }
            start = offset
        }
        if start < piece.upperBound { output.append(start..<piece.upperBound) }
    }

    private static func split(
        _ text: UnsafeRawBufferPointer,
        _ piece: Range<Int>,
        _ output: inout [Range<Int>],
        _ behavior: SplitBehavior,
        _ isSeparator: (ReferenceTables.Class) -> Bool
    ) {
        let tables = ReferenceTables.shared
        var splitter = PieceSplitter(behavior)
        var start = piece.lowerBound
        var offset = start
        while offset < piece.upperBound {
            let begin = offset
            guard isSeparator(tables.classes(of: UTF8Text.scalar(text, at: &offset))) else { continue }
            splitter.append(start..<begin, isMatch: false)
            splitter.append(begin..<offset, isMatch: true)
            start = offset
        }
        splitter.append(start..<piece.upperBound, isMatch: false)
        splitter.finish(into: &output)
    }

    private static func words(_ text: UnsafeRawBufferPointer, _ piece: Range<Int>, _ output: inout [Range<Int>]) {
        let tables = ReferenceTables.shared
        var start = piece.lowerBound
        var last: ReferenceTables.Class?
        var offset = start
        while offset < piece.upperBound {
            let begin = offset
            let classes = tables.classes(of: UTF8Text.scalar(text, at: &offset)).intersection([.word, .whiteSpace])
            if let last, last != classes {
                if last != .whiteSpace { output.append(start..<begin) }
                start = begin
            }
            last = classes
        }
        if let last, last != .whiteSpace { output.append(start..<piece.upperBound) }
    }

    /// Calls `body` with each place of `needle` in a piece, and with what lies between.
    static func find(
        _ needle: [UInt8],
        in text: UnsafeRawBufferPointer,
        _ piece: Range<Int>,
        _ body: (Range<Int>, Bool) -> Void
    ) {
        var start = piece.lowerBound
        var offset = start
        while !needle.isEmpty, offset + needle.count <= piece.upperBound {
            if text[offset] == needle[0], text[offset..<(offset + needle.count)].elementsEqual(needle) {
                body(start..<offset, false)
                body(offset..<(offset + needle.count), true)
                offset += needle.count
                start = offset
            } else {
                offset += 1
            }
        }
        body(start..<piece.upperBound, false)
    }

    private static func mark(
        _ buffer: inout PieceBuffer,
        _ scratch: inout SplitterScratch,
        _ mark: [UInt8],
        _ scheme: PrefixScheme,
        splits: Bool,
        isFirst: Bool
    ) {
        scratch.bytes.removeAll(keepingCapacity: true)
        scratch.pieces.removeAll(keepingCapacity: true)
        buffer.bytes.withUnsafeBytes { text in
            for piece in buffer.pieces {
                var start = scratch.bytes.count
                let isMarked = text[piece].first == 0x20 || text[piece].starts(with: mark)
                let isWanted = scheme == .always || (scheme == .first && isFirst && piece.lowerBound == 0)
                if isWanted, !isMarked { scratch.bytes += mark }
                for offset in piece {
                    let isSpace = text[offset] == 0x20
                    let begins =
                        isSpace
                        || (text[offset] == mark[0] && text[offset..<piece.upperBound].starts(with: mark))
                    if splits, begins, scratch.bytes.count > start {
                        scratch.pieces.append(start..<scratch.bytes.count)
                        start = scratch.bytes.count
                    }
                    if isSpace { scratch.bytes += mark } else { scratch.bytes.append(text[offset]) }
                }
                if start < scratch.bytes.count { scratch.pieces.append(start..<scratch.bytes.count) }
            }
        }
        swap(&buffer.bytes, &scratch.bytes)
        swap(&buffer.pieces, &scratch.pieces)
    }

    private static func prefix(_ buffer: inout PieceBuffer, _ scratch: inout SplitterScratch) {
        scratch.bytes.removeAll(keepingCapacity: true)
        for index in buffer.pieces.indices {
            let piece = buffer.pieces[index]
            let start = scratch.bytes.count
            if buffer.bytes[piece].first != 0x20 { scratch.bytes.append(0x20) }
            scratch.bytes += buffer.bytes[piece]
            buffer.pieces[index] = start..<scratch.bytes.count
        }
        swap(&buffer.bytes, &scratch.bytes)
    }
}

/// Memory for splitting that is kept from one text to the next.
struct SplitterScratch {
    var bytes: [UInt8] = []
    var pieces: [Range<Int>] = []
    var scalars = ScalarText()
}
