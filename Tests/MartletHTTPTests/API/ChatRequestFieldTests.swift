import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import Testing

@Suite("Fields of a chat request")
struct ChatRequestFieldTests {
    /// What the model is asked for a body with these further members.
    private func asked(_ members: String) async throws -> GenerationRequest {
        let model = ScriptedLanguageModel.saying("ok")
        let messages = members.contains("\"messages\"") ? "" : #""messages": [{"role": "user", "content": "hi"}], "#
        let response = try await TestAPI(model).send(.post, "/v1/chat/completions", "{\(messages)\(members)}")
        #expect(response.status == .ok, "\(response.text)")
        return try #require(model.requests.first)
    }

    @Test("choose tokens")
    func sampling() async throws {
        let request = try await asked(
            #"""
            "temperature": 0, "top_p": 0.5, "top_k": 7, "min_p": 0.25, "typical_p": 0.75, "repeat_penalty": 1.5,
            "frequency_penalty": -1, "presence_penalty": 2.0, "repeat_last_n": 9, "seed": 42,
            "logit_bias": {"5": -100, "6": 1.5}
            """#
        )
        let sampling = request.sampling
        #expect(sampling.temperature == 0)
        #expect(sampling.topP == 0.5)
        #expect(sampling.topK == 7)
        #expect(sampling.minP == 0.25)
        #expect(sampling.typicalP == 0.75)
        #expect(sampling.penalties.repetition == 1.5)
        #expect(sampling.penalties.frequency == -1)
        #expect(sampling.penalties.presence == 2)
        #expect(sampling.penalties.window == 9)
        #expect(sampling.seed == 42)
        #expect(sampling.logitBias == [TokenID(5): -.infinity, TokenID(6): 1.5])
    }

    @Test("bound the answer", arguments: ["max_tokens", "max_completion_tokens"])
    func bounds(name: String) async throws {
        let request = try await asked("\"\(name)\": 5.0, \"stop\": [\"a\", \"b\", \"c\", \"d\", \"e\"]")
        #expect(request.maximumTokenCount == 5)
        #expect(request.stopStrings == ["a", "b", "c", "d", "e"])
        #expect(try await asked(#""stop": "END""#).stopStrings == ["END"])
        #expect(try await asked(#""stop": null"#).stopStrings == [])
    }

    @Test("carry every kind of message")
    func messages() async throws {
        let request = try await asked(
            #"""
            "messages": [
                {"role": "developer", "content": "be brief", "name": "boss"},
                {"role": "user", "content": [{"type": "text", "text": "2"}, {"type": "text", "text": "+2"}]},
                {"role": "assistant", "content": null, "refusal": null, "audio": null, "function_call": null,
                 "annotations": [], "reasoning_content": "hm",
                 "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "c1", "content": "4"},
                {"role": "assistant", "refusal": "no"}
            ]
            """#
        )
        guard case .messages(let messages) = request.input else {
            Issue.record("no messages")
            return
        }
        #expect(
            messages == [
                ChatMessage(role: .system, content: "be brief", name: "boss"),
                .user("2+2"),
                ChatMessage(
                    role: .assistant,
                    content: "",
                    toolCalls: [ToolCall(id: "c1", name: "add", arguments: "{}")]
                ),
                .tool("4", answering: "c1"),
                .assistant("no"),
            ]
        )
    }

    @Test("define tools")
    func tools() async throws {
        let request = try await asked(
            #"""
            "tools": [
                {"type": "function", "function": {"name": "add", "description": "adds", "strict": true,
                 "parameters": {"type": "object", "properties": {"y": {}, "x": {}}}}},
                {"type": "function", "function": {"name": "now"}}
            ],
            "tool_choice": {"type": "function", "function": {"name": "add"}}, "parallel_tool_calls": false
            """#
        )
        #expect(
            request.tools == [
                ToolDefinition(
                    name: "add",
                    description: "adds",
                    parameters: ["type": "object", "properties": ["y": [:], "x": [:]]],
                    isStrict: true
                ),
                ToolDefinition(name: "now"),
            ]
        )
        #expect(request.tools.first?.parameters["properties"]?.object?.names == ["y", "x"])
        #expect(request.toolChoice == .named("add"))
        #expect(!request.allowsParallelToolCalls)
    }

    @Test(
        "constrain the answer",
        arguments: [
            (#""response_format": {"type": "text"}"#, nil),
            (#""response_format": {"type": "json_object"}"#, OutputConstraint.jsonObject),
            (
                #""response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "null"}}}"#,
                .jsonSchema(["type": "null"])
            ),
            (#""response_format": {"type": "json_object", "schema": {"type": "null"}}"#, .jsonSchema(["type": "null"])),
            (#""grammar": "root ::= \"a\"""#, .grammar("root ::= \"a\"")),
        ]
    )
    func constraints(members: String, expected: OutputConstraint?) async throws {
        #expect(try await asked(members).constraint == expected)
    }

    @Test("say who asks, how urgently and for how long")
    func service() async throws {
        let request = try await asked(#""user": "ann", "service_tier": "flex", "timeout": 60, "metadata": {"a": "b"}"#)
        #expect(request.owner == "anonymous/ann")
        #expect(request.priority == .background)
        let left = try #require(request.deadline) - .now
        #expect(left > .seconds(50) && left <= .seconds(60))
        #expect(try await asked(#""stream": true"#).priority == .interactive)
        #expect(try await asked(#""prompt_cache_key": "k""#).owner == "anonymous/k")
        #expect(try await asked(#""stream": false"#).owner == "anonymous")
    }

    @Test("set the template's variables")
    func templateVariables() async throws {
        let request = try await asked(#""chat_template_kwargs": {"style": "short"}, "reasoning_effort": "none""#)
        #expect(
            request.templateVariables == ["style": "short", "enable_thinking": false, "reasoning_effort": "none"]
        )
    }

    @Test(
        "may be there without effect",
        arguments: [
            #""store": true"#, #""metadata": {}"#, #""verbosity": "low""#, #""prediction": {"type": "content"}"#,
            #""modalities": ["text"]"#, #""cache_prompt": true"#, #""unheard_of": null"#, #""n": 1"#,
            #""logprobs": false"#, #""tools": []"#, #""tool_choice": "auto""#,
        ]
    )
    func harmless(members: String) async throws {
        _ = try await asked(members)
    }

    @Test("let the context end an answer whose limit doesn't fit")
    func limitBeyondContext() async throws {
        struct TooLong: ModelFailure {
            var failureKind: ModelFailureKind { .contextTooLong }
            var description: String { "too long" }
        }
        let model = PickyModel { request in
            request.maximumTokenCount == nil ? nil : TooLong()
        }
        let (status, answer) = try await TestAPI(model).json(
            .post,
            "/v1/chat/completions",
            #"{"messages": [{"role": "user", "content": "hi"}], "max_tokens": 100000}"#
        )
        #expect(status == 200)
        #expect(answer.at("choices.0.message.content") == "ok")
        #expect(model.limits == [100_000, nil])
    }
}
