/// Which records are meant: those with these identifiers, if any are given, that the filter accepts, if there is one.
public struct VectorSelection: Sendable, Hashable {
    /// Identifiers; nil for those of all records.
    public var ids: [String]?
    /// What metadata and text must be like; nil accepts all.
    public var filter: VectorFilter?
    /// Records passed over.
    public var offset: Int
    /// The most records; nil for all.
    public var limit: Int?

    /// Makes a selection; without arguments, everything.
    public init(ids: [String]? = nil, filter: VectorFilter? = nil, offset: Int = 0, limit: Int? = nil) {
        self.ids = ids
        self.filter = filter
        self.offset = offset
        self.limit = limit
    }

    /// Every record of a collection.
    public static let everything = VectorSelection()
}

/// What the best matches are wanted for.
public struct VectorQuery: Sendable, Hashable {
    /// The vector to be near to; nil ranks by words alone.
    public var vector: [Float]?
    /// Words to rank by as well (BM25), fused with the vector's ranks where there is one; nil ranks by the vector alone.
    ///
    /// A store that can't rank by words leaves them out of account when there is a vector.
    public var words: String?
    /// What records must be like to be looked at, before any ranking.
    public var selection: VectorSelection
    /// The most matches.
    public var count: Int
    /// Which parts of the records are wanted.
    public var fields: VectorFields

    /// Makes a query.
    public init(
        vector: [Float]?,
        words: String? = nil,
        selection: VectorSelection = .everything,
        count: Int = 10,
        fields: VectorFields = [.text, .metadata]
    ) {
        self.vector = vector
        self.words = words
        self.selection = selection
        self.count = count
        self.fields = fields
    }
}

/// A record that fits a query.
public struct VectorMatch: Sendable, Hashable {
    /// The record, with the fields that were asked for.
    public var record: VectorRecord
    /// Its distance by the collection's measure; nil where no vector was asked with, or only words found it.
    public var distance: Float?
    /// What the matches are in the order of, the greater the better: the negative distance, BM25, or both ranks fused.
    public var score: Double

    /// Makes a match.
    public init(record: VectorRecord, distance: Float?, score: Double) {
        self.record = record
        self.distance = distance
        self.score = score
    }
}

/// What a record's metadata and text must be like.
///
/// A comparison with a field that a record lacks, or of another type, is false, and its negation (`notEqual`, `noneOf`) true.
public indirect enum VectorFilter: Sendable, Hashable {
    /// All of these; none is true.
    case all([VectorFilter])
    /// At least one of these; none is false.
    case any([VectorFilter])
    /// The opposite.
    case not(VectorFilter)
    /// A field's value is this string, number or truth value, or a list that holds it.
    case equal(String, JSONValue)
    /// It isn't.
    case notEqual(String, JSONValue)
    /// A number is less.
    case less(String, Double)
    /// A number is less or the same.
    case lessOrEqual(String, Double)
    /// A number is greater.
    case greater(String, Double)
    /// A number is greater or the same.
    case greaterOrEqual(String, Double)
    /// A field's value is one of these, or a list that holds one of these.
    case oneOf(String, [JSONValue])
    /// It is none of these.
    case noneOf(String, [JSONValue])
    /// The field is there, or is not.
    case exists(String, Bool)
    /// The text holds these characters, upper and lower case told apart.
    case textContains(String)
    /// The text matches this regular expression.
    case textMatches(String)
}
