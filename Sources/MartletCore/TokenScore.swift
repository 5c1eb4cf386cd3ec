/// A token of a prompt or an answer, and how likely the model found it.
public struct TokenScore: Sendable, Hashable {
    /// A token that could stand at this place.
    public struct Candidate: Sendable, Hashable {
        /// The token.
        public var token: TokenID
        /// Its bytes; a token may be a part of a character.
        public var bytes: [UInt8]
        /// Natural logarithm of its probability under the model's own scores, before any sampling option.
        public var logProbability: Float

        /// Makes a candidate.
        public init(token: TokenID, bytes: [UInt8], logProbability: Float) {
            self.token = token
            self.bytes = bytes
            self.logProbability = logProbability
        }
    }

    /// The token that stands there; its probability is nil for a prompt's first token, which nothing predicts.
    public var token: TokenID
    /// Its bytes.
    public var bytes: [UInt8]
    /// Natural logarithm of its probability.
    public var logProbability: Float?
    /// The most likely tokens at this place, best first, as many as were asked for.
    public var alternatives: [Candidate]

    /// Makes a score.
    public init(token: TokenID, bytes: [UInt8], logProbability: Float?, alternatives: [Candidate] = []) {
        self.token = token
        self.bytes = bytes
        self.logProbability = logProbability
        self.alternatives = alternatives
    }
}
