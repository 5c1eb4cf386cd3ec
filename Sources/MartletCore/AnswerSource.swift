/// A document's passage that an answer rests on.
public struct AnswerSource: Sendable, Hashable, Codable {
    /// Where in its document a passage stands.
    public enum Place: Sendable, Hashable, Codable {
        /// Lines, counted from 1.
        case lines(ClosedRange<Int>)
        /// A page, counted from 1.
        case page(Int)
    }

    /// How sure it is that the answer comes from there.
    public enum Standing: String, Sendable, Hashable, Codable {
        /// The answer names it, by its number.
        case named
        /// The answer says what it says.
        case matched
        /// It fits the question; the answer may come from elsewhere.
        case related
    }

    /// The number by which the answer names it.
    public var number: Int
    /// The document's title.
    public var title: String
    /// The document's path or address.
    public var location: String
    /// The headings above the passage, outermost first.
    public var headings: [String]
    /// Where in the document it stands, where that is known.
    public var place: Place?
    /// How sure it is that the answer comes from there.
    public var standing: Standing
    /// The marks in the answer that name it, as ranges of Unicode scalars.
    public var marks: [Range<Int>]

    /// Makes a source.
    public init(
        number: Int,
        title: String,
        location: String,
        headings: [String] = [],
        place: Place? = nil,
        standing: Standing = .named,
        marks: [Range<Int>] = []
    ) {
        self.number = number
        self.title = title
        self.location = location
        self.headings = headings
        self.place = place
        self.standing = standing
        self.marks = marks
    }
}
