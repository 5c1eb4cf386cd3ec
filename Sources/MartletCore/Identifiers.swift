/// A token's index in its model's vocabulary.
public struct TokenID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The index, at least 0 for every token that a tokenizer yields.
    public var rawValue: Int32

    /// Wraps an index; the vocabulary's bounds are the tokenizer's to check.
    public init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The index in decimal.
    public var description: String { "\(rawValue)" }

    /// Orders by index.
    public static func < (left: TokenID, right: TokenID) -> Bool {
        left.rawValue < right.rawValue
    }
}
