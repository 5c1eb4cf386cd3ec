import MartletCore

/// A request to `/v1/responses`, read and checked.
///
/// Accepted and without effect: `metadata` beyond being repeated, `max_tool_calls`, `text.verbosity`, `reasoning.summary`,
/// `reasoning.generate_summary`, `prompt_cache_retention`, `prompt_cache_options`, `background` where it is false.
struct ResponsesRequest {
    /// What the model is asked, still without the conversation before it.
    var generation: GenerationRequest
    /// What the request adds to the conversation.
    var input: [ChatMessage]
    /// The instructions for this response alone.
    var instructions: String?
    /// The response that this one goes on from.
    var previousID: String?
    /// Whether the response can be gone on from and fetched.
    var isStored: Bool
    /// Whether it comes as a stream.
    var isStream: Bool
    /// Whether tokens' scores are wanted.
    var includesScores: Bool
    /// The end user, urgency and time.
    var service: ServiceFields
    /// What the response repeats of the request.
    var echo: JSONObject

    private enum Truncation: String, CaseIterable {
        case auto, disabled
    }

    private enum Inclusion: String, CaseIterable {
        case scores = "message.output_text.logprobs"
        case encryptedReasoning = "reasoning.encrypted_content"
    }

    /// Reads a body.
    init(_ fields: RequestFields, defaults: SamplingOptions, limits: APILimits) throws(RequestFault) {
        _ = try fields.value(GenerationFields.model)
        isStream = try fields.value(GenerationFields.stream) ?? false
        _ = try GenerationFields.readStreamOptions(fields, isStream: isStream)
        input = try InputItems.read(fields, limits: limits)
        instructions = try fields.value(Field("instructions", .text()))
        previousID = try fields.value(Field("previous_response_id", .text(1...128)))
        generation = GenerationRequest(.messages([]))
        generation.sampling = try SamplingFields.read(fields, defaults: defaults, limits: limits)
        generation.maximumTokenCount = try fields.value(GenerationFields.limit("max_output_tokens"))
        generation.stopStrings = try fields.value(GenerationFields.stop(limits)) ?? []
        let truncation = try fields.value(Field("truncation", ValueKind<Truncation>.choice())) ?? .disabled
        generation.contextOverflow = truncation == .auto ? .dropOldestTurns : .fail
        let included = try fields.value(Field("include", .array(0...16, of: ValueKind<Inclusion>.choice()))) ?? []
        let alternatives = try fields.value(Field("top_logprobs", .integer(in: 0...20)))
        includesScores = included.contains(.scores)
        generation.alternativeCount = includesScores ? alternatives ?? 0 : nil
        try ToolFields.read(fields, isNested: false, limits: limits, into: &generation)
        let format = try Self.readFormat(fields, into: &generation)
        generation.templateVariables = try fields.value(GenerationFields.templateVariables) ?? [:]
        let effort = try Self.readReasoning(fields, into: &generation)
        isStored = try fields.value(GenerationFields.store) ?? true
        service = try GenerationFields.readService(fields, isStream: isStream, into: &generation)
        let metadata = try fields.value(GenerationFields.metadata) ?? [:]
        try Self.refuseForeign(fields)
        try fields.finish()
        echo = [
            "instructions": instructions.map { .string($0) } ?? .null,
            "max_output_tokens": generation.maximumTokenCount.map { .integer(Int64($0)) } ?? .null,
            "metadata": .object(metadata),
            "parallel_tool_calls": .bool(generation.allowsParallelToolCalls),
            "previous_response_id": previousID.map { .string($0) } ?? .null,
            "reasoning": ["effort": effort.map { .string($0.rawValue) } ?? .null, "summary": .null],
            "service_tier": "default",
            "store": .bool(isStored),
            "temperature": .number(Double("\(generation.sampling.temperature)") ?? 0),
            "text": ["format": format],
            "tool_choice": Self.json(generation.toolChoice),
            "tools": .array(generation.tools.map(Self.json)),
            "top_logprobs": .integer(Int64(alternatives ?? 0)),
            "top_p": .number(Double("\(generation.sampling.topP)") ?? 0),
            "truncation": .string(truncation.rawValue),
            "user": service.user.map { .string($0) } ?? .null,
        ]
    }

    private static func readFormat(
        _ fields: RequestFields,
        into generation: inout GenerationRequest
    ) throws(RequestFault) -> JSONValue {
        let standard: JSONValue = ["type": "text"]
        guard let text = try fields.fields("text") else { return standard }
        text.accept("verbosity")
        let format = text.raw("format")
        if let formatFields = try text.fields("format") {
            generation.constraint = try FormatFields.read(formatFields, isNested: false)
        }
        try text.finish()
        return format ?? standard
    }

    private static func readReasoning(
        _ fields: RequestFields,
        into generation: inout GenerationRequest
    ) throws(RequestFault) -> ChatCompletionRequest.ReasoningEffort? {
        guard let reasoning = try fields.fields("reasoning") else { return nil }
        let effort = try reasoning.value(Field("effort", ValueKind<ChatCompletionRequest.ReasoningEffort>.choice()))
        reasoning.accept("summary", "generate_summary")
        try reasoning.finish()
        if let effort { generation.templateVariables.merge(effort.templateVariables) }
        return effort
    }

    private static func refuseForeign(_ fields: RequestFields) throws(RequestFault) {
        if try fields.value(Field("background", .flag)) ?? false {
            throw RequestFault(
                .unsupported,
                "background",
                "'background' is not supported. Read the response as a stream."
            )
        }
        try fields.refuse("conversation", "Go on from a response with 'previous_response_id'.")
        try fields.refuse("prompt", "Send the prompt's text as 'instructions'.")
        try fields.refuse("context_management", "Leave out what is too long, or set 'truncation' to 'auto'.")
        fields.accept("max_tool_calls", "prompt_cache_retention", "prompt_cache_options")
    }

    private static func json(_ choice: ToolChoice) -> JSONValue {
        switch choice {
        case .automatic: "auto"
        case .none: "none"
        case .required: "required"
        case .named(let name): ["type": "function", "name": .string(name)]
        }
    }

    private static func json(_ tool: ToolDefinition) -> JSONValue {
        [
            "type": "function", "name": .string(tool.name),
            "description": tool.description.map { .string($0) } ?? .null, "parameters": tool.parameters,
            "strict": .bool(tool.isStrict),
        ]
    }
}
