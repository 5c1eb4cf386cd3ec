import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import NIOCore
import Testing

@Suite("Embeddings over HTTP", .timeLimit(.minutes(1)))
struct EmbeddingsTests {
    private let embedder = ScriptedEmbedder()

    private func vector(_ text: String, dimensions: Int? = nil) -> [Float] {
        embedder.vector(Array(text.utf8), dimensions: dimensions)
    }

    private func floats(_ value: JSONValue?) -> [Float]? { value?.array?.compactMap { $0.number.map { Float($0) } } }

    @Test("come in the shape of OpenAI's, in the order of the inputs, with their tokens")
    func shape() async throws {
        let api = TestAPI(embedder: embedder)
        let (status, body) = try await api.json(
            .post,
            "/v1/embeddings",
            #"{"model": "vectors", "input": ["one", "three"], "user": "ada"}"#
        )
        #expect(status == 200)
        #expect(body.at("object") == "list")
        #expect(body.at("model") == "vectors")
        #expect(body.at("usage") == ["prompt_tokens": 8, "total_tokens": 8])
        #expect(body.at("data")?.array?.count == 2)
        #expect(body.at("data.1.object") == "embedding")
        #expect(body.at("data.1.index") == 1)
        #expect(floats(body.at("data.0.embedding")) == vector("one"))
        #expect(floats(body.at("data.1.embedding")) == vector("three"))
        #expect(body.object?.contains { $0.name == "truncated_inputs" } == false)
        #expect(embedder.requests[0].owner == "anonymous/ada")
        #expect(embedder.requests[0].normalizes == nil)
        #expect(!embedder.requests[0].cutsLongTexts)
    }

    @Test("take a text, texts, tokens and arrays of tokens")
    func inputs() async throws {
        let api = TestAPI(embedder: embedder)
        for (input, count) in [("\"ab\"", 1), ("[\"ab\"]", 1), ("[97, 98]", 1), ("[[97, 98], [97, 98.0]]", 2)] {
            let (status, body) = try await api.json(.post, "/v1/embeddings", "{\"input\": \(input)}")
            #expect(status == 200, "\(input): \(body)")
            let data = body.at("data")?.array ?? []
            #expect(data.count == count)
            #expect(data.allSatisfy { floats($0["embedding"]) == vector("ab") }, "\(input)")
        }
        #expect(embedder.requests[2].inputs[0].content == .tokens([TokenID(97), TokenID(98)]))
    }

    @Test("are the same numbers as base64")
    func base64() async throws {
        let api = TestAPI(embedder: embedder)
        let (status, body) = try await api.json(
            .post,
            "/v1/embeddings",
            #"{"input": "hello", "encoding_format": "base64"}"#
        )
        #expect(status == 200)
        let text = try #require(body.at("data.0.embedding")?.string)
        #expect(Base64.decodeVector(text.utf8) == vector("hello"))
    }

    @Test("have as many values as are wanted")
    func dimensions() async throws {
        let api = TestAPI(embedder: embedder)
        let (_, body) = try await api.json(.post, "/v1/embeddings", #"{"input": "hello", "dimensions": 3}"#)
        #expect(floats(body.at("data.0.embedding")) == vector("hello", dimensions: 3))
    }

    @Test("read one instruction for all texts, or one for each")
    func instructions() async throws {
        let api = TestAPI(embedder: embedder)
        let one = #"{"input": ["a", "b"], "instruction": "For search: "}"#
        #expect(try await api.json(.post, "/v1/embeddings", one).status == 200)
        #expect(embedder.requests[0].inputs.map(\.instruction) == ["For search: ", "For search: "])
        let each = #"{"input": ["a", "b"], "instruction": ["x", "y"]}"#
        #expect(try await api.json(.post, "/v1/embeddings", each).status == 200)
        #expect(embedder.requests[1].inputs.map(\.instruction) == ["x", "y"])
    }

    @Test("cut texts that are too long when asked, and name those; else the error names the field")
    func long() async throws {
        let api = TestAPI(embedder: embedder)
        let long = String(repeating: "x", count: 100)
        let refused = try await api.json(.post, "/v1/embeddings", "{\"input\": [\"a\", \"\(long)\"]}")
        #expect(refused.status == 400)
        #expect(refused.body.at("error.code") == "context_length_exceeded")
        #expect(refused.body.at("error.param") == "input")
        let cut = try await api.json(.post, "/v1/embeddings", "{\"input\": [\"a\", \"\(long)\"], \"truncate\": true}")
        #expect(cut.status == 200)
        #expect(cut.body.at("truncated_inputs") == [1])
        #expect(cut.body.at("usage.total_tokens") == 65)
    }

    private static let refusals: [(body: String, parameter: String?, code: String)] = [
        ("{}", "input", "missing_required_parameter"),
        (#"{"input": null}"#, "input", "missing_required_parameter"),
        (#"{"input": ""}"#, "input", "empty_string"),
        (#"{"input": ["a", ""]}"#, "input[1]", "empty_string"),
        (#"{"input": []}"#, "input", "empty_array"),
        (#"{"input": [[]]}"#, "input[0]", "empty_array"),
        (#"{"input": ["a", 5]}"#, "input[1]", "invalid_type"),
        (#"{"input": [5, "a"]}"#, "input[1]", "invalid_type"),
        (#"{"input": [[5], "a"]}"#, "input[1]", "invalid_type"),
        (#"{"input": [5, [6]]}"#, "input[1]", "invalid_type"),
        (#"{"input": [null]}"#, "input[0]", "invalid_type"),
        (#"{"input": [true]}"#, "input[0]", "invalid_type"),
        (#"{"input": {"text": "a"}}"#, "input", "invalid_type"),
        (#"{"input": 5}"#, "input", "invalid_type"),
        (#"{"input": [-1]}"#, "input[0]", "integer_below_min_value"),
        (#"{"input": [2147483647]}"#, "input[0]", "integer_above_max_value"),
        (#"{"input": [1e300]}"#, "input[0]", "integer_above_max_value"),
        (#"{"input": [1.5]}"#, "input[0]", "invalid_type"),
        (#"{"input": [NaN]}"#, nil, "invalid_json"),
        (#"{"input": "a", "encoding_format": "int8"}"#, "encoding_format", "invalid_value"),
        (#"{"input": "a", "encoding_format": 5}"#, "encoding_format", "invalid_type"),
        (#"{"input": "a", "dimensions": 0}"#, "dimensions", "integer_below_min_value"),
        (#"{"input": "a", "dimensions": 9}"#, "dimensions", "integer_above_max_value"),
        (#"{"input": "a", "dimensions": "3"}"#, "dimensions", "invalid_type"),
        (#"{"input": "a", "truncate": "yes"}"#, "truncate", "invalid_type"),
        (#"{"input": "a", "instruction": ["x", "y"]}"#, "instruction", "invalid_value"),
        (#"{"input": "a", "instruction": 5}"#, "instruction", "invalid_type"),
        (#"{"input": "a", "instruction": [5]}"#, "instruction[0]", "invalid_type"),
        (#"{"input": "a", "timeout": 0}"#, "timeout", "decimal_below_min_value"),
        (#"{"input": "a", "dimension": 3}"#, "dimension", "unknown_parameter"),
        (#"["a"]"#, nil, "invalid_type"),
    ]

    @Test("are refused with the parameter that is wrong", arguments: refusals.indices)
    func refusal(index: Int) async throws {
        let row = Self.refusals[index]
        let (status, body) = try await TestAPI(embedder: embedder).json(.post, "/v1/embeddings", row.body)
        #expect(status == 400, "\(row.body)")
        #expect(body.at("error.param") == row.parameter.map { .string($0) } ?? .null, "\(row.body): \(body)")
        #expect(body.at("error.code") == .string(row.code), "\(row.body): \(body)")
        #expect(body.at("error.type") == "invalid_request_error")
        #expect(embedder.requests.isEmpty)
    }

    @Test("are bounded in number and size")
    func bounds() async throws {
        var api = TestAPI(embedder: embedder)
        api.limits.embeddingCount = 3
        api.limits.encodedTextByteCount = 10
        for input in [#"["a", "b", "c", "d"]"#, "[[1], [1], [1], [1]]"] {
            let (status, body) = try await api.json(.post, "/v1/embeddings", "{\"input\": \(input)}")
            #expect(status == 400)
            #expect(body.at("error.code") == "array_above_max_length")
        }
        #expect(try await api.json(.post, "/v1/embeddings", "{\"input\": [1, 2, 3, 4, 5]}").status == 200)
        let (_, long) = try await api.json(.post, "/v1/embeddings", #"{"input": ["a", "12345678901"]}"#)
        #expect(long.at("error.code") == "string_above_max_length")
        #expect(long.at("error.param") == "input[1]")
    }

    @Test("charge the caller's tokens, and free what a failure took")
    func metering() async throws {
        var api = TestAPI(embedder: embedder)
        let metering = RecordingMetering()
        api.metering = metering
        let response = try await api.send(.post, "/v1/embeddings", #"{"input": ["hello", "you"]}"#)
        #expect(response.headers.contains { $0.name.canonicalName == "x-ratelimit-remaining-tokens" })
        _ = try await api.send(.post, "/v1/embeddings", "{\"input\": \"\(String(repeating: "x", count: 80))\"}")
        #expect(metering.outcomes[0] == .encoded(tokenCount: 8, textCount: 2))
        #expect(metering.outcomes[1] == .released(Usage(promptTokenCount: 0, generatedTokenCount: 0)))
        #expect(metering.estimates == [4, 21])
    }

    @Test("fail as the model fails, and as a fault of the server where it breaks its promise")
    func failures() async throws {
        let embedder = ScriptedEmbedder(failures: [
            ScriptedFailure(.overloaded(retryAfter: .seconds(3)), "too much"),
            ScriptedFailure(.invalidRequest(parameter: "input"), "token 5 is none"),
            ScriptedFailure(.unavailable, "gone"),
        ])
        let api = TestAPI(embedder: embedder)
        let busy = try await api.send(.post, "/v1/embeddings", #"{"input": "a"}"#)
        #expect(busy.status == .serviceUnavailable)
        #expect(busy.headers.first { $0.name.canonicalName == "retry-after" }?.value == "3")
        #expect(try await api.json(.post, "/v1/embeddings", #"{"input": "a"}"#).status == 400)
        #expect(try await api.json(.post, "/v1/embeddings", #"{"input": "a"}"#).status == 503)
        let broken = try await TestAPI(embedder: BrokenEmbedder()).json(.post, "/v1/embeddings", #"{"input": "a"}"#)
        #expect(broken.status == 500)
    }

    @Test("end with the request's time")
    func deadline() async throws {
        let gate = Gate()
        let embedder = ScriptedEmbedder(gate: gate)
        let (status, body) = try await TestAPI(embedder: embedder).json(
            .post,
            "/v1/embeddings",
            #"{"input": "a", "timeout": 0.05}"#
        )
        #expect(status == 408)
        #expect(body.at("error.code") == "deadline_exceeded")
        #expect(embedder.cancelledCount == 1)
        #expect(embedder.requests[0].deadline != nil)
    }

    @Test("are given up when their client goes")
    func departure() async throws {
        let embedder = ScriptedEmbedder(gate: Gate())
        var bench = ServerBench()
        bench.embedder = embedder
        bench.usesWholeAPI = true
        try await bench.withRunningServer { port, _ in
            let client = try await RawClient(port: port)
            try await client.post(#"{"input": "a"}"#, to: "/v1/embeddings")
            #expect(await eventually { embedder.requests.count == 1 })
            try await client.close()
            #expect(await eventually { embedder.cancelledCount == 1 })
        }
    }

    @Test("are refused while too much is on its way already")
    func room() async throws {
        let gate = Gate()
        var bench = ServerBench()
        let embedder = ScriptedEmbedder(contextLength: 1 << 20, gate: gate)
        bench.embedder = embedder
        bench.usesWholeAPI = true
        bench.limits.encodedByteCount = 1000
        try await bench.withRunningServer { port, _ in
            let first = try await RawClient(port: port)
            let second = try await RawClient(port: port)
            // What is larger than all of the room comes alone.
            try await first.post("{\"input\": \"\(String(repeating: "x", count: 2000))\"}", to: "/v1/embeddings")
            #expect(await eventually { embedder.requests.count == 1 })
            try await second.post(#"{"input": "a"}"#, to: "/v1/embeddings")
            #expect(await eventually { second.text.contains("overloaded") })
            gate.open()
            #expect(await eventually { first.text.contains("200 OK") })
            try await second.post(#"{"input": "a"}"#, to: "/v1/embeddings")
            #expect(await eventually { second.text.contains("200 OK") })
        }
    }

    @Test("end with an error when the server gives up what runs")
    func drain() async throws {
        let embedder = ScriptedEmbedder(gate: Gate())
        var bench = ServerBench()
        bench.embedder = embedder
        bench.usesWholeAPI = true
        bench.configuration.drainTimeout = .milliseconds(50)
        try await bench.withRunningServer { port, stop in
            let client = try await RawClient(port: port)
            try await client.post(#"{"input": "a"}"#, to: "/v1/embeddings")
            #expect(await eventually { embedder.requests.count == 1 })
            await stop()
            #expect(await eventually { client.text.contains("503") })
            #expect(await eventually { client.text.contains("The server stops") })
        }
    }

    @Test("are counted")
    func metrics() async throws {
        var bench = ServerBench()
        bench.embedder = ScriptedEmbedder(failures: [ScriptedFailure(.unavailable, "gone")])
        bench.usesWholeAPI = true
        let text = try await bench.withClient { client in
            for _ in 0..<2 {
                _ = try await client.execute(
                    uri: "/v1/embeddings",
                    method: .post,
                    headers: [.contentType: "application/json"],
                    body: .init(string: #"{"input": ["ab", "c"]}"#)
                )
            }
            return String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
        }
        for line in [
            #"martlet_encoded_texts_total{model="vectors"} 2"#, #"martlet_encodings_failed_total{model="vectors"} 1"#,
            #"martlet_encodings_active{model="vectors"} 0"#, #"martlet_encoding_seconds_count{model="vectors"} 1"#,
            #"martlet_prompt_tokens_total{model="vectors",key="anonymous"} 3"#,
        ] { #expect(text.contains(line), "\(line)") }
        #expect(!text.contains("martlet_generations_active"))
    }
}

/// An embedder whose vectors are no numbers.
private struct BrokenEmbedder: Embedder {
    let information = EmbedderInformation(name: "broken", width: 2, contextLength: 8)

    func embed(_ request: EmbeddingRequest) -> EmbeddingAnswer {
        EmbeddingAnswer(vectors: request.inputs.map { _ in [1, .nan] }, tokenCounts: request.inputs.map { _ in 1 })
    }
}
