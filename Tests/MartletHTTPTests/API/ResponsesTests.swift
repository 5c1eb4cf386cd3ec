import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import NIOCore
import Testing

@Suite("Responses")
struct ResponsesTests {
    private static func end(_ reason: FinishReason) -> ScriptedLanguageModel.Step {
        let usage = Usage(
            promptTokenCount: 4,
            reusedTokenCount: 1,
            generatedTokenCount: 3,
            thinkingTokenCount: 1
        )
        return .report(.finished(GenerationSummary(reason: reason, usage: usage)))
    }

    private static let everything = ScriptedLanguageModel { _ in
        [
            .think("hm"), .think("."), .say("It is "), .say("4"),
            .report(.toolCall(ToolCall(id: "call_1", name: "add", arguments: #"{"x":2}"#))), end(.toolCalls),
        ]
    }

    @Test("answer with items in OpenAI's shape")
    func golden() async throws {
        let (status, body) = try await TestAPI(Self.everything).json(
            .post,
            "/v1/responses",
            #"""
            {"input": "2+2?", "instructions": "be brief", "temperature": 0.5, "top_p": 1, "max_output_tokens": 9,
             "metadata": {"a": "b"}, "tools": [{"type": "function", "name": "add", "parameters": {"type": "object"}}]}
            """#
        )
        #expect(status == 200)
        #expect(
            body.stable.text
                == #"{"id":"resp","object":"response","created_at":0,"status":"completed","background":false,"#
                + #""error":null,"incomplete_details":null,"model":"scripted","output":["#
                + #"{"id":"rs","type":"reasoning","status":"completed","summary":[],"#
                + #""content":[{"type":"reasoning_text","text":"hm."}]},"#
                + #"{"id":"msg","type":"message","status":"completed","role":"assistant","content":["#
                + #"{"type":"output_text","text":"It is 4","annotations":[],"logprobs":[]}]},"#
                + #"{"id":"fc","type":"function_call","status":"completed","call_id":"call_1","name":"add","#
                + #""arguments":"{\"x\":2}"}],"instructions":"be brief","max_output_tokens":9,"metadata":{"a":"b"},"#
                + #""parallel_tool_calls":true,"previous_response_id":null,"reasoning":{"effort":null,"summary":null},"#
                + #""service_tier":"default","store":true,"temperature":0.5,"text":{"format":{"type":"text"}},"#
                + #""tool_choice":"auto","tools":[{"type":"function","name":"add","description":null,"#
                + #""parameters":{"type":"object"},"strict":false}],"top_logprobs":0,"top_p":1.0,"#
                + #""truncation":"disabled","user":null,"usage":{"input_tokens":4,"input_tokens_details":"#
                + #"{"cached_tokens":1,"cache_write_tokens":0},"output_tokens":3,"output_tokens_details":"#
                + #"{"reasoning_tokens":1},"total_tokens":7}}"#
        )
    }

    @Test("carry what the answer rests on as annotations of the text", arguments: [false, true])
    func sources(isStream: Bool) async throws {
        let model = ScriptedLanguageModel { _ in
            let source = AnswerSource(
                number: 1,
                title: "Kettles",
                location: "a.md",
                place: .lines(3...5),
                marks: [5..<8]
            )
            return [.say("Acid [1]"), .report(.sources([source])), Self.end(.endOfTurn)]
        }
        let response = try await TestAPI(model).send(
            .post,
            "/v1/responses",
            #"{"input": "x", "stream": \#(isStream)}"#
        )
        let annotation =
            #""annotations":[{"type":"url_citation","start_index":5,"end_index":8,"title":"Kettles","url":"a.md#L3-L5"}]"#
        #expect(response.text.contains(annotation))
    }

    @Test("stream events in order, numbered, each with its name")
    func stream() async throws {
        let response = try await TestAPI(Self.everything).send(
            .post,
            "/v1/responses",
            #"{"input": "x", "stream": true}"#
        )
        let events = try response.events
        #expect(
            events.compactMap { $0.at("type")?.string } == [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added", "response.reasoning_text.delta",
                "response.reasoning_text.delta", "response.reasoning_text.done", "response.content_part.done",
                "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ]
        )
        #expect(events.compactMap { $0.at("sequence_number")?.integer } == (0..<21).map { Int64($0) })
        let names = response.text.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { $0.dropFirst(7) }
        #expect(names.map { .string(String($0)) } == events.compactMap { $0.at("type") })
        #expect(events.first?.at("response.status") == "in_progress")
        #expect(events.last?.at("response.output")?.array?.count == 3)
        #expect(events.last?.at("response.id") == events.first?.at("response.id"))
        let done = try #require(events.first { $0.at("type") == "response.output_text.done" })
        #expect(done.at("text") == "It is 4")
        #expect(done.at("output_index") == 1)
        let item = events.first { $0.at("type") == "response.output_item.added" && $0.at("output_index") == 1 }
        #expect(item?.at("item.id") == done.at("item_id"))
    }

    @Test("are incomplete when the limit ends them, and whole when nothing is said")
    func ends() async throws {
        let cut = ScriptedLanguageModel { _ in [.say("a"), Self.end(.length)] }
        let body = try await TestAPI(cut).json(.post, "/v1/responses", #"{"input": "x"}"#).body
        #expect(body.at("status") == "incomplete")
        #expect(body.at("incomplete_details.reason") == "max_output_tokens")
        #expect(body.at("output.0.status") == "incomplete")
        let events = try await TestAPI(cut).send(.post, "/v1/responses", #"{"input": "x", "stream": true}"#).events
        #expect(events.last?.at("type") == "response.incomplete")
        let silent = ScriptedLanguageModel { _ in [Self.end(.endOfTurn)] }
        let empty = try await TestAPI(silent).json(.post, "/v1/responses", #"{"input": "x"}"#).body
        #expect(empty.at("output.0.content.0.text") == "")
    }

    @Test("fail in mid-stream with an error and a failed response")
    func failure() async throws {
        struct Failure: ModelFailure {
            var failureKind: ModelFailureKind { .internal }
            var description: String { "secret" }
        }
        let model = ScriptedLanguageModel { _ in [.say("a"), .fail(Failure())] }
        let events = try await TestAPI(model).send(.post, "/v1/responses", #"{"input": "x", "stream": true}"#).events
        #expect(events.suffix(2).compactMap { $0.at("type")?.string } == ["error", "response.failed"])
        #expect(events.last?.at("response.error.code") == "server_error")
    }

    @Test("go on from one another, each with its own instructions, for their caller only while they are kept")
    func conversation() async throws {
        let model = Self.everything
        var api = TestAPI(model)
        api.limits.storedResponseCount = 2
        try await api.application.test(.router) { client in
            func post(_ body: String) async throws -> JSONValue {
                try await client.execute(
                    uri: "/v1/responses",
                    method: .post,
                    headers: [.contentType: "application/json"],
                    body: ByteBuffer(string: body)
                ) { try JSONValue(parsing: $0.body.readableBytesView) }
            }
            let first = try await post(#"{"input": "one", "instructions": "A"}"#)
            let id = try #require(first.at("id")?.string)
            let output = #"{"type": "function_call_output", "call_id": "call_1", "output": "4"}"#
            let second = try await post(
                #"{"previous_response_id": "\#(id)", "input": [\#(output)], "instructions": "B"}"#
            )
            #expect(second.at("previous_response_id") == .string(id))
            #expect(
                model.conversations.last == [
                    .system("B"), .user("one"),
                    ChatMessage(
                        role: .assistant,
                        content: "It is 4",
                        toolCalls: [ToolCall(id: "call_1", name: "add", arguments: #"{"x":2}"#)]
                    ),
                    .tool("4", answering: "call_1"),
                ]
            )
            let fetched = try await client.execute(uri: "/v1/responses/\(id)", method: .get)
            #expect(try JSONValue(parsing: fetched.body.readableBytesView) == first)
            let unkept = try await post(#"{"input": "x", "store": false}"#)
            let unkeptID = try #require(unkept.at("id")?.string)
            #expect(try await client.execute(uri: "/v1/responses/\(unkeptID)", method: .get).status == .notFound)
            // A third response takes the place of the one that was used least recently, the second.
            _ = try await post(#"{"input": "three"}"#)
            let secondID = try #require(second.at("id")?.string)
            #expect(try await client.execute(uri: "/v1/responses/\(secondID)", method: .get).status == .notFound)
            let deleted = try await client.execute(uri: "/v1/responses/\(id)", method: .delete)
            #expect(try JSONValue(parsing: deleted.body.readableBytesView).at("deleted") == true)
            #expect(try await client.execute(uri: "/v1/responses/\(id)", method: .delete).status == .notFound)
            let lost = try await post(#"{"previous_response_id": "\#(id)", "input": "x"}"#)
            #expect(lost.at("error.param") == "previous_response_id")
        }
    }

    @Test("take items of every kind")
    func items() async throws {
        let model = ScriptedLanguageModel.saying("ok")
        let (status, _) = try await TestAPI(model).json(
            .post,
            "/v1/responses",
            #"""
            {"input": [
                {"role": "developer", "content": "rules"},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
                {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "x"}]},
                {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
                 "content": [{"type": "output_text", "text": "hello", "annotations": [], "logprobs": []}]},
                {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}", "status": "completed"},
                {"type": "function_call", "call_id": "c2", "name": "g", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "1"}]}
             ], "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "null"}, "strict": true},
                         "verbosity": "low"},
             "reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"], "truncation": "auto"}
            """#
        )
        #expect(status == 200)
        let calls = [ToolCall(id: "c1", name: "f", arguments: "{}"), ToolCall(id: "c2", name: "g", arguments: "{}")]
        #expect(
            model.conversations.last == [
                .system("rules"), .user("hi"), ChatMessage(role: .assistant, content: "hello", toolCalls: calls),
                .tool("1", answering: "c1"),
            ]
        )
        #expect(model.requests.last?.constraint == .jsonSchema(["type": "null"]))
        #expect(model.requests.last?.templateVariables["reasoning_effort"] == "low")
    }

    @Test(
        "refuse what can't be answered",
        arguments: [
            ("{}", "input", "missing_required_parameter"), (#"{"input": 5}"#, "input", "invalid_type"),
            (#"{"input": []}"#, "input", "empty_array"), (#"{"input": [5]}"#, "input[0]", "invalid_type"),
            (#"{"input": [{"type": "item_reference", "id": "x"}]}"#, "input[0].type", "invalid_value"),
            (#"{"input": [{"role": "user"}]}"#, "input[0].content", "missing_required_parameter"),
            (
                #"{"input": [{"role": "user", "content": [{"type": "input_image"}]}]}"#, "input[0].content[0].type",
                "unsupported_parameter"
            ),
            (#"{"input": "x", "background": true}"#, "background", "unsupported_parameter"),
            (#"{"input": "x", "conversation": "c"}"#, "conversation", "unsupported_parameter"),
            (#"{"input": "x", "include": ["web"]}"#, "include[0]", "invalid_value"),
            (#"{"input": "x", "tools": [{"type": "web_search"}]}"#, "tools[0].type", "unsupported_parameter"),
            (#"{"input": "x", "text": {"format": {"type": "yaml"}}}"#, "text.format.type", "invalid_value"),
            (#"{"input": "x", "max_output_tokens": 0}"#, "max_output_tokens", "integer_below_min_value"),
            (#"{"input": "x", "messages": []}"#, "messages", "unknown_parameter"),
        ]
    )
    func refusals(body: String, parameter: String, code: String) async throws {
        let answer = try await TestAPI(ScriptedLanguageModel.saying("ok")).json(.post, "/v1/responses", body)
        #expect(answer.status == 400)
        #expect(answer.body.at("error.param") == .string(parameter))
        #expect(answer.body.at("error.code") == .string(code))
    }
}
