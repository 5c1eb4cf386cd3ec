import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import Testing

@Suite("Completions")
struct CompletionTests {
    private func complete(_ members: String) async throws -> (status: Int, body: JSONValue) {
        try await TestAPI(SpellingModel()).json(.post, "/v1/completions", "{\(members)}")
    }

    @Test("answer in OpenAI's legacy shape")
    func golden() async throws {
        let (status, body) = try await complete(#""prompt": "ab", "echo": true, "logprobs": 1, "max_tokens": 1"#)
        #expect(status == 200)
        #expect(
            body.stable.text
                == #"{"id":"cmpl","object":"text_completion","created":0,"model":"scripted","choices":[{"text":"abA","#
                + #""index":0,"logprobs":{"tokens":["a","b","A"],"token_logprobs":[null,-1.0,-1.0],"#
                + #""top_logprobs":[null,{"a":-2.0},{"a":-2.0}],"text_offset":[0,1,2]},"finish_reason":"length"}],"#
                + #""usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3,"#
                + #""prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}},"#
                + #""system_fingerprint":"fp","timings":{"queue_ms":0.0,"cache_n":0,"prompt_n":2,"prompt_ms":0.0,"#
                + #""prompt_per_second":0.0,"predicted_n":1,"predicted_ms":0.0,"predicted_per_second":0.0}}"#
        )
    }

    @Test(
        "take prompts in every form",
        arguments: [
            (#""ab""#, ["AB"]), (#"["ab", "c"]"#, ["AB", "C"]), ("[97, 98]", ["AB"]),
            ("[[97], [98, 99]]", ["A", "BC"]),
            (#""""#, [""]),
        ]
    )
    func prompts(prompt: String, texts: [String]) async throws {
        let (status, body) = try await complete(#""prompt": \#(prompt)"#)
        #expect(status == 200)
        #expect(body.at("choices")?.array?.compactMap { $0.at("text")?.string } == texts)
        #expect(body.at("choices")?.array?.compactMap { $0.at("index")?.integer } == texts.indices.map { Int64($0) })
    }

    @Test("generate sixteen tokens where nothing is said, and none where none are wanted")
    func limits() async throws {
        let long = String(repeating: "x", count: 40)
        #expect(try await complete(#""prompt": "\#(long)""#).body.at("choices.0.text")?.string?.count == 16)
        #expect(try await complete(#""prompt": "ab", "max_tokens": 0, "echo": true"#).body.at("choices.0.text") == "ab")
    }

    @Test("echo tokens as text, and place characters of several bytes")
    func echoedTokens() async throws {
        let (_, body) = try await complete(#""prompt": [195, 169, 97], "echo": true, "logprobs": 0, "max_tokens": 0"#)
        #expect(body.at("choices.0.text") == "éa")
        #expect(body.at("choices.0.logprobs.tokens") == ["bytes:\\xc3", "bytes:\\xa9", "a"])
        #expect(body.at("choices.0.logprobs.text_offset") == [0, 1, 1])
        let (_, later) = try await complete(#""prompt": "éa", "logprobs": 0, "max_tokens": 2"#)
        #expect(later.at("choices.0.logprobs.text_offset")?.array?.first == 2)
    }

    @Test("answer the likeliest of several")
    func bestOf() async throws {
        let (status, body) = try await complete(
            #""prompt": ["a", "b"], "best_of": 3, "n": 1, "seed": 0, "logprobs": 0, "max_tokens": 1"#
        )
        #expect(status == 200)
        #expect(body.at("choices")?.array?.count == 2)
        let likeliest = -1 / Float(3)
        #expect(body.at("choices.0.logprobs.token_logprobs.0")?.number.map { Float($0) } == likeliest)
        #expect(body.at("choices.1.text") == "B")
        #expect(body.at("usage.prompt_tokens") == 2)
        #expect(body.at("usage.completion_tokens") == 6)
    }

    @Test("stream pieces, with echoes and scores where they belong")
    func stream() async throws {
        let body = #"""
            {"prompt": ["ab", "c"], "stream": true, "echo": true, "logprobs": 0, "stream_options": {"include_usage": true}}
            """#
        let response = try await TestAPI(SpellingModel()).send(.post, "/v1/completions", body)
        let events = try response.events
        #expect(events.last == "[DONE]")
        #expect(events.dropLast().last?.at("usage.total_tokens") == 6)
        for (index, text) in ["abAB", "cC"].enumerated() {
            let own = events.compactMap { $0.at("choices.0") }.filter { $0.at("index") == .integer(Int64(index)) }
            #expect(own.compactMap { $0.at("text")?.string }.joined() == text)
            #expect(own.flatMap { $0.at("logprobs.tokens")?.array ?? [] }.compactMap(\.string).joined() == text)
            #expect(own.last?.at("finish_reason") == "length")
        }
    }

    @Test(
        "refuse what can't be meant",
        arguments: [
            ("", "prompt", "missing_required_parameter"), (#""prompt": []"#, "prompt", "empty_array"),
            (#""prompt": 5"#, "prompt", "invalid_type"), (#""prompt": ["a", 5]"#, "prompt[1]", "invalid_type"),
            (#""prompt": [5, "a"]"#, "prompt[1]", "invalid_type"),
            (#""prompt": [-1]"#, "prompt[0]", "integer_below_min_value"),
            (#""prompt": [[]]"#, "prompt[0]", "empty_array"), (#""prompt": [{}]"#, "prompt[0]", "invalid_type"),
            (#""prompt": "a", "suffix": "b""#, "suffix", "unsupported_parameter"),
            (#""prompt": "a", "best_of": 1, "n": 2"#, "best_of", "invalid_value"),
            (#""prompt": "a", "best_of": 2, "stream": true"#, "best_of", "invalid_value"),
            (#""prompt": ["a", "b", "c"], "n": 30"#, "prompt", "array_above_max_length"),
            (#""prompt": "a", "logprobs": 21"#, "logprobs", "integer_above_max_value"),
            (#""prompt": "a", "messages": []"#, "messages", "unknown_parameter"),
        ]
    )
    func refusals(members: String, parameter: String, code: String) async throws {
        let (status, body) = try await complete(members)
        #expect(status == 400)
        #expect(body.at("error.param") == .string(parameter))
        #expect(body.at("error.code") == .string(code))
    }

    @Test("refuse to echo tokens that a model doesn't show")
    func hiddenTokens() async throws {
        let api = TestAPI(ScriptedLanguageModel.saying("ok"))
        let answer = try await api.json(.post, "/v1/completions", #"{"prompt": [5], "echo": true}"#)
        #expect(answer.status == 400)
        #expect(try await api.json(.post, "/v1/completions", #"{"prompt": [5]}"#).status == 200)
    }
}
