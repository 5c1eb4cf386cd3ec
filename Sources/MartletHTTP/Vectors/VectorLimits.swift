/// Bounds of a single request about vectors, beside the body's size.
public struct VectorLimits: Sendable, Hashable {
    /// Records that are written at once.
    public var batchCount = 1000
    /// Vectors that are asked with at once.
    public var queryCount = 100
    /// Matches of one vector.
    public var matchCount = 10_000
    /// Records of one answer, matches of all its vectors together.
    public var answerRecordCount = 100_000
    /// Values of all vectors of one answer, 4 bytes each before they become text.
    public var answerValueCount = 8_000_000
    /// Values of a vector.
    public var width = 65_536
    /// Bytes of a record's identifier.
    public var idByteCount = 512
    /// Conditions of a filter.
    public var conditionCount = 1000

    /// The usual bounds.
    public init() {}
}
