import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import Testing

@Suite("Chat requests that can't be answered")
struct BadChatRequestTests {
    /// A body's members beside a valid message, the field that is named, and the code.
    struct Case: Sendable, CustomTestStringConvertible {
        var members: String
        var parameter: String
        var code: String
        var testDescription: String { members }

        init(_ members: String, _ parameter: String, _ code: String) {
            self.members = members
            self.parameter = parameter
            self.code = code
        }
    }

    static let fieldCases: [Case] = [
        Case(#""temperature": "hot""#, "temperature", "invalid_type"),
        Case(#""temperature": true"#, "temperature", "invalid_type"),
        Case(#""temperature": 2.01"#, "temperature", "decimal_above_max_value"),
        Case(#""temperature": -0.5"#, "temperature", "decimal_below_min_value"),
        Case(#""temperature": 1e300"#, "temperature", "decimal_above_max_value"),
        Case(#""top_p": [1]"#, "top_p", "invalid_type"),
        Case(#""top_k": -1"#, "top_k", "integer_below_min_value"),
        Case(#""top_k": 1.5"#, "top_k", "invalid_type"),
        Case(#""top_k": 1e30"#, "top_k", "integer_above_max_value"),
        Case(#""min_p": 2"#, "min_p", "decimal_above_max_value"),
        Case(#""frequency_penalty": 3"#, "frequency_penalty", "decimal_above_max_value"),
        Case(#""repetition_penalty": 0"#, "repetition_penalty", "decimal_below_min_value"),
        Case(#""repetition_penalty": 1, "repeat_penalty": 1"#, "repeat_penalty", "invalid_value"),
        Case(#""n": 0"#, "n", "integer_below_min_value"),
        Case(#""n": 1000"#, "n", "integer_above_max_value"),
        Case(#""max_tokens": -5"#, "max_tokens", "integer_below_min_value"),
        Case(#""max_tokens": 0"#, "max_tokens", "integer_below_min_value"),
        Case(#""max_tokens": 99999999999"#, "max_tokens", "integer_above_max_value"),
        Case(#""max_tokens": 1, "max_completion_tokens": 2"#, "max_tokens", "invalid_value"),
        Case(#""seed": "7""#, "seed", "invalid_type"),
        Case(#""seed": 1e40"#, "seed", "integer_above_max_value"),
        Case(#""stop": 5"#, "stop", "invalid_type"),
        Case(#""stop": """#, "stop", "empty_string"),
        Case(#""stop": ["a", 5]"#, "stop[1]", "invalid_type"),
        Case(#""stream": "yes""#, "stream", "invalid_type"),
        Case(#""stream_options": {"include_usage": true}"#, "stream_options", "invalid_value"),
        Case(#""stream": true, "stream_options": {"usage": 1}"#, "stream_options.usage", "unknown_parameter"),
        Case(#""logit_bias": {"word": 1}"#, "logit_bias.word", "invalid_value"),
        Case(#""logit_bias": {"5": 101}"#, "logit_bias.5", "decimal_above_max_value"),
        Case(#""logit_bias": []"#, "logit_bias", "invalid_type"),
        Case(#""top_logprobs": 2"#, "top_logprobs", "invalid_value"),
        Case(#""logprobs": true, "top_logprobs": 21"#, "top_logprobs", "integer_above_max_value"),
        Case(#""response_format": "json""#, "response_format", "invalid_type"),
        Case(#""response_format": {"type": "xml"}"#, "response_format.type", "invalid_value"),
        Case(
            #""response_format": {"type": "json_schema"}"#,
            "response_format.json_schema",
            "missing_required_parameter"
        ),
        Case(
            #""response_format": {"type": "json_schema", "json_schema": {"name": "a b"}}"#,
            "response_format.json_schema.name",
            "invalid_value"
        ),
        Case(#""response_format": {"type": "json_object"}, "grammar": "x""#, "grammar", "invalid_value"),
        Case(#""tools": [{"type": "retrieval"}]"#, "tools[0].type", "unsupported_parameter"),
        Case(#""tools": [{"type": "function"}]"#, "tools[0].function", "missing_required_parameter"),
        Case(
            #""tools": [{"type": "function", "function": {}}]"#,
            "tools[0].function.name",
            "missing_required_parameter"
        ),
        Case(
            #""tools": [{"type": "function", "function": {"name": "a"}}, {"type": "function", "function": {"name": "a"}}]"#,
            "tools[1]",
            "invalid_value"
        ),
        Case(#""tool_choice": "required""#, "tool_choice", "invalid_value"),
        Case(#""tool_choice": "sometimes""#, "tool_choice", "invalid_value"),
        Case(
            #""tools": [{"type": "function", "function": {"name": "a"}}], "#
                + #""tool_choice": {"type": "function", "function": {"name": "b"}}"#,
            "tool_choice",
            "invalid_value"
        ),
        Case(#""functions": []"#, "functions", "unsupported_parameter"),
        Case(#""audio": {}"#, "audio", "unsupported_parameter"),
        Case(#""modalities": ["audio"]"#, "modalities[0]", "invalid_value"),
        Case(#""service_tier": "gold""#, "service_tier", "invalid_value"),
        Case(#""timeout": 0"#, "timeout", "decimal_below_min_value"),
        Case(#""model": """#, "model", "empty_string"),
        Case(#""model": 5"#, "model", "invalid_type"),
        Case(#""temprature": 1"#, "temprature", "unknown_parameter"),
    ]

    @Test("name the field and what it may be", arguments: fieldCases)
    func fields(example: Case) async throws {
        let body = #"{"messages": [{"role": "user", "content": "hi"}], \#(example.members)}"#
        let (status, answer) = try await TestAPI(ScriptedLanguageModel.saying("ok")).json(
            .post,
            "/v1/chat/completions",
            body
        )
        #expect(status == 400)
        #expect(answer.at("error.type") == "invalid_request_error")
        #expect(answer.at("error.param") == .string(example.parameter))
        #expect(answer.at("error.code") == .string(example.code))
    }

    static let messageCases: [Case] = [
        Case("5", "messages", "invalid_type"),
        Case("[]", "messages", "empty_array"),
        Case("null", "messages", "missing_required_parameter"),
        Case("[5]", "messages[0]", "invalid_type"),
        Case("[{}]", "messages[0].role", "missing_required_parameter"),
        Case(#"[{"role": "wizard", "content": "x"}]"#, "messages[0].role", "invalid_value"),
        Case(#"[{"role": 1, "content": "x"}]"#, "messages[0].role", "invalid_type"),
        Case(#"[{"role": "function", "name": "f", "content": "x"}]"#, "messages[0].role", "unsupported_parameter"),
        Case(#"[{"role": "user"}]"#, "messages[0].content", "missing_required_parameter"),
        Case(#"[{"role": "user", "content": 5}]"#, "messages[0].content", "invalid_type"),
        Case(
            #"[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]"#,
            "messages[0].content[0].type",
            "unsupported_parameter"
        ),
        Case(
            #"[{"role": "user", "content": [{"type": "text"}]}]"#,
            "messages[0].content[0].text",
            "missing_required_parameter"
        ),
        Case(#"[{"role": "user", "content": "x", "mood": "grim"}]"#, "messages[0].mood", "unknown_parameter"),
        Case(#"[{"role": "assistant"}]"#, "messages[0].content", "missing_required_parameter"),
        Case(
            #"[{"role": "assistant", "function_call": {"name": "f"}}]"#,
            "messages[0].function_call",
            "unsupported_parameter"
        ),
        Case(
            #"[{"role": "assistant", "tool_calls": [{"id": "a", "type": "function"}]}]"#,
            "messages[0].tool_calls[0].function.name",
            "missing_required_parameter"
        ),
        Case(#"[{"role": "tool", "content": "x"}]"#, "messages[0].tool_call_id", "missing_required_parameter"),
        Case(#"[{"role": "user", "content": "x", "name": ""}]"#, "messages[0].name", "empty_string"),
    ]

    @Test("name the message", arguments: messageCases)
    func messages(example: Case) async throws {
        let (status, answer) = try await TestAPI(ScriptedLanguageModel.saying("ok")).json(
            .post,
            "/v1/chat/completions",
            #"{"messages": \#(example.members)}"#
        )
        #expect(status == 400)
        #expect(answer.at("error.param") == .string(example.parameter))
        #expect(answer.at("error.code") == .string(example.code))
    }

    @Test(
        "say where a body stops being JSON",
        arguments: [
            ("", "empty"), ("{", "line 1, column 2"), ("{\n \"a\": nope}", "line 2, column 7"),
            ("[]", "but is an array"),
            ("\"text\"", "but is a string"), ("{} x", "line 1, column 4"), (#"{"a": NaN}"#, "line 1, column 7"),
            (#"{"a": 1e999}"#, "malformed number"),
            (String(repeating: "[", count: 5000), "nested too deeply"),
        ]
    )
    func notJSON(body: String, part: String) async throws {
        let (status, answer) = try await TestAPI(ScriptedLanguageModel.saying("ok")).json(
            .post,
            "/v1/chat/completions",
            body
        )
        #expect(status == 400)
        #expect(answer.at("error.message")?.string?.contains(part) == true, "\(answer.text)")
    }

    @Test("refuse other content types with 415, and take a body without one")
    func contentTypes() async throws {
        let api = TestAPI(ScriptedLanguageModel.saying("ok"))
        let body = #"{"messages": [{"role": "user", "content": "hi"}]}"#
        for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let response = try await api.send(.post, "/v1/chat/completions", body, headers: [.contentType: type])
            #expect(response.status.code == 415)
        }
        for headers in [[:], [.contentType: "application/json; charset=utf-8"], [.contentType: "Application/JSON"]]
            as [HTTPFields]
        {
            #expect(try await api.send(.post, "/v1/chat/completions", body, headers: headers).status == .ok)
        }
    }

    @Test("suggest the field that was meant")
    func suggestion() async throws {
        let body = #"{"messages": [{"role": "user", "content": "hi"}], "temprature": 1}"#
        let answer = try await TestAPI(ScriptedLanguageModel.saying("ok")).json(.post, "/v1/chat/completions", body)
            .body
        #expect(answer.at("error.message") == "'temprature' is not known here. Was 'temperature' meant?")
    }

    @Test("pass a model's own refusals on", arguments: [false, true])
    func modelFailures(isStream: Bool) async throws {
        struct Failure: ModelFailure {
            var failureKind: ModelFailureKind
            var description: String { "the input is too long; shorten it" }
        }
        let cases: [(ModelFailureKind, Int, JSONValue)] = [
            (.contextTooLong, 400, "context_length_exceeded"),
            (.overloaded(retryAfter: .seconds(3)), 503, "overloaded"),
            (.invalidRequest(parameter: "grammar"), 400, .null),
            (.internal, 500, "internal_error"),
        ]
        for (kind, status, code) in cases {
            let model = PickyModel { _ in Failure(failureKind: kind) }
            let body = #"{"messages": [{"role": "user", "content": "hi"}], "stream": \#(isStream)}"#
            let answer = try await TestAPI(model).json(.post, "/v1/chat/completions", body)
            #expect(answer.status == status)
            #expect(answer.body.at("error.code") == code)
        }
    }

    @Test("a time in the head must be one")
    func timeoutHeader() async throws {
        let api = TestAPI(ScriptedLanguageModel.saying("ok"))
        let body = #"{"messages": [{"role": "user", "content": "hi"}]}"#
        let name = try #require(HTTPField.Name("x-request-timeout"))
        for value in ["soon", "-1", "nan", "0", "1e99"] {
            let response = try await api.send(.post, "/v1/chat/completions", body, headers: [name: value])
            #expect(response.status == .badRequest)
        }
        #expect(try await api.send(.post, "/v1/chat/completions", body, headers: [name: "30"]).status == .ok)
    }
}
