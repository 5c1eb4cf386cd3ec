/// An encoder's shape, as its file says it.
public struct EncoderConfiguration: Sendable, Hashable {
    /// The family.
    public let architecture: EncoderArchitecture
    /// Layers, L.
    public let layerCount: Int
    /// Width of a row, D.
    public let width: Int
    /// Heads, H.
    public let headCount: Int
    /// Width of a head, d.
    public let headWidth: Int
    /// Width of the feed-forward part's inside, F.
    public let feedForwardWidth: Int
    /// Tokens, V.
    public let vocabularyCount: Int
    /// The longest text, in tokens.
    public let contextLength: Int
    /// Kinds of segment that tokens may belong to; 0 where the family has none.
    public let tokenTypeCount: Int
    /// Added to the variance under a norm's root.
    public let normEpsilon: Float
    /// Factor of attention's scores.
    public let attentionScale: Float
    /// How a text's rows become one vector, where the file says so.
    public let pooling: PoolingKind?
    /// Rotary positions, where the family has them.
    public let rotary: RotaryEmbedding?
    /// Buckets of distances that share a bias, where the family has them.
    public let relativeBucketCount: Int
    let feedForward: EncoderFeedForward
}

/// How the rows of a text become one vector.
public enum PoolingKind: String, Sendable, Hashable, CaseIterable {
    /// The mean of the rows that count.
    case mean
    /// The first row, of `[CLS]` or `<s>`.
    case first = "cls"
    /// The last row.
    case last
    /// The first row through a classifier: a score for a pair of texts.
    case rank

    /// The kind behind GGUF's `pooling_type`; nil for "none".
    ///
    /// - SeeAlso: `enum llama_pooling_type` of llama.cpp, whose numbers the files carry.
    public init?(number: Int) {
        switch number {
        case 1: self = .mean
        case 2: self = .first
        case 3: self = .last
        case 4: self = .rank
        default: return nil
        }
    }

    /// GGUF's `pooling_type`.
    public var number: Int {
        switch self {
        case .mean: 1
        case .first: 2
        case .last: 3
        case .rank: 4
        }
    }
}
