import ArgumentParser
import MartletCore

/// How answers are generated; every option that is not given keeps the model's or Martlet's default.
struct GenerationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Generate at most this many tokens.", valueName: "n"))
    var maxTokens: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Randomness; 0 always takes the likeliest token.", valueName: "t")
    )
    var temperature: Float?

    @Option(help: ArgumentHelp("Keep the likeliest tokens up to this share of probability.", valueName: "p"))
    var topP: Float?

    @Option(help: ArgumentHelp("Keep the k likeliest tokens; 0 keeps all.", valueName: "k"))
    var topK: Int?

    @Option(help: ArgumentHelp("Keep tokens at least this likely relative to the likeliest.", valueName: "p"))
    var minP: Float?

    @Option(help: ArgumentHelp("Locally typical sampling; 1 is off.", valueName: "p"))
    var typicalP: Float?

    @Option(help: ArgumentHelp("Penalty for tokens in the recent text; 1 is off.", valueName: "x"))
    var repetitionPenalty: Float?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Penalty for each occurrence of a token in the recent text.", valueName: "x")
    )
    var frequencyPenalty: Float?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Penalty for any occurrence of a token in the recent text.", valueName: "x")
    )
    var presencePenalty: Float?

    @Option(help: ArgumentHelp("How many recent tokens the penalties look at.", valueName: "n"))
    var penaltyWindow: Int?

    @Option(help: ArgumentHelp("Strength of the penalty on repeated sequences (DRY); 0 is off.", valueName: "x"))
    var dryMultiplier: Float?

    @Option(help: ArgumentHelp("Chance that the top choices are excluded (XTC); 0 is off.", valueName: "p"))
    var xtcProbability: Float?

    @Option(help: ArgumentHelp("Only tokens likelier than this are excluded by XTC.", valueName: "p"))
    var xtcThreshold: Float?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Added to a token's score before all else; -inf bans it.", valueName: "token=bias")
    )
    var logitBias: [LogitBias] = []

    @Option(help: ArgumentHelp("The same seed gives the same answer.", valueName: "n"))
    var seed: UInt64?

    @Option(
        name: .customLong("stop"),
        parsing: .singleValue,
        help: ArgumentHelp("End before this text; may be repeated.", valueName: "text")
    )
    var stopStrings: [String] = []

    @Option(help: ArgumentHelp("No sequence of this many tokens comes twice; 0 is off.", valueName: "n"))
    var noRepeatNgram: Int?

    @Option(help: ArgumentHelp("Hypotheses of a beam search, instead of one sequence.", valueName: "n"))
    var beams: Int?

    @Flag(help: "Draw the beams' continuations instead of taking the best.")
    var sampleBeams = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Beams are ranked by score / length^p; negative favours short ones.", valueName: "p")
    )
    var lengthPenalty: Float?

    @Option(help: ArgumentHelp("Draw the answer from this many of the best beams.", valueName: "n"))
    var returnedBeams: Int?

    mutating func validate() throws {
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens must be at least 1.") }
        if let beams, !(1...64).contains(beams) { throw ValidationError("--beams must be 1 to 64.") }
        guard beams != nil || !(sampleBeams || lengthPenalty != nil || returnedBeams != nil) else {
            throw ValidationError("--sample-beams, --length-penalty and --returned-beams need --beams N.")
        }
    }

    /// The options that were given, over `defaults`.
    func sampling(over defaults: SamplingOptions) -> SamplingOptions {
        var options = defaults
        if let temperature { options.temperature = temperature }
        if let topP { options.topP = topP }
        if let topK { options.topK = topK }
        if let minP { options.minP = minP }
        if let typicalP { options.typicalP = typicalP }
        if let repetitionPenalty { options.penalties.repetition = repetitionPenalty }
        if let frequencyPenalty { options.penalties.frequency = frequencyPenalty }
        if let presencePenalty { options.penalties.presence = presencePenalty }
        if let penaltyWindow { options.penalties.window = penaltyWindow }
        if let dryMultiplier { options.dry.multiplier = dryMultiplier }
        if let xtcProbability { options.xtc.probability = xtcProbability }
        if let xtcThreshold { options.xtc.threshold = xtcThreshold }
        for bias in logitBias { options.logitBias[bias.token] = bias.value }
        if let seed { options.seed = seed }
        if let noRepeatNgram { options.noRepeatNGramSize = noRepeatNgram }
        if let beams {
            options.beams = SamplingOptions.BeamSearch(
                width: beams,
                isSampled: sampleBeams,
                lengthPenalty: lengthPenalty ?? 1,
                returnedCount: returnedBeams ?? 1
            )
        }
        return options
    }

    /// `TOKEN=BIAS` on the command line.
    struct LogitBias: ExpressibleByArgument {
        let token: TokenID
        let value: Float

        init?(argument: String) {
            let parts = argument.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let token = Int32(parts[0]), token >= 0, let value = Float(parts[1]),
                !value.isNaN
            else { return nil }
            self.token = TokenID(token)
            self.value = value
        }
    }
}
