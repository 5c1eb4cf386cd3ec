import MartletCore

/// A request as OpenAI's interface says it.
struct OpenAIRequestBody {
    let model: String
    let dialect: OpenAIDialect
    let adaptations: Set<OpenAIAdaptation>

    /// Which of the interface's two ways a request takes.
    static func path(for request: GenerationRequest) -> String {
        if case .messages = request.input { "/chat/completions" } else { "/completions" }
    }

    /// The body.
    ///
    /// Sampling options that the dialect has no name for are left out: they shape the draw, not the answer's form. Whatever
    /// else it has no words for is an error.
    func make(_ request: GenerationRequest) throws(ProviderError) -> JSONValue {
        var body: JSONObject = ["model": .string(model), "stream": true]
        if dialect.asksForUsage, !adaptations.contains(.withoutStreamOptions) {
            body["stream_options"] = ["include_usage": true]
        }
        try addInput(request, to: &body)
        addSampling(request.sampling, to: &body)
        if let count = request.maximumTokenCount { body[tokenLimitField(request)] = .integer(Int64(count)) }
        let stops = request.stopStrings.filter { !$0.isEmpty }.prefix(dialect.maximumStopCount)
        if !stops.isEmpty { body["stop"] = .array(stops.map { .string($0) }) }
        try addSpecials(request, to: &body)
        try addConstraint(request.constraint, to: &body)
        return .object(body)
    }

    private func addInput(_ request: GenerationRequest, to body: inout JSONObject) throws(ProviderError) {
        switch request.input {
        case .messages(let messages):
            body["messages"] = .array(messages.map { Self.message($0) })
            addTools(request, to: &body)
            if let field = dialect.templateVariablesField, !request.templateVariables.isEmpty {
                body[field] = .object(request.templateVariables)
            }
        case .text(let text):
            guard dialect.takesText else { throw unsupported("text without a chat template", parameter: "prompt") }
            body["prompt"] = .string(text)
        case .tokens(let tokens):
            guard dialect.takesTokens else { throw unsupported("tokens as input", parameter: "prompt") }
            body["prompt"] = .array(tokens.map { .integer(Int64($0.rawValue)) })
        }
    }

    private static func message(_ message: ChatMessage) -> JSONValue {
        var object: JSONObject = ["role": .string(message.role.rawValue), "content": .string(message.content)]
        if let name = message.name { object["name"] = .string(name) }
        if let id = message.toolCallID { object["tool_call_id"] = .string(id) }
        guard !message.toolCalls.isEmpty else { return .object(object) }
        if message.content.isEmpty { object["content"] = .null }
        object["tool_calls"] = .array(
            message.toolCalls.map { call in
                [
                    "id": .string(call.id), "type": "function",
                    "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
                ]
            }
        )
        return .object(object)
    }

    private func addTools(_ request: GenerationRequest, to body: inout JSONObject) {
        guard !request.tools.isEmpty else { return }
        body["tools"] = .array(
            request.tools.map { tool in
                var function: JSONObject = ["name": .string(tool.name)]
                if let description = tool.description { function["description"] = .string(description) }
                function["parameters"] = tool.parameters
                if tool.isStrict { function["strict"] = true }
                return ["type": "function", "function": .object(function)]
            }
        )
        switch request.toolChoice {
        case .automatic: break
        case .none: body["tool_choice"] = "none"
        case .required: body["tool_choice"] = .string(dialect.requiredToolChoice)
        case .named(let name): body["tool_choice"] = ["type": "function", "function": ["name": .string(name)]]
        }
        if !request.allowsParallelToolCalls { body["parallel_tool_calls"] = false }
    }

    private func addSampling(_ sampling: SamplingOptions, to body: inout JSONObject) {
        if sampling.temperature != 1 || dialect.saysNeutralSampling {
            body["temperature"] = .number(sampling.temperature.shortest)
        }
        if sampling.topP != 1 || dialect.saysNeutralSampling { body["top_p"] = .number(sampling.topP.shortest) }
        if let seed = sampling.seed, let field = dialect.seedField {
            // The interface's numbers are signed.
            body[field] = .integer(Int64(seed & 0x7FFF_FFFF_FFFF_FFFF))
        }
        let penalties = sampling.penalties
        if dialect.takesPenalties {
            if penalties.frequency != 0 { body["frequency_penalty"] = .number(penalties.frequency.shortest) }
            if penalties.presence != 0 { body["presence_penalty"] = .number(penalties.presence.shortest) }
        }
        let neutral = SamplingOptions.hosted
        let further: [(OpenAIDialect.SamplingField, JSONValue, isNeutral: Bool)] = [
            (.topK, .integer(Int64(sampling.topK)), sampling.topK == neutral.topK),
            (.minP, .number(sampling.minP.shortest), sampling.minP == neutral.minP),
            (.typicalP, .number(sampling.typicalP.shortest), sampling.typicalP == 1),
            (.repetitionPenalty, .number(penalties.repetition.shortest), penalties.repetition == 1),
            (.penaltyWindow, .integer(Int64(penalties.window)), penalties == neutral.penalties),
            (.xtcProbability, .number(sampling.xtc.probability.shortest), sampling.xtc.probability == 0),
            (.xtcThreshold, .number(sampling.xtc.threshold.shortest), sampling.xtc.probability == 0),
            (.dryMultiplier, .number(sampling.dry.multiplier.shortest), sampling.dry.multiplier == 0),
            (.dryBase, .number(sampling.dry.base.shortest), sampling.dry.multiplier == 0),
            (.dryAllowedLength, .integer(Int64(sampling.dry.allowedLength)), sampling.dry.multiplier == 0),
        ]
        for (field, value, isNeutral) in further where !isNeutral {
            if let name = dialect.samplingFields[field] { body[name] = value }
        }
    }

    private func addSpecials(_ request: GenerationRequest, to body: inout JSONObject) throws(ProviderError) {
        let sampling = request.sampling
        if !sampling.logitBias.isEmpty {
            guard dialect.takesLogitBias else { throw unsupported("logit bias", parameter: "logit_bias") }
            let biases = sampling.logitBias.sorted { $0.key < $1.key }
            body["logit_bias"] = .object(
                JSONObject(
                    biases.map { token, bias in
                        ("\(token)", .number(Double(max(-100, min(100, bias)))))
                    }
                )
            )
        }
        if sampling.beams != nil { throw unsupported("beam search", parameter: "beams") }
        if sampling.noRepeatNGramSize > 0 {
            throw unsupported("a ban on repeated sequences", parameter: "no_repeat_ngram")
        }
        if request.scoresPrompt { throw unsupported("scores of the prompt", parameter: "echo") }
        if let count = request.alternativeCount {
            guard dialect.takesLogProbabilities else { throw unsupported("scores of tokens", parameter: "logprobs") }
            if case .messages = request.input {
                body["logprobs"] = true
                if count > 0 { body["top_logprobs"] = .integer(Int64(count)) }
            } else {
                throw unsupported("scores of tokens without a chat template", parameter: "logprobs")
            }
        }
    }

    private func addConstraint(_ constraint: OutputConstraint?, to body: inout JSONObject) throws(ProviderError) {
        switch constraint {
        case nil: break
        case .jsonObject: body["response_format"] = ["type": "json_object"]
        case .jsonSchema(let schema):
            guard dialect.takesSchemas else { throw unsupported("JSON Schema", parameter: "response_format") }
            body["response_format"] = [
                "type": "json_schema", "json_schema": ["name": "answer", "schema": schema, "strict": true],
            ]
        case .grammar(let grammar):
            guard let field = dialect.grammarField else { throw unsupported("a grammar", parameter: "grammar") }
            body[field] = .string(grammar)
        }
    }

    private func tokenLimitField(_ request: GenerationRequest) -> String {
        guard case .messages = request.input else { return "max_tokens" }
        guard adaptations.contains(.otherTokenLimitField) else { return dialect.tokenLimitField }
        return dialect.tokenLimitField == "max_tokens" ? "max_completion_tokens" : "max_tokens"
    }

    private func unsupported(_ what: String, parameter: String) -> ProviderError {
        .unsupported(what, provider: dialect.name, parameter: parameter)
    }
}

extension ProviderError {
    /// The failure of a request that an interface has no words for.
    static func unsupported(_ what: String, provider: String, parameter: String) -> ProviderError {
        ProviderError(
            .unsupported,
            provider: provider,
            "its interface doesn't know \(what)",
            remedy: "Leave it out, or use a local model",
            parameter: parameter
        )
    }
}

extension Float {
    /// The number with the digits that people would write: 0.7, not 0.699999988.
    var shortest: Double { Double("\(self)") ?? Double(self) }
}
