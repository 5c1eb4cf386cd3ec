import MartletCore

/// A request as Amazon Bedrock's Converse says it.
struct BedrockRequestBody {
    let model: String

    /// The path of a model's operation: its name is one part of it, so the colons and slashes of ARNs are encoded.
    func path(_ operation: String) -> String {
        "/model/\(PercentEncoding.encode(model))/\(operation)"
    }

    /// The body.
    ///
    /// Sampling options without a name there (seed, penalties, min-p and the like) are left out; whatever else the interface
    /// has no words for is an error.
    func make(_ request: GenerationRequest) throws(ProviderError) -> JSONValue {
        guard case .messages(let messages) = request.input else {
            throw .unsupported("text or tokens without a chat template", provider: "bedrock", parameter: "prompt")
        }
        try request.checkPlainSampling(provider: "bedrock")
        let turns = AlternatingTurns(messages)
        var body: JSONObject = [:]
        body["messages"] = .array(
            turns.turns.map { turn in
                [
                    "role": .string(turn.isAssistant ? "assistant" : "user"),
                    "content": .array(turn.parts.map(Self.block)),
                ]
            }
        )
        if !turns.system.isEmpty { body["system"] = [["text": .string(turns.system)]] }
        var inference: JSONObject = [:]
        if let count = request.maximumTokenCount { inference["maxTokens"] = .integer(Int64(count)) }
        let sampling = request.sampling
        if sampling.temperature != 1 { inference["temperature"] = .number(sampling.temperature.shortest) }
        if sampling.topP != 1 { inference["topP"] = .number(sampling.topP.shortest) }
        let stops = request.stopStrings.filter { !$0.isEmpty }.prefix(4)
        if !stops.isEmpty { inference["stopSequences"] = .array(stops.map { .string($0) }) }
        if !inference.isEmpty { body["inferenceConfig"] = .object(inference) }
        // Only Anthropic's models take it by this name.
        if sampling.topK > 0, model.contains("anthropic.") {
            body["additionalModelRequestFields"] = ["top_k": .integer(Int64(sampling.topK))]
        }
        try addTools(request, to: &body)
        return .object(body)
    }

    private static func block(_ part: AlternatingTurns.Part) -> JSONValue {
        switch part {
        case .text(let text): ["text": .string(text)]
        case .call(let call):
            [
                "toolUse": [
                    "toolUseId": .string(call.id), "name": .string(call.name), "input": call.argumentObject,
                ]
            ]
        case .result(let id, let text):
            ["toolResult": ["toolUseId": .string(id), "content": [["text": .string(text)]]]]
        }
    }

    private func addTools(_ request: GenerationRequest, to body: inout JSONObject) throws(ProviderError) {
        if let schema = try request.answerSchema(provider: "bedrock") {
            let name = JSONValue.string(GenerationRequest.answerToolName)
            body["toolConfig"] = [
                "tools": [
                    [
                        "toolSpec": [
                            "name": name, "description": "Takes the answer.", "inputSchema": ["json": schema],
                        ]
                    ]
                ],
                "toolChoice": ["tool": ["name": name]],
            ]
            return
        }
        // Converse has no way to forbid tools that a conversation has used; without them it would refuse that conversation.
        guard !request.tools.isEmpty else { return }
        let tools = request.tools.map { tool -> JSONValue in
            var specification: JSONObject = ["name": .string(tool.name)]
            if let description = tool.description { specification["description"] = .string(description) }
            specification["inputSchema"] = ["json": tool.parameters]
            return ["toolSpec": .object(specification)]
        }
        var configuration: JSONObject = ["tools": .array(tools)]
        switch request.toolChoice {
        case .automatic: break
        case .none: throw .unsupported("tools that must not be called", provider: "bedrock", parameter: "tool_choice")
        case .required: configuration["toolChoice"] = ["any": [:]]
        case .named(let name): configuration["toolChoice"] = ["tool": ["name": .string(name)]]
        }
        body["toolConfig"] = .object(configuration)
    }
}
