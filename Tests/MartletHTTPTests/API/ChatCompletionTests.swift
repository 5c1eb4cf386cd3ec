import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import Testing

@Suite("Chat completions")
struct ChatCompletionTests {
    private static let path = "/v1/chat/completions"

    @Test("answer in OpenAI's shape")
    func goldenAnswer() async throws {
        let model = ScriptedLanguageModel { _ in
            let usage = Usage(
                promptTokenCount: 9,
                reusedTokenCount: 4,
                generatedTokenCount: 5,
                thinkingTokenCount: 2
            )
            return [
                .think("Hm."), .say("Good \"day\""), .say("\n"),
                .report(
                    .finished(
                        GenerationSummary(
                            reason: .stopString,
                            usage: usage,
                            queueDuration: .milliseconds(3),
                            promptDuration: .milliseconds(10),
                            generationDuration: .milliseconds(40)
                        )
                    )
                ),
            ]
        }
        let (status, body) = try await TestAPI(model).json(
            .post,
            Self.path,
            #"{"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}"#
        )
        #expect(status == 200)
        #expect(
            body.stable.text
                == #"{"id":"chatcmpl","object":"chat.completion","created":0,"model":"scripted","choices":[{"index":0,"#
                + #""message":{"role":"assistant","content":"Good \"day\"\n","refusal":null,"reasoning_content":"Hm."},"#
                + #""logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":5,"#
                + #""total_tokens":14,"prompt_tokens_details":{"cached_tokens":4},"#
                + #""completion_tokens_details":{"reasoning_tokens":2}},"system_fingerprint":"fp","#
                + #""timings":{"queue_ms":3.0,"cache_n":4,"prompt_n":5,"prompt_ms":10.0,"prompt_per_second":500.0,"#
                + #""predicted_n":5,"predicted_ms":40.0,"predicted_per_second":100.0}}"#
        )
    }

    @Test("stream a role, the text, the reason, the usage and an end")
    func goldenStream() async throws {
        let model = ScriptedLanguageModel { _ in
            [
                .think("…"), .say("a\tb"),
                .report(.toolCall(ToolCall(id: "call_1", name: "add", arguments: #"{"x":1}"#))),
                .report(
                    .finished(
                        GenerationSummary(
                            reason: .toolCalls,
                            usage: Usage(promptTokenCount: 3, generatedTokenCount: 2)
                        )
                    )
                ),
            ]
        }
        let body = #"""
            {"messages": [{"role": "user", "content": "hi"}], "stream": true, "stream_options": {"include_usage": true}}
            """#
        let response = try await TestAPI(model).send(.post, Self.path, body)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/event-stream; charset=utf-8")
        #expect(response.text.hasSuffix("\n\ndata: [DONE]\n\n"))
        let chunks = try response.events.map(\.stable)
        let head =
            #"{"id":"chatcmpl","object":"chat.completion.chunk","created":0,"model":"scripted","#
            + #""system_fingerprint":"fp","choices":["#
        func chunk(_ delta: String, _ reason: String = "null", _ rest: String = "") -> String {
            #"\#(head){"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":\#(reason)}],"usage":null\#(rest)}"#
        }
        #expect(
            chunks.map(\.text) == [
                chunk(#"{"role":"assistant","content":"","refusal":null}"#),
                chunk(#"{"reasoning_content":"…"}"#),
                chunk(#"{"content":"a\u0009b"}"#),
                chunk(
                    #"{"tool_calls":[{"index":0,"id":"call","type":"function","function":{"name":"add","#
                        + #""arguments":"{\"x\":1}"}}]}"#
                ),
                chunk(
                    "{}",
                    #""tool_calls""#,
                    #","timings":{"queue_ms":0.0,"cache_n":0,"prompt_n":3,"prompt_ms":0.0,"prompt_per_second":0.0,"#
                        + #""predicted_n":2,"predicted_ms":0.0,"predicted_per_second":0.0}"#
                ),
                head + #"],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"#
                    + #""prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}"#,
                #""[DONE]""#,
            ]
        )
    }

    @Test("give several choices, each with the next seed, and count the shared prompt once")
    func severalChoices() async throws {
        let model = ScriptedLanguageModel { _ in [.say("one"), .say(" two")] }
        let body = #"{"messages": [{"role": "user", "content": "hi"}], "n": 3, "seed": -1, "temperature": 1.5}"#
        let (status, answer) = try await TestAPI(model).json(.post, Self.path, body)
        #expect(status == 200)
        #expect(answer.at("choices")?.array?.map { $0.at("index") } == [0, 1, 2])
        #expect(answer.at("choices")?.array?.allSatisfy { $0.at("message.content") == "one two" } == true)
        #expect(answer.at("usage.prompt_tokens") == 1)
        #expect(answer.at("usage.completion_tokens") == 6)
        #expect(Set(model.requests.map(\.sampling.seed)) == [UInt64.max, 0, 1])
    }

    @Test("stream several choices, each with its own role and end")
    func streamedChoices() async throws {
        let model = ScriptedLanguageModel { _ in [.say("x"), .say("y")] }
        let body = #"{"messages": [{"role": "user", "content": "hi"}], "n": 2, "stream": true}"#
        let events = try await TestAPI(model).send(.post, Self.path, body).events
        for choice in 0..<2 {
            let own = events.compactMap { $0.at("choices.0") }.filter { $0.at("index") == .integer(Int64(choice)) }
            #expect(own.first?.at("delta.role") == "assistant")
            #expect(own.compactMap { $0.at("delta.content")?.string }.joined() == "xy")
            #expect(own.last?.at("finish_reason") == "stop")
        }
        #expect(events.filter { $0.at("timings") != nil }.count == 1)
    }

    @Test("report tokens' scores with the text that they complete")
    func scores() async throws {
        let score = TokenScore(
            token: TokenID(5),
            bytes: Array("é".utf8.prefix(1)),
            logProbability: -0.25,
            alternatives: [.init(token: TokenID(6), bytes: Array("e".utf8), logProbability: -.infinity)]
        )
        let model = ScriptedLanguageModel { _ in [.report(.scores([score])), .say("é")] }
        let question = #""messages": [{"role": "user", "content": "hi"}], "logprobs": true, "top_logprobs": 1"#
        let (_, answer) = try await TestAPI(model).json(.post, Self.path, "{\(question)}")
        let expected: JSONValue = [
            [
                "token": "\u{FFFD}", "logprob": -0.25, "bytes": [195],
                "top_logprobs": [["token": "e", "logprob": -9999.0, "bytes": [101]]],
            ]
        ]
        #expect(answer.at("choices.0.logprobs.content") == expected)
        #expect(model.requests.first?.alternativeCount == 1)
        let events = try await TestAPI(model).send(.post, Self.path, "{\(question), \"stream\": true}").events
        let chunk = try #require(events.first { $0.at("choices.0.delta.content") == "é" })
        #expect(chunk.at("choices.0.logprobs.content") == expected)
        #expect(events.first?.at("choices.0.logprobs") == .null)
    }

    @Test(
        "end for the reason that the model gives",
        arguments: [
            (FinishReason.endOfTurn, "stop"), (.stopString, "stop"), (.length, "length"), (.toolCalls, "tool_calls"),
            (.deadline, "length"),
        ]
    )
    func reasons(reason: FinishReason, expected: String) async throws {
        let model = ScriptedLanguageModel { _ in
            let usage = Usage(promptTokenCount: 1, generatedTokenCount: 1)
            return [.say("x"), .report(.finished(GenerationSummary(reason: reason, usage: usage)))]
        }
        let (status, answer) = try await TestAPI(model).json(
            .post,
            Self.path,
            #"{"messages": [{"role": "user", "content": "hi"}], "timeout": 5}"#
        )
        #expect(status == 200)
        #expect(answer.at("choices.0.finish_reason") == .string(expected))
        #expect(answer.at("choices.0.finish_details.type") == (reason == .deadline ? "deadline" : nil))
    }

    @Test("fail with 408 when the time passes before the first token", arguments: [false, true])
    func deadlineBeforeAnything(isStream: Bool) async throws {
        let model = ScriptedLanguageModel { _ in
            let usage = Usage(promptTokenCount: 1, generatedTokenCount: 0)
            return [.report(.finished(GenerationSummary(reason: .deadline, usage: usage)))]
        }
        let (status, answer) = try await TestAPI(model).json(
            .post,
            Self.path,
            #"{"messages": [{"role": "user", "content": "hi"}], "timeout": 0.01, "stream": \#(isStream)}"#
        )
        #expect(status == 408)
        #expect(answer.at("error.code") == "deadline_exceeded")
    }

    @Test("take the model's own sampling where the request says nothing")
    func recommendedSampling() async throws {
        let model = ScriptedLanguageModel.saying("ok")
        var api = TestAPI(model)
        api.defaultSampling.temperature = 0.6
        api.defaultSampling.topK = 20
        _ = try await api.json(.post, Self.path, #"{"messages": [{"role": "user", "content": "hi"}], "top_k": 3}"#)
        let sampling = try #require(model.requests.first?.sampling)
        #expect(sampling.temperature == 0.6)
        #expect(sampling.topK == 3)
    }

    @Test("answer without a model's name with the default one, and refuse unknown ones with 404")
    func modelNames() async throws {
        let api = TestAPI(ScriptedLanguageModel.saying("ok"))
        let messages = #""messages": [{"role": "user", "content": "hi"}]"#
        let named = try await api.json(.post, Self.path, #"{"model": "gpt-9", \#(messages)}"#)
        #expect(named.status == 404)
        #expect(named.body.at("error.code") == "model_not_found")
        #expect(named.body.at("error.param") == "model")
        let unnamed = try await api.json(.post, Self.path, "{\(messages)}")
        #expect(unnamed.body.at("model") == "scripted")
    }
}
