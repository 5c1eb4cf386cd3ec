import MartletCore

/// A request to `/v1/completions`, read and checked.
///
/// Beside the model's own fields it knows those of ``ChatCompletionRequest`` that choose tokens, bound the answer or say
/// who asks; `cache_prompt`, `metadata` and `store` are accepted and without effect.
struct CompletionRequest {
    /// The prompts, at least one.
    var prompts: [TextOrTokens]
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

    /// Reads a body.
    init(_ fields: RequestFields, defaults: SamplingOptions, limits: APILimits) throws(RequestFault) {
        _ = try fields.value(GenerationFields.model)
        prompts = try TextOrTokens.read(fields, "prompt", upTo: limits.choiceCount)
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
}
