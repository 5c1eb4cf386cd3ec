import MartletCore

/// Cuts documents into passages of about the same size, at the places where that hurts least.
///
/// A passage never reaches across a heading; code between fences stays whole, or gets fences of its own where one passage can't
/// hold it; a cut table gets its heads again. The same document gives the same passages with the same identifiers.
public struct DocumentSplitter: Sendable, CustomStringConvertible {
    /// How long passages are.
    public enum Size: Sendable {
        /// Characters.
        case characters(Int)
        /// Tokens, as the function counts them.
        case tokens(Int, count: @Sendable (String) -> Int)

        var limit: Int {
            switch self {
            case .characters(let count), .tokens(let count, _): count
            }
        }

        func measure(_ text: some StringProtocol) -> Int {
            switch self {
            case .characters: text.count
            case .tokens(_, let count): count(String(text))
            }
        }
    }

    /// The longest passage.
    public var size: Size
    /// How much of a passage's end the next one begins with, in the same unit.
    public var overlap: Int

    /// Makes a splitter.
    /// - Parameters:
    ///   - size: At least 40.
    ///   - overlap: Less than half the size; more is cut to that.
    public init(size: Size = .characters(900), overlap: Int = 120) {
        precondition(size.limit >= 40, "passages are too short to mean anything")
        self.size = size
        self.overlap = min(max(0, overlap), size.limit / 2)
    }

    /// How it cuts, in short: `900+120` are 900 characters of which 120 may be the end of the passage before, `200t+26` tokens.
    public var description: String {
        switch size {
        case .characters(let count): "\(count)+\(overlap)"
        case .tokens(let count, _): "\(count)t+\(overlap)"
        }
    }

    /// The passages of a document, in its order.
    public func passages(of document: KnowledgeDocument) -> [Passage] {
        let outline = document.outline
        var passages: [Passage] = []
        var seen: [String: Int] = [:]
        for pack in packs(of: outline.blocks) {
            guard let first = pack.first, let last = pack.last else { continue }
            let text = pack.map(\.text).joined(separator: "\n\n")
            var headings = first.headings
            let title = outline.title ?? document.name
            // The outermost heading is most often the title itself.
            if headings.first == title { headings.removeFirst() }
            let key = ([document.location] + first.headings + [text]).joined(separator: "\u{0}")
            let hash = KnowledgeDocument.fingerprint(of: Array(key.utf8))
            let occurrence = seen[hash, default: 0]
            seen[hash] = occurrence + 1
            passages.append(
                Passage(
                    id: occurrence == 0 ? hash : "\(hash)-\(occurrence)",
                    location: document.location,
                    title: title,
                    headings: headings,
                    place: first.page.map { .page($0) }
                        ?? .lines(first.lines.lowerBound...max(first.lines.lowerBound, last.lines.upperBound)),
                    text: text
                )
            )
        }
        return passages
    }

    /// The empty line between two pieces.
    private static let separatorLength = 2

    /// Pieces that make a passage together.
    private func packs(of blocks: [DocumentBlock]) -> [[DocumentBlock]] {
        var packs: [[DocumentBlock]] = []
        var pack: [DocumentBlock] = []
        var length = 0
        for piece in blocks.flatMap({ BlockCutter(size: size, overlap: overlap).pieces(of: $0) }) {
            let pieceLength = size.measure(piece.text) + Self.separatorLength
            if let last = pack.last {
                let isOther = last.section != piece.section || last.page != piece.page
                if isOther || length + pieceLength > size.limit {
                    packs.append(pack)
                    pack = isOther ? [] : repeated(last, besides: pieceLength)
                    length = pack.reduce(0) { $0 + size.measure($1.text) }
                }
            }
            pack.append(piece)
            length += pieceLength
        }
        return pack.isEmpty ? packs : packs + [pack]
    }

    /// The last sentences of a piece, as far as they fit the overlap and leave room for what follows.
    private func repeated(_ piece: DocumentBlock, besides length: Int) -> [DocumentBlock] {
        guard piece.kind == .prose else { return [] }
        let room = min(overlap, size.limit - length)
        var kept: [Substring] = []
        var left = room
        for sentence in SentenceCutter.sentences(of: piece.text).reversed() {
            left -= size.measure(sentence)
            guard left >= 0 else { break }
            kept.insert(sentence, at: 0)
        }
        let text = kept.map { String($0) }.joined().trimmingWhitespace()
        guard !text.isEmpty else { return [] }
        var end = piece
        end.text = text
        let lineCount = text.count(where: \.isNewline)
        end.lines = max(piece.lines.lowerBound, piece.lines.upperBound - lineCount)...piece.lines.upperBound
        return [end]
    }
}
