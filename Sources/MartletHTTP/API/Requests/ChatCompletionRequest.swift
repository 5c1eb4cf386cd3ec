import MartletCore

/// A request to `/v1/chat/completions`, read and checked.
///
/// Accepted and without effect, because no answer depends on them: `store`, `metadata`, `verbosity`, `prediction`,
/// `prompt_cache_retention`, `prompt_cache_options`, `cache_prompt`, `stream_options.include_obfuscation`. Other fields that
/// are unknown here are refused, so that no option is dropped in silence.
struct ChatCompletionRequest {
    /// What the model is asked, for the first choice.
    var generation: GenerationRequest
    /// How many answers are wanted.
    var choiceCount: Int
    /// Whether they come as a stream.
    var isStream: Bool
    /// Whether a stream ends with the usage.
    var includesUsage: Bool
    /// Whether tokens' scores are wanted.
    var includesScores: Bool
    /// The end user, urgency and time.
    var service: ServiceFields

    /// What a model is told to spend on thinking.
    enum ReasoningEffort: String, CaseIterable {
        case none, minimal, low, medium, high, xhigh, max
    }

    private enum Modality: String, CaseIterable {
        case text
    }

    private enum Verbosity: String, CaseIterable {
        case low, medium, high
    }

    /// Reads a body.
    init(_ fields: RequestFields, defaults: SamplingOptions, limits: APILimits) throws(RequestFault) {
        _ = try fields.value(GenerationFields.model)
        isStream = try fields.value(GenerationFields.stream) ?? false
        includesUsage = try GenerationFields.readStreamOptions(fields, isStream: isStream)
        generation = GenerationRequest(.messages(try MessageFields.read(fields, limits: limits)))
        generation.contextOverflow = .fail
        generation.sampling = try SamplingFields.read(fields, defaults: defaults, limits: limits)
        generation.maximumTokenCount = try Self.readLimit(fields)
        generation.stopStrings = try fields.value(GenerationFields.stop(limits)) ?? []
        choiceCount = try fields.value(Field("n", .integer(in: 1...limits.choiceCount))) ?? 1
        includesScores = try fields.value(Field("logprobs", .flag)) ?? false
        let alternatives = try fields.value(Field("top_logprobs", .integer(in: 0...20)))
        if alternatives != nil, !includesScores {
            throw RequestFault(.wrongValue, "top_logprobs", "'top_logprobs' needs 'logprobs': true.")
        }
        generation.alternativeCount = includesScores ? alternatives ?? 0 : nil
        generation.constraint = try FormatFields.readChat(fields)
        try ToolFields.read(fields, isNested: true, limits: limits, into: &generation)
        generation.templateVariables = try Self.readTemplateVariables(fields)
        service = try GenerationFields.readService(fields, isStream: isStream, into: &generation)
        try Self.refuseForeign(fields)
        try fields.finish()
    }

    private static func readLimit(_ fields: RequestFields) throws(RequestFault) -> Int? {
        let old = try fields.value(GenerationFields.limit("max_tokens"))
        let current = try fields.value(GenerationFields.limit("max_completion_tokens"))
        if let old, let current, old != current {
            let message = "'max_tokens' and 'max_completion_tokens' differ; give one of them."
            throw RequestFault(.wrongValue, "max_tokens", message)
        }
        return current ?? old
    }

    private static func readTemplateVariables(_ fields: RequestFields) throws(RequestFault) -> JSONObject {
        var variables = try fields.value(GenerationFields.templateVariables) ?? [:]
        if let effort = try fields.value(Field("reasoning_effort", ValueKind<ReasoningEffort>.choice())) {
            variables.merge(effort.templateVariables)
        }
        return variables
    }

    private static func refuseForeign(_ fields: RequestFields) throws(RequestFault) {
        try fields.refuse("functions", "Give them as 'tools'.")
        try fields.refuse("function_call", "Give it as 'tool_choice'.")
        try fields.refuse("audio", "The models here read and write text only.")
        try fields.refuse("web_search_options", "The models here see nothing but the request.")
        try fields.refuse("moderation", "Moderate the text before and after it is sent.")
        _ = try fields.value(Field("modalities", .array(0...8, of: ValueKind<Modality>.choice())))
        _ = try fields.value(Field("verbosity", ValueKind<Verbosity>.choice()))
        fields.accept("prediction", "prompt_cache_retention", "prompt_cache_options", "cache_prompt")
    }
}

extension ChatCompletionRequest.ReasoningEffort {
    /// What chat templates know it as.
    var templateVariables: JSONObject {
        switch self {
        case .none, .minimal: ["enable_thinking": false, "reasoning_effort": .string(rawValue)]
        default: ["enable_thinking": true, "reasoning_effort": .string(rawValue)]
        }
    }
}
