public import MartletCore

/// A piece of a document, short enough to be read at once.
public struct Passage: Sendable, Hashable {
    /// Its name in its collection: the same as long as its place and its words are.
    public var id: String
    /// Its document's path or address.
    public var location: String
    /// Its document's title.
    public var title: String
    /// The headings above it below the title, outermost first.
    public var headings: [String]
    /// Where in its document it stands.
    public var place: AnswerSource.Place?
    /// Its words.
    public var text: String

    /// Makes a passage.
    public init(
        id: String,
        location: String,
        title: String,
        headings: [String] = [],
        place: AnswerSource.Place? = nil,
        text: String
    ) {
        self.id = id
        self.location = location
        self.title = title
        self.headings = headings
        self.place = place
        self.text = text
    }

    /// What is embedded and ranked by words: title and headings say much of what a passage is about.
    public var searchText: String { heading + "\n\n" + text }

    /// Title and headings in one line.
    var heading: String {
        ([title] + headings).joined(separator: Self.separator).split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static let separator = " › "
}

extension Passage {
    /// The fields of a passage's record.
    enum Field {
        static let location = "location"
        static let fingerprint = "fingerprint"
        static let title = "title"
        static let headings = "headings"
        static let firstLine = "first_line"
        static let lastLine = "last_line"
        static let page = "page"
    }

    /// The passage as a store keeps it.
    /// - Parameter fingerprint: Its document's.
    func record(vector: [Float], fingerprint: String) -> VectorRecord {
        var metadata: JSONObject = [
            Field.location: .string(location), Field.fingerprint: .string(fingerprint), Field.title: .string(title),
        ]
        if !headings.isEmpty { metadata[Field.headings] = .array(headings.map { .string($0) }) }
        switch place {
        case .lines(let lines):
            metadata[Field.firstLine] = .integer(Int64(lines.lowerBound))
            metadata[Field.lastLine] = .integer(Int64(lines.upperBound))
        case .page(let page): metadata[Field.page] = .integer(Int64(page))
        case nil: break
        }
        return VectorRecord(id: id, vector: vector, text: searchText, metadata: metadata)
    }

    /// The passage of a record; whatever put it there, its text is a passage.
    init(_ record: VectorRecord) {
        let metadata = record.metadata
        id = record.id
        location = metadata[Field.location]?.string ?? metadata["source"]?.string ?? record.id
        title = metadata[Field.title]?.string ?? location
        headings = metadata[Field.headings]?.array?.compactMap(\.string) ?? []
        if let page = metadata[Field.page]?.integer {
            place = .page(Int(page))
        } else if let first = metadata[Field.firstLine]?.integer, let last = metadata[Field.lastLine]?.integer,
            first <= last
        {
            place = .lines(Int(first)...Int(last))
        }
        text = record.text ?? ""
        let head = heading + "\n\n"
        if text.hasPrefix(head) { text.removeFirst(head.count) }
    }
}
