import MartletCore

/// A request to `/v1/completions`, read and checked.
///
/// Beside the model's own fields it knows those of ``ChatCompletionRequest`` that choose tokens, bound the answer or say
/// who asks; `cache_prompt`, `metadata` and `store` are accepted and without effect.
struct CompletionRequest {
    /// What is to be continued.
    enum Prompt: Sendable {
        case text(String)
        case tokens([TokenID])
    }

    /// The prompts, at least one.
    var prompts: [Prompt]
    /// What the model is asked, for whichever prompt.
    var generation: GenerationRequest
    /// How many continuations of each prompt are answered.
    var choiceCount: Int
    /// How many are generated, of which the likeliest are answered.
    var candidateCount: Int
    /// Whether the answers begin with their prompts.
    var echoes: Bool
    /// Whether tokens' scores are wanted.
    var includesScores: Bool
    /// Whether the answer comes as a stream.
    var isStream: Bool
    /// Whether a stream ends with the usage.
    var includesUsage: Bool
    /// The end user, urgency and time.
    var service: ServiceFields

    private static let tokenCountLimit = 1 << 20
    private static let token = ValueKind.integer(in: 0...Int(Int32.max) - 1)

    /// Reads a body.
    init(_ fields: RequestFields, defaults: SamplingOptions, limits: APILimits) throws(RequestFault) {
        _ = try fields.value(GenerationFields.model)
        prompts = try Self.readPrompts(fields, limits: limits)
        isStream = try fields.value(GenerationFields.stream) ?? false
        includesUsage = try GenerationFields.readStreamOptions(fields, isStream: isStream)
        generation = GenerationRequest(.text(""))
        generation.contextOverflow = .fail
        generation.sampling = try SamplingFields.read(fields, defaults: defaults, limits: limits)
        generation.maximumTokenCount = try fields.value(GenerationFields.limit("max_tokens", atLeast: 0)) ?? 16
        generation.stopStrings = try fields.value(GenerationFields.stop(limits)) ?? []
        generation.constraint = try FormatFields.readChat(fields)
        choiceCount = try fields.value(Field("n", .integer(in: 1...limits.choiceCount))) ?? 1
        let bestOf = try fields.value(Field("best_of", .integer(in: 1...limits.choiceCount)))
        candidateCount = bestOf ?? choiceCount
        echoes = try fields.value(Field("echo", .flag)) ?? false
        let alternatives = try fields.value(Field("logprobs", .integer(in: 0...20)))
        includesScores = alternatives != nil
        service = try GenerationFields.readService(fields, isStream: isStream, into: &generation)
        if try fields.value(Field("suffix", .text())) ?? "" != "" {
            throw RequestFault(.unsupported, "suffix", "'suffix' is not supported: text is continued at its end only.")
        }
        fields.accept("cache_prompt")
        try fields.finish()
        try check(limits)
        generation.alternativeCount = alternatives ?? (candidateCount > choiceCount ? 0 : nil)
        generation.scoresPrompt = echoes && includesScores
    }

    private func check(_ limits: APILimits) throws(RequestFault) {
        guard candidateCount >= choiceCount else {
            throw RequestFault(.wrongValue, "best_of", "'best_of' must be at least 'n', which is \(choiceCount).")
        }
        guard candidateCount == choiceCount || !isStream else {
            throw RequestFault(
                .wrongValue,
                "best_of",
                "'best_of' above 'n' can't be streamed: the best is known at the end."
            )
        }
        guard prompts.count * candidateCount <= limits.choiceCount else {
            let message =
                "The prompts and 'n' or 'best_of' make more than \(limits.choiceCount) answers; ask for fewer."
            throw RequestFault(.longArray, "prompt", message)
        }
    }

    /// A text, texts, tokens, or arrays of tokens.
    private static func readPrompts(_ fields: RequestFields, limits: APILimits) throws(RequestFault) -> [Prompt] {
        let expectation = "a string, an array of strings, an array of tokens or an array of arrays of tokens"
        guard let value = fields.raw("prompt") else {
            throw RequestFault(.missing, "prompt", "'prompt' is missing; it must be \(expectation).")
        }
        switch value {
        case .string(let text): return [.text(text)]
        case .array(let elements):
            guard let first = elements.first else {
                throw RequestFault(.emptyArray, "prompt", "'prompt' must not be an empty array.")
            }
            switch first {
            case .string:
                return try ValueKind.array(1...limits.choiceCount, of: ValueKind<String>.text()).read(value, "prompt")
                    .map { .text($0) }
            case .array:
                let rows = try ValueKind<[JSONValue]>.array(1...limits.choiceCount).read(value, "prompt")
                var prompts: [Prompt] = []
                for (index, row) in rows.enumerated() { prompts.append(try tokens(row, "prompt[\(index)]")) }
                return prompts
            default: return [try tokens(value, "prompt")]
            }
        default: throw ValueKind<[Prompt]>.wrongType(value, "prompt", expectation)
        }
    }

    private static func tokens(_ value: JSONValue, _ place: String) throws(RequestFault) -> Prompt {
        let tokens = try ValueKind.array(1...tokenCountLimit, of: token).read(value, place)
        return .tokens(tokens.map { TokenID(Int32($0)) })
    }
}
