import MartletCore
import MartletProviders
import MartletTestSupport
import Testing

@Suite("Hosted embedders", .timeLimit(.minutes(1)))
struct RemoteEmbedderTests {
    private static let key = ProviderFixture.key
    private static let width = 4

    /// The vector of a text: its length, and three values that never change.
    private static func vector(_ count: Int) -> [Float] { [Float(count), 0.5, -0.25, 1] }

    /// An answer to a request, its vectors in the wrong order.
    @Sendable private static func answer(_ request: ReceivedRequest, _ number: Int = 0) -> ScriptedResponse {
        let inputs = request.json["input"]?.array ?? []
        let isBase64 = request.json["encoding_format"] == "base64"
        let data = inputs.enumerated().map { index, input -> JSONValue in
            let vector = vector(input.string?.utf8.count ?? input.array?.count ?? 0)
            let numbers = JSONValue.array(vector.map { .number(Double($0)) })
            let text = JSONValue.string(String(decoding: Base64.encode(vector), as: UTF8.self))
            return ["object": "embedding", "index": .integer(Int64(index)), "embedding": isBase64 ? text : numbers]
        }
        let body: JSONValue = [
            "object": "list", "data": .array(data.reversed()),
            "usage": ["prompt_tokens": .integer(Int64(inputs.count * 10)), "total_tokens": 1_000_000],
        ]
        return .json(body.text)
    }

    private func run<Result: Sendable>(
        dialect: OpenAIDialect = .generic,
        settings change: @escaping @Sendable (inout RemoteSettings) -> Void = { _ in },
        script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse = answer,
        _ body: @Sendable @escaping (RemoteEmbedder, ScriptedServer) async throws -> Result
    ) async throws -> Result {
        try await ScriptedServer.run(script) { server in
            try await ProviderTransport.withTransport { transport in
                var settings = RemoteSettings()
                settings.retry.firstPause = .milliseconds(2)
                change(&settings)
                let embedder = try RemoteEmbedder(
                    "small",
                    width: Self.width,
                    at: OpenAIServer(dialect, at: server.url, key: Secret(Self.key)),
                    settings: settings,
                    transport: transport
                )
                return try await body(embedder, server)
            }
        }
    }

    @Test("ask in OpenAI's terms, and put the vectors into the order of the texts")
    func asking() async throws {
        try await run { embedder, server in
            let answer = try await embedder.embed(
                EmbeddingRequest(
                    [EmbeddingInput("one"), EmbeddingInput(.tokens([TokenID(7), TokenID(8)]))],
                    dimensions: 4
                )
            )
            #expect(answer.vectors == [Self.vector(3), Self.vector(2)])
            #expect(answer.tokenCount == 20)
            #expect(answer.tokenCounts.allSatisfy { $0 > 0 })
            let request = server.requests[0]
            #expect(request.path == "/v1/embeddings")
            #expect(request.headers["authorization"] == "Bearer \(Self.key)")
            #expect(
                request.json == [
                    "model": "small", "input": ["one", [7, 8]], "encoding_format": "base64", "dimensions": 4,
                ]
            )
            #expect(!embedder.information.isLocal)
            #expect(embedder.information.width == 4)
        }
    }

    @Test("send an instruction where the server knows one, and before the text elsewhere")
    func instructions() async throws {
        let request = EmbeddingRequest(
            [EmbeddingInput("text", instruction: "query: "), EmbeddingInput("other")],
            cutsLongTexts: true
        )
        try await run { embedder, server in
            _ = try await embedder.embed(request)
            #expect(server.requests[0].json["input"] == ["query: text", "other"])
            #expect(server.requests[0].json["truncate"] == nil)
            let tokens = EmbeddingRequest([EmbeddingInput(.tokens([TokenID(1)]), instruction: "query: ")])
            let error = await #expect(throws: ProviderError.self) { try await embedder.embed(tokens) }
            #expect(error?.failureKind == .invalidRequest(parameter: "instruction"))
        }
        try await run(dialect: .martlet) { embedder, server in
            _ = try await embedder.embed(request)
            #expect(server.requests[0].json["input"] == ["text", "other"])
            #expect(server.requests[0].json["instruction"] == ["query: ", ""])
            #expect(server.requests[0].json["truncate"] == true)
        }
    }

    @Test("split many texts, and texts of many bytes, and put the answers together")
    func batches() async throws {
        try await run { embedder, server in
            let texts = (0..<250).map { String(repeating: "x", count: $0 + 1) }
            let answer = try await embedder.embed(EmbeddingRequest(texts.map { EmbeddingInput($0) }))
            #expect(answer.vectors.map(\.[0]) == (1...250).map { Float($0) })
            #expect(answer.tokenCount == 2500)
            #expect(server.requests.compactMap { $0.json["input"]?.array?.count }.sorted() == [58, 96, 96])
        }
        try await run { embedder, server in
            let long = String(repeating: "x", count: 300 << 10)
            let answer = try await embedder.embed(
                EmbeddingRequest([long, "a", long, long].map { EmbeddingInput($0) })
            )
            #expect(answer.vectors.map(\.[0]) == [307_200, 1, 307_200, 307_200])
            #expect(server.requests.count == 3)
        }
        try await run { embedder, server in
            let answer = try await embedder.embed(EmbeddingRequest([]))
            #expect(answer.vectors.isEmpty)
            #expect(server.requests.isEmpty)
        }
    }

    @Test("do without base 64 where it is refused, and remember that")
    func numbers() async throws {
        try await run(script: { request, _ in
            guard request.json["encoding_format"] == nil else {
                return .json(
                    #"{"error": {"message": "unknown field", "param": "encoding_format", "type": "invalid_request_error"}}"#,
                    status: "400 Bad Request"
                )
            }
            return Self.answer(request)
        }) { embedder, server in
            for _ in 0..<2 {
                let answer = try await embedder.embed(EmbeddingRequest([EmbeddingInput("one")]))
                #expect(answer.vectors == [Self.vector(3)])
            }
            #expect(server.requests.count == 3)
        }
    }

    @Test("bring vectors to length 1 when asked, and say that they can't be left alone")
    func length() async throws {
        try await run { embedder, _ in
            let answer = try await embedder.embed(EmbeddingRequest([EmbeddingInput("one")], normalizes: true))
            let length = answer.vectors[0].reduce(0) { $0 + $1 * $1 }
            #expect(abs(length - 1) < 1e-6)
            let error = await #expect(throws: ProviderError.self) {
                try await embedder.embed(EmbeddingRequest([EmbeddingInput("one")], normalizes: false))
            }
            #expect(error?.failureKind == .invalidRequest(parameter: "normalize"))
        }
    }

    @Test("are asked again after failures that pass, as often as the policy says")
    func retries() async throws {
        try await run(script: { request, number in
            number < 2
                ? .json("{}", status: number == 0 ? "503 Busy" : "429 Slow", [("Retry-After", "0")])
                : Self.answer(request)
        }) { embedder, server in
            let answer = try await embedder.embed(EmbeddingRequest([EmbeddingInput("one")]))
            #expect(answer.vectors == [Self.vector(3)])
            #expect(server.requests.count == 3)
        }
    }

    private static let good = #"{"data": [{"index": 0, "embedding": [1, 2, 3, 4]}]}"#
    private static let faults: [(name: String, ScriptedResponse, ProviderError.Code, requestCount: Int)] = [
        ("a page", .json("<html>"), .malformedResponse, 1),
        ("half an object", .json(#"{"data": [{"ind"#), .malformedResponse, 1),
        ("nothing", .json("{}"), .malformedResponse, 1),
        ("too few", .json(#"{"data": []}"#), .malformedResponse, 1),
        (
            "too many", .json(#"{"data": [{"embedding": [1, 2, 3, 4]}, {"embedding": [1, 2, 3, 4]}]}"#),
            .malformedResponse, 1
        ),
        ("another place", .json(#"{"data": [{"index": 5, "embedding": [1, 2, 3, 4]}]}"#), .malformedResponse, 1),
        ("another width", .json(#"{"data": [{"index": 0, "embedding": [1, 2, 3]}]}"#), .malformedResponse, 1),
        ("no number", .json(#"{"data": [{"index": 0, "embedding": [1, 2, null, 4]}]}"#), .malformedResponse, 1),
        (
            "too large a number", .json(#"{"data": [{"index": 0, "embedding": [1, 2, 1e300, 4]}]}"#),
            .malformedResponse, 1
        ),
        ("no base 64", .json(#"{"data": [{"index": 0, "embedding": "!!!!"}]}"#), .malformedResponse, 1),
        ("cut base 64", .json(#"{"data": [{"index": 0, "embedding": "AACAPwA="}]}"#), .malformedResponse, 1),
        ("no vector", .json(#"{"data": [{"index": 0}]}"#), .malformedResponse, 1),
        (
            "a strange index", .json(#"{"data": [{"index": 9223372036854775807, "embedding": [1, 2, 3, 4]}]}"#),
            .malformedResponse, 1
        ),
        (
            "too long a text",
            .json(#"{"error": {"message": "x", "code": "context_length_exceeded"}}"#, status: "400 Bad Request"),
            .contextTooLong, 1
        ),
        ("a wrong key", .json(#"{"error": {"message": "bad \#(key)"}}"#, status: "401 Unauthorized"), .unauthorized, 1),
        ("no such model", .json(#"{"error": {"message": "x"}}"#, status: "404 Not Found"), .unknownModel, 1),
        (
            "a fault there", .json(#"{"error": {"message": "my grandmother's recipe"}}"#, status: "500 Oh"),
            .serverError, 2
        ),
        ("a long wait", .json("{}", status: "429 Slow", [("Retry-After", "3600")]), .rateLimited, 1),
        (
            "a redirection", .json("{}", status: "302 Found", [("Location", "http://127.0.0.1:1/")]),
            .malformedResponse, 1
        ),
        ("silence", ScriptedResponse(steps: [.hang]), .timedOut, 1),
        ("too large an answer", .json(good + String(repeating: " ", count: 4000)), .responseTooLarge, 1),
    ]

    @Test(
        "fail with the right kind, try again only where that helps, and repeat no text and no key",
        arguments: faults.indices
    )
    func fault(index: Int) async throws {
        let row = Self.faults[index]
        try await run(
            settings: {
                $0.retry.maximumRetryCount = 1
                $0.timeouts.firstByte = .milliseconds(300)
                $0.maximumAnswerByteCount = 2000
            },
            script: { _, _ in
                row.1
            }
        ) { embedder, server in
            let error = await #expect(throws: ProviderError.self) {
                try await embedder.embed(EmbeddingRequest([EmbeddingInput("my grandmother's recipe")]))
            }
            #expect(error?.code == row.2, "\(row.name): \(String(describing: error))")
            #expect(server.requests.count == row.requestCount, "\(row.name)")
            #expect(error?.description.contains(Self.key) == false)
            #expect(error?.description.contains("my grandmother's recipe") == false)
        }
    }

    @Test("fail at the request's instant, and close the connection when they are given up")
    func ends() async throws {
        try await run(script: { _, _ in ScriptedResponse(steps: [.hang]) }) { embedder, server in
            let request = EmbeddingRequest([EmbeddingInput("one")], deadline: .now + .milliseconds(100))
            let error = await #expect(throws: ProviderError.self) { try await embedder.embed(request) }
            #expect(error?.code == .timedOut)
            let task = Task { try await embedder.embed(EmbeddingRequest([EmbeddingInput("two")])) }
            while server.requests.count < 2 { try await Task.sleep(for: .milliseconds(2)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            for _ in 0..<1000 where server.openConnectionCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(server.openConnectionCount == 0)
        }
    }

    @Test("send nothing where only local models may be used, and know the sizes of well-known models")
    func making() async throws {
        let embedder = try RemoteEmbedder(
            "text-embedding-3-small",
            at: OpenAIServer(key: Secret(Self.key)),
            transport: .localOnly
        )
        #expect(embedder.information.width == 1536)
        let error = await #expect(throws: ProviderError.self) {
            try await embedder.embed(EmbeddingRequest([EmbeddingInput("one")]))
        }
        #expect(error?.code == .localOnly)
        let unknown = #expect(throws: ProviderError.self) {
            try RemoteEmbedder("unheard-of", at: OpenAIServer(key: nil), transport: .localOnly)
        }
        #expect(unknown?.description.contains("dimensions") == true)
    }
}
