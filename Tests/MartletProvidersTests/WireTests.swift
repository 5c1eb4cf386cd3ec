import MartletAWS
import MartletCore
import MartletProviders
import MartletTestSupport
import Testing

/// What goes over the wire, as the providers' documentation has it.
@Suite("Requests and answers on the wire", .timeLimit(.minutes(1)))
struct WireTests {
    /// Asks once and returns the request that was sent and the events that came back.
    private func exchange(
        _ request: GenerationRequest,
        _ response: ScriptedResponse,
        _ make: @Sendable (String, ProviderTransport) throws -> any LanguageModel
    ) async throws -> (sent: ReceivedRequest, events: [GenerationEvent]) {
        try await ScriptedServer.run { _, _ in
            response
        } _: { provider in
            try await ProviderTransport.withTransport { transport in
                var events: [GenerationEvent] = []
                for try await event in try make(provider.url, transport).generate(request) { events.append(event) }
                return (provider.requests[0], events)
            }
        }
    }

    private static let conversation: [ChatMessage] = [
        .system("Be kind."), .user("What is the weather?"),
        ChatMessage(
            role: .assistant,
            content: "",
            toolCalls: [ToolCall(id: "c1", name: "weather", arguments: "{\"city\":\"Paris\"}")]
        ),
        .tool("sunny", answering: "c1"), .system("Be brief."), .user("And tomorrow?"),
    ]

    private static var full: GenerationRequest {
        var request = GenerationRequest(.messages(conversation), maximumTokenCount: 50, stopStrings: ["A", "B"])
        request.sampling = .hosted
        request.sampling.temperature = 0.7
        request.sampling.topP = 0.9
        request.sampling.topK = 5
        request.sampling.seed = 42
        request.sampling.penalties.presence = 0.5
        request.tools = [ToolDefinition(name: "weather", description: "The weather.", parameters: ["type": "object"])]
        request.toolChoice = .required
        request.allowsParallelToolCalls = false
        return request
    }

    private static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text.utf8) }

    @Test("says everything in OpenAI's terms")
    func openAI() async throws {
        let (sent, _) = try await exchange(
            Self.full,
            ProviderFixture.openAI.answer(.answers),
            ProviderFixture.openAI.make
        )
        #expect(sent.path == "/v1/chat/completions")
        #expect(sent.headers["authorization"] == "Bearer \(ProviderFixture.key)")
        let expected = try Self.json(
            """
            {"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true},"messages":[
            {"role":"system","content":"Be kind."},{"role":"user","content":"What is the weather?"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":
            {"name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"}}]},
            {"role":"tool","content":"sunny","tool_call_id":"c1"},{"role":"system","content":"Be brief."},
            {"role":"user","content":"And tomorrow?"}],"tools":[{"type":"function","function":{"name":"weather",
            "description":"The weather.","parameters":{"type":"object"}}}],"tool_choice":"required",
            "parallel_tool_calls":false,"temperature":0.7,"top_p":0.9,"seed":42,"presence_penalty":0.5,
            "max_completion_tokens":50,"stop":["A","B"]}
            """
        )
        #expect(sent.json == expected, "\(sent.json.text)")
    }

    private static let dialects: [(dialect: OpenAIDialect, has: [String], hasNot: [String])] = [
        (.vllm, ["top_k", "max_tokens", "seed", "stream_options"], ["max_completion_tokens", "random_seed"]),
        (.mistral, ["random_seed", "max_tokens"], ["seed", "stream_options", "top_k"]),
        (.groq, ["max_completion_tokens"], ["top_k"]),
        (.llamaServer, ["top_k", "temperature"], ["min_p"]),
        (.generic, ["max_tokens"], ["top_k"]),
    ]

    @Test("says it in a server's own dialect", arguments: dialects.indices)
    func dialect(index: Int) async throws {
        let row = Self.dialects[index]
        let (sent, _) = try await exchange(Self.full, ProviderFixture.openAI.answer(.answers)) { url, transport in
            try OpenAICompatibleModel(
                "m",
                at: OpenAIServer(row.dialect, at: url + "/api", key: Secret("k")),
                transport: transport
            )
        }
        #expect(sent.path == "/api/chat/completions")
        for field in row.has { #expect(sent.json[field] != nil, "\(row.dialect.name) lacks \(field)") }
        for field in row.hasNot { #expect(sent.json[field] == nil, "\(row.dialect.name) has \(field)") }
    }

    @Test("sends text and tokens as they stand where the server takes them")
    func completions() async throws {
        let answer = ScriptedResponse.events(
            "data: {\"choices\":[{\"text\":\"Hi\",\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n"
        )
        let make: @Sendable (String, ProviderTransport) throws -> any LanguageModel = { url, transport in
            try OpenAICompatibleModel("m", at: OpenAIServer(.vllm, at: url, key: nil), transport: transport)
        }
        let (text, events) = try await exchange(GenerationRequest(.text("Once")), answer, make)
        #expect(text.path == "/v1/completions")
        #expect(text.json["prompt"] == "Once")
        #expect(events.first == .text("Hi"))
        let (tokens, _) = try await exchange(GenerationRequest(.tokens([TokenID(3), TokenID(4)])), answer, make)
        #expect(tokens.json["prompt"] == [3, 4])
    }

    @Test("asks for JSON in the form that each interface has")
    func constraints() async throws {
        let schema: JSONValue = ["type": "object", "properties": ["a": ["type": "integer"]]]
        var request = GenerationRequest.hello
        request.constraint = .jsonSchema(schema)
        let (sent, _) = try await exchange(
            request,
            ProviderFixture.openAI.answer(.answers),
            ProviderFixture.openAI.make
        )
        #expect(sent.json["response_format"]?["json_schema"]?["schema"] == schema)
        let use =
            ProviderFixture.start
            + ProviderFixture.event([
                "type": "content_block_start", "index": 0,
                "content_block": ["type": "tool_use", "id": "t", "name": "answer", "input": [:]],
            ]) + ProviderFixture.inputDelta("{\"a\":", at: 0) + ProviderFixture.inputDelta("1}", at: 0)
            + ProviderFixture.stop("tool_use")
        let (asked, events) = try await exchange(request, .events(use), ProviderFixture.anthropic.make)
        #expect(asked.json["tool_choice"] == ["type": "tool", "name": "answer"])
        #expect(asked.json["tools"]?.array?.first?["input_schema"] == schema)
        #expect(events.prefix(2) == [.text("{\"a\":"), .text("1}")])
        guard case .finished(let summary) = events.last else { throw CancellationError() }
        #expect(summary.reason == .endOfTurn)
        let frames = [
            ProviderFixture.frame("contentBlockStart", ["start": ["toolUse": ["toolUseId": "t", "name": "answer"]]]),
            ProviderFixture.frame("contentBlockDelta", ["delta": ["toolUse": ["input": "{\"a\":1}"]]]),
        ]
        let (_, converse) = try await exchange(
            request,
            ProviderFixture.frames(frames + ProviderFixture.stop("tool_use")),
            ProviderFixture.bedrock.make
        )
        #expect(converse.first == .text("{\"a\":1}"))
    }

    @Test("refuses what an interface has no words for, and names it")
    func unsupported() async throws {
        let changes: [(@Sendable (inout GenerationRequest) -> Void, String)] = [
            ({ $0.constraint = .grammar("root ::= \"a\"") }, "grammar"), ({ $0.scoresPrompt = true }, "echo"),
            ({ $0.sampling.beams = .init(width: 2) }, "beams"), ({ $0.input = .tokens([TokenID(1)]) }, "prompt"),
        ]
        for (change, parameter) in changes {
            var request = GenerationRequest.hello
            change(&request)
            let error = await #expect(throws: ProviderError.self) {
                try await exchange(request, ProviderFixture.openAI.answer(.answers), ProviderFixture.openAI.make)
            }
            #expect(error?.failureKind == .invalidRequest(parameter: parameter))
        }
    }

    @Test("says everything in Anthropic's terms")
    func anthropic() async throws {
        let (sent, events) = try await exchange(
            Self.full,
            ProviderFixture.anthropic.answer(.answers),
            ProviderFixture.anthropic.make
        )
        #expect(sent.path == "/v1/messages")
        #expect(sent.headers["x-api-key"] == ProviderFixture.key)
        #expect(sent.headers["anthropic-version"] == "2023-06-01")
        let expected = try Self.json(
            """
            {"model":"claude-haiku-4-5","system":"Be kind.\\n\\nBe brief.","messages":[
            {"role":"user","content":[{"type":"text","text":"What is the weather?"}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"weather","input":{"city":"Paris"}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"sunny"},
            {"type":"text","text":"And tomorrow?"}]}],"tools":[{"name":"weather","description":"The weather.",
            "input_schema":{"type":"object"}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true},
            "max_tokens":50,"stream":true,"temperature":0.7,"top_p":0.9,"top_k":5,"stop_sequences":["A","B"]}
            """
        )
        #expect(sent.json == expected, "\(sent.json.text)")
        guard case .finished(let summary) = events.last else { throw CancellationError() }
        #expect(summary.usage.promptTokenCount == 28)
        #expect(summary.usage.reusedTokenCount == 5)
        #expect(summary.usage.generatedTokenCount == 7)
        #expect(abs((summary.usage.cost ?? 0) - (20 * 1 + 5 * 0.1 + 3 * 1.25 + 7 * 5) / 1_000_000) < 1e-12)
    }

    @Test("says everything in Bedrock's terms, signed, with a name that is an ARN as one part of the path")
    func bedrock() async throws {
        let arn = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-haiku-4-5-v1:0"
        let (sent, _) = try await exchange(Self.full, ProviderFixture.bedrock.answer(.answers)) { url, transport in
            try BedrockModel(
                arn,
                region: "eu-west-1",
                baseURL: url,
                authorization: .signature(FixedCredentials(ProviderFixture.credentials)),
                transport: transport
            )
        }
        #expect(
            sent.path
                == "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile"
                + "%2Feu.anthropic.claude-haiku-4-5-v1%3A0/converse-stream"
        )
        let expected = try Self.json(
            """
            {"system":[{"text":"Be kind.\\n\\nBe brief."}],"messages":[
            {"role":"user","content":[{"text":"What is the weather?"}]},
            {"role":"assistant","content":[{"toolUse":{"toolUseId":"c1","name":"weather","input":{"city":"Paris"}}}]},
            {"role":"user","content":[{"toolResult":{"toolUseId":"c1","content":[{"text":"sunny"}]}},
            {"text":"And tomorrow?"}]}],"inferenceConfig":{"maxTokens":50,"temperature":0.7,"topP":0.9,
            "stopSequences":["A","B"]},"additionalModelRequestFields":{"top_k":5},"toolConfig":{"tools":[{"toolSpec":
            {"name":"weather","description":"The weather.","inputSchema":{"json":{"type":"object"}}}}],
            "toolChoice":{"any":{}}}}
            """
        )
        #expect(sent.json == expected, "\(sent.json.text)")
        #expect(sent.headers["x-amz-security-token"] == "token-1")
        let authorization = sent.headers["authorization"] ?? ""
        #expect(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token"))
        // What arrived is what was signed.
        let time = try #require(Self.seconds(sent.headers["x-amz-date"] ?? ""))
        let signer = RequestSigner(credentials: ProviderFixture.credentials, region: "eu-west-1", service: "bedrock")
        let signed = signer.headers(
            for: RequestSigner.Message(
                method: sent.method,
                path: sent.path,
                headers: [("host", sent.headers["host"] ?? ""), ("content-type", "application/json")],
                body: sent.body
            ),
            at: time
        )
        #expect(signed.last?.value == authorization)
    }

    private static func seconds(_ text: String) -> Int64? {
        let digits = text.filter(\.isNumber).compactMap(\.wholeNumberValue)
        guard digits.count == 14 else { return nil }
        func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        // Days since 1970, counted plainly.
        func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
        var days = (1970..<year).reduce(0) { $0 + (isLeap($1) ? 366 : 365) } + day - 1
        let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        days += lengths[..<(month - 1)].reduce(0, +)
        return Int64(days * 86_400 + number(8..<10) * 3600 + number(10..<12) * 60 + number(12..<14))
    }

    @Test("takes a Bedrock key instead of a signature")
    func bedrockKey() async throws {
        let (sent, events) = try await exchange(.hello, ProviderFixture.bedrock.answer(.answers)) { url, transport in
            try BedrockModel(
                "amazon.nova-lite-v1:0",
                region: "us-east-1",
                baseURL: url,
                authorization: .key(try #require(Secret("bedrock-key"))),
                transport: transport
            )
        }
        #expect(sent.path == "/model/amazon.nova-lite-v1%3A0/converse-stream")
        #expect(sent.headers["authorization"] == "Bearer bedrock-key")
        guard case .finished(let summary) = events.last else { throw CancellationError() }
        #expect(abs((summary.usage.cost ?? 0) - (25 * 0.06 + 7 * 0.24) / 1_000_000) < 1e-12)
    }

    private static let failures:
        [(name: String, fixture: ProviderFixture, response: ScriptedResponse, ModelFailureKind)] = [
            (
                "an exception in Bedrock's stream", .bedrock,
                ProviderFixture.frames([ProviderFixture.exception("throttlingException", "slow down")]),
                .overloaded(retryAfter: nil)
            ),
            (
                "a validation exception about length", .bedrock,
                ProviderFixture.frames([
                    ProviderFixture.exception("validationException", "Input is too long for the model")
                ]),
                .contextTooLong
            ),
            (
                "a damaged message", .bedrock,
                ScriptedResponse(
                    headers: [("Content-Type", "application/vnd.amazon.eventstream")],
                    steps: [.send(ProviderFixture.texts(["Hello"]).flatMap { $0 }.map { $0 == 0x48 ? 0x49 : $0 })]
                ), .unavailable
            ),
            ("half a stream", .bedrock, ProviderFixture.frames(ProviderFixture.texts(["Hello"])), .unavailable),
            (
                "an overload in Anthropic's stream", .anthropic,
                .events(
                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n"
                ),
                .overloaded(retryAfter: nil)
            ),
            (
                "a refusal", .anthropic, .events(ProviderFixture.message(["I"], reason: "refusal")),
                .invalidRequest(parameter: "messages")
            ),
            (
                "half a message", .anthropic, .events(ProviderFixture.start + ProviderFixture.textDelta("Hel")),
                .unavailable
            ),
        ]

    @Test("finds failures inside answers", arguments: failures.indices)
    func failure(index: Int) async throws {
        let row = Self.failures[index]
        let error = await #expect(throws: ProviderError.self) {
            try await exchange(.hello, row.response, row.fixture.make)
        }
        #expect(error?.failureKind == row.3, "\(row.name): \(String(describing: error))")
    }

    @Test("keeps thinking apart, and scores tokens where it is asked to")
    func thinkingAndScores() async throws {
        var request = GenerationRequest.hello
        request.alternativeCount = 1
        let events =
            ProviderFixture.chunk(["reasoning_content": "Hm, ", "reasoning": "Hm, "])
            + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é\"},\"logprobs\":{\"content\":[{\"token\":\"é\","
            + "\"bytes\":[195,169],\"logprob\":-0.5,\"top_logprobs\":[{\"token\":\"é\",\"bytes\":null,\"logprob\":-0.5}]}]}}]}\n\n"
            + ProviderFixture.chunk([:], reason: "stop") + "data: [DONE]\n\n"
        let (sent, received) = try await exchange(request, .events(events), ProviderFixture.openAI.make)
        #expect(sent.json["top_logprobs"]?.integer == 1)
        #expect(received.first == .thinking("Hm, "))
        guard case .scores(let scores) = received[1] else { throw CancellationError() }
        #expect(scores.first?.bytes == [0xC3, 0xA9])
        #expect(scores.first?.logProbability == -0.5)
        #expect(scores.first?.alternatives.first?.bytes == [0xC3, 0xA9])
        #expect(received[2] == .text("é"))
    }

    @Test("tells several calls of tools apart, however a server numbers them")
    func toolCalls() async throws {
        func call(_ text: String) -> String { "data: {\"choices\":[{\"delta\":{\"tool_calls\":[\(text)]}}]}\n\n" }
        let variants = [
            // By number, mixed.
            call("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}")
                + call("{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{\"}}")
                + call("{\"index\":0,\"function\":{\"arguments\":\"}\"}}")
                + call("{\"index\":1,\"function\":{\"arguments\":\"}\"}}"),
            // Without numbers, whole.
            call("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
                + call("{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":{}}}"),
            // All numbered 0.
            call("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
                + call("{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}"),
            // Both at once.
            call(
                "{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}},"
                    + "{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}"
            ),
        ]
        for (number, variant) in variants.enumerated() {
            let answer = variant + ProviderFixture.chunk([:], reason: "tool_calls") + "data: [DONE]\n\n"
            let (_, events) = try await exchange(.hello, .events(answer), ProviderFixture.openAI.make)
            #expect(
                events.dropLast() == [
                    .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")),
                    .toolCall(ToolCall(id: "b", name: "g", arguments: "{}")),
                ],
                "variant \(number): \(events)"
            )
        }
    }

    private static let names: [(name: String, provider: String, found: String?)] = [
        ("gpt-4o-mini", "openai", "gpt-4o-mini"), ("gpt-4o-mini-2024-07-18", "openai", "gpt-4o-mini"),
        ("gpt-4o-audio-preview", "openai", nil), ("gpt-5-pro", "openai", nil), ("gpt-5.4", "openai", "gpt-5.4"),
        ("gpt-6", "openai", nil), ("gpt-4o-mini", "vllm", nil), ("claude-opus-5", "anthropic", "claude-opus-5"),
        ("claude-opus-5-5", "anthropic", nil), ("claude-haiku-4-5-20251001", "anthropic", "claude-haiku-4-5"),
        ("claude-3-5-haiku-latest", "anthropic", "claude-3-5-haiku"),
        ("eu.amazon.nova-micro-v1:0", "bedrock", "amazon.nova-micro"), ("amazon.nova-pro-v1:0", "bedrock", nil),
    ]

    @Test("knows the prices of some models, and of no others", arguments: names)
    func prices(name: String, provider: String, found: String?) {
        #expect(KnownModel.find(name, at: provider)?.name == found)
    }
}
