/// How one server's way of speaking OpenAI's language differs from another's, as data.
public struct OpenAIDialect: Sendable, Hashable {
    /// A sampling option that OpenAI's own interface lacks.
    public enum SamplingField: Sendable, Hashable, CaseIterable {
        case topK, minP, typicalP, repetitionPenalty, penaltyWindow
        case xtcProbability, xtcThreshold
        case dryMultiplier, dryBase, dryAllowedLength
    }

    /// The server's name in configurations and messages.
    public var name: String
    /// Where it is, if it is at one place for everybody.
    public var standardBaseURL: String?
    /// The environment variable in which people keep its key.
    public var keyVariable: String
    /// Whether it answers nobody without a key.
    public var needsKey = false
    /// The field of the most tokens to generate.
    ///
    /// Where it is refused, the other of `max_tokens` and `max_completion_tokens` takes its place.
    public var tokenLimitField = "max_tokens"
    /// Whether `stream_options` asks for the count of tokens; taken back where the server refuses it.
    public var asksForUsage = true
    /// The most stop strings that it takes; the rest is watched for here.
    public var maximumStopCount = 4
    /// The field of the seed.
    public var seedField: String? = "seed"
    /// Whether temperature 1 and top-p 1 are said, because the server has other defaults.
    public var saysNeutralSampling = true
    /// Whether it takes `presence_penalty` and `frequency_penalty`.
    public var takesPenalties = true
    /// Whether it takes `logit_bias`.
    public var takesLogitBias = true
    /// Whether it takes `logprobs` for chats.
    public var takesLogProbabilities = true
    /// The names of further sampling options; an option without a name is left out of requests.
    public var samplingFields: [SamplingField: String] = [:]
    /// The tool choice that makes the model call any tool.
    public var requiredToolChoice = "required"
    /// Whether a JSON Schema is a matter of `response_format`; where not, only that the answer is JSON can be asked for.
    public var takesSchemas = true
    /// The field of a grammar in GBNF.
    public var grammarField: String?
    /// The field of further variables for the chat template.
    public var templateVariablesField: String?
    /// The most texts of a request for vectors or ranks.
    public var maximumEncodedTextCount = 96
    /// Whether requests for vectors take `instruction`.
    public var takesInstructions = false
    /// Whether requests for vectors or ranks take `truncate`; where they don't, the server decides about long texts.
    public var takesTruncation = false
    /// How it ranks texts.
    public var rankShape = RankShape.probabilities
    /// Whether it tells which models it has.
    public var listsModels = true
    /// Whether it has models that chat.
    public var chats = true
    /// Whether `/completions` takes text as it stands.
    public var takesText = true
    /// Whether it takes tokens, too.
    public var takesTokens = false

    /// Makes a dialect that speaks like the common core of all servers.
    public init(name: String, keyVariable: String) {
        self.name = name
        self.keyVariable = keyVariable
    }
}
