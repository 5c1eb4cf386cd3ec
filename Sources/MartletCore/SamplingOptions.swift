/// How the next token is chosen from the model's scores.
///
/// The steps run in the order of the properties, penalties first and temperature last, as users of other engines expect.
/// A step at its neutral value does nothing.
public struct SamplingOptions: Sendable, Hashable {
    /// Added to the named tokens' scores before anything else; `-infinity` bans a token.
    public var logitBias: [TokenID: Float] = [:]
    /// Penalties for what has been said already.
    public var penalties = Penalties()
    /// Penalty that grows with the length of a repeated sequence.
    public var dry = DRY()
    /// Keep the k best tokens; 0 keeps all.
    public var topK = 40
    /// Locally typical sampling's share of probability; 1 keeps all.
    public var typicalP: Float = 1
    /// Keep the smallest set of best tokens whose probabilities reach this sum; 1 keeps all.
    public var topP: Float = 0.95
    /// Keep tokens at least this likely relative to the best; 0 keeps all.
    public var minP: Float = 0.05
    /// Exclude top choices: drops the most likely tokens now and then.
    public var xtc = XTC()
    /// Divides the scores before the draw; 0 is greedy, the best token always.
    public var temperature: Float = 0.8
    /// Seed of the draw: the same seed, prompt and model give the same text; nil draws one.
    public var seed: UInt64?
    /// No sequence of this many tokens comes twice; 0 is off.
    public var noRepeatNGramSize = 0
    /// Several hypotheses kept side by side instead of one sequence.
    public var beams: BeamSearch?

    /// The defaults that users of other engines know.
    public init() {}

    /// The best token at every step.
    public static var greedy: SamplingOptions {
        var options = SamplingOptions()
        options.temperature = 0
        return options
    }

    /// Penalties for tokens in the recent text.
    public struct Penalties: Sendable, Hashable {
        /// How many recent tokens count; 0 turns all three off.
        public var window = 64
        /// Divides positive and multiplies negative scores of seen tokens; 1 is off.
        public var repetition: Float = 1
        /// Subtracted once for each occurrence; 0 is off.
        public var frequency: Float = 0
        /// Subtracted once from each seen token; 0 is off.
        public var presence: Float = 0

        /// All penalties off.
        public init() {}
    }

    /// "Don't repeat yourself": a penalty of `multiplier * base^(n - allowedLength)` on a token that would extend
    /// a repeat of n tokens.
    public struct DRY: Sendable, Hashable {
        /// Strength; 0 is off.
        public var multiplier: Float = 0
        /// Growth with each further repeated token.
        public var base: Float = 1.75
        /// Repeats up to this many tokens cost nothing.
        public var allowedLength = 2
        /// How many recent tokens are searched; nil is all.
        public var window: Int?
        /// Texts that a repeat never reaches across.
        public var sequenceBreakers: [String] = ["\n", ":", "\"", "*"]

        /// Off.
        public init() {}
    }

    /// "Exclude top choices": with `probability`, drops every token above `threshold` but the least likely of them.
    public struct XTC: Sendable, Hashable {
        /// Chance that the step runs; 0 is off.
        public var probability: Float = 0
        /// Only tokens at least this likely are dropped.
        public var threshold: Float = 0.1

        /// Off.
        public init() {}
    }

    /// Beam search, sampled or not, as ruDialoGPT's users run it.
    public struct BeamSearch: Sendable, Hashable {
        /// Hypotheses kept side by side, at least 1.
        public var width: Int
        /// Whether continuations are drawn rather than the best ones taken.
        public var isSampled: Bool
        /// Finished hypotheses are ranked by `score / length^lengthPenalty`; negative favours short ones.
        public var lengthPenalty: Float
        /// How many of the best hypotheses one is drawn from at the end; 1 takes the best.
        public var returnedCount: Int

        /// Makes a setting; see the properties.
        public init(width: Int, isSampled: Bool = false, lengthPenalty: Float = 1, returnedCount: Int = 1) {
            self.width = width
            self.isSampled = isSampled
            self.lengthPenalty = lengthPenalty
            self.returnedCount = returnedCount
        }
    }
}
