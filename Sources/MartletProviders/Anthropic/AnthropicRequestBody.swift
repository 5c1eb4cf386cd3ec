import MartletCore

/// A request as Anthropic's Messages API says it.
struct AnthropicRequestBody {
    let model: String
    /// What an answer may come to where the request sets no limit; the interface insists on one.
    let standardTokenCount: Int

    /// The body of `/v1/messages`.
    ///
    /// Sampling options without a name there (seed, penalties, min-p and the like) are left out; whatever else the interface
    /// has no words for is an error.
    func make(_ request: GenerationRequest) throws(ProviderError) -> JSONValue {
        var body = try input(request)
        body["max_tokens"] = .integer(Int64(request.maximumTokenCount ?? standardTokenCount))
        body["stream"] = true
        let sampling = request.sampling
        if sampling.temperature != 1 { body["temperature"] = .number(sampling.temperature.shortest) }
        if sampling.topP != 1 { body["top_p"] = .number(sampling.topP.shortest) }
        if sampling.topK > 0 { body["top_k"] = .integer(Int64(sampling.topK)) }
        let stops = request.stopStrings.filter { $0.contains { !$0.isWhitespace } }
        if !stops.isEmpty { body["stop_sequences"] = .array(stops.map { .string($0) }) }
        try request.checkPlainSampling(provider: "anthropic")
        return .object(body)
    }

    /// What `/v1/messages/count_tokens` wants: the input alone.
    func input(_ request: GenerationRequest) throws(ProviderError) -> JSONObject {
        guard case .messages(let messages) = request.input else {
            throw .unsupported("text or tokens without a chat template", provider: "anthropic", parameter: "prompt")
        }
        let turns = AlternatingTurns(messages)
        var body: JSONObject = ["model": .string(model)]
        if !turns.system.isEmpty { body["system"] = .string(turns.system) }
        body["messages"] = .array(
            turns.turns.map { turn in
                [
                    "role": .string(turn.isAssistant ? "assistant" : "user"),
                    "content": .array(turn.parts.map(Self.block)),
                ]
            }
        )
        try addTools(request, to: &body)
        return body
    }

    private static func block(_ part: AlternatingTurns.Part) -> JSONValue {
        switch part {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .call(let call):
            ["type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": call.argumentObject]
        case .result(let id, let text):
            ["type": "tool_result", "tool_use_id": .string(id), "content": .string(text)]
        }
    }

    private func addTools(_ request: GenerationRequest, to body: inout JSONObject) throws(ProviderError) {
        if let schema = try request.answerSchema(provider: "anthropic") {
            body["tools"] = [
                [
                    "name": .string(GenerationRequest.answerToolName),
                    "description": "Takes the answer.", "input_schema": schema,
                ]
            ]
            body["tool_choice"] = ["type": "tool", "name": .string(GenerationRequest.answerToolName)]
            return
        }
        guard !request.tools.isEmpty else { return }
        body["tools"] = .array(
            request.tools.map { tool in
                var object: JSONObject = ["name": .string(tool.name)]
                if let description = tool.description { object["description"] = .string(description) }
                object["input_schema"] = tool.parameters
                if tool.isStrict { object["strict"] = true }
                return .object(object)
            }
        )
        var choice: JSONObject
        switch request.toolChoice {
        case .automatic: choice = ["type": "auto"]
        case .none: choice = ["type": "none"]
        case .required: choice = ["type": "any"]
        case .named(let name): choice = ["type": "tool", "name": .string(name)]
        }
        if !request.allowsParallelToolCalls, request.toolChoice != .none { choice["disable_parallel_tool_use"] = true }
        if choice != ["type": "auto"] { body["tool_choice"] = .object(choice) }
    }
}
