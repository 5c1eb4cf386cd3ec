import MartletCore
import MartletProviders
import MartletTestSupport
import Testing

@Suite("Hosted rerankers", .timeLimit(.minutes(1)))
struct RemoteRerankerTests {
    private func run<Result: Sendable>(
        _ dialect: OpenAIDialect,
        path: String = "",
        script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse,
        _ body: @Sendable @escaping (RemoteReranker, ScriptedServer) async throws -> Result
    ) async throws -> Result {
        try await ScriptedServer.run(script) { server in
            try await ProviderTransport.withTransport { transport in
                let reranker = try RemoteReranker(
                    "ranks",
                    at: OpenAIServer(dialect, at: server.url + path, key: Secret(ProviderFixture.key)),
                    settings: ProviderFixture.settings,
                    transport: transport
                )
                return try await body(reranker, server)
            }
        }
    }

    private static let request = RankRequest(query: "bird", texts: ["a fish", "bird"], cutsLongTexts: true)

    @Test("make scores of Cohere's probabilities again")
    func probabilities() async throws {
        let text = #"""
            {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0}], "meta": {}}
            """#
        try await run(.cohere, script: { _, _ in .json(text) }) { reranker, server in
            let answer = try await reranker.rank(Self.request)
            #expect(abs(answer.scores[1] - 2.1972246) < 1e-5)
            #expect(answer.scores[0] < -20 && answer.scores[0].isFinite)
            #expect(answer.tokenCount == 5)
            #expect(server.requests[0].path == "/v1/rerank")
            #expect(
                server.requests[0].json == [
                    "query": "bird", "model": "ranks", "documents": ["a fish", "bird"], "return_documents": false,
                ]
            )
        }
    }

    @Test("take scores as they are where the server gives them so, asking for that where it can be asked")
    func raw() async throws {
        let text = #"""
            {"results": [{"index": 1, "relevance_score": 4.5}, {"index": 0, "relevance_score": -3}],
            "usage": {"prompt_tokens": 12, "total_tokens": 12}}
            """#
        for (dialect, asks) in [(OpenAIDialect.llamaServer, false), (.martlet, true)] {
            try await run(dialect, script: { _, _ in .json(text) }) { reranker, server in
                let answer = try await reranker.rank(Self.request)
                #expect(answer == RankAnswer(scores: [-3, 4.5], tokenCount: 12))
                #expect((server.requests[0].json["raw_scores"] == true) == asks)
                #expect((server.requests[0].json["truncate"] == true) == asks)
            }
        }
    }

    @Test("speak Text Embeddings Inference's way, with or without a version in the address")
    func inference() async throws {
        for path in ["", "/v1"] {
            try await run(.textEmbeddingsInference, path: path) { _, _ in
                .json(#"[{"index": 1, "score": 4.5}, {"index": 0, "score": -3}]"#)
            } _: { reranker, server in
                let answer = try await reranker.rank(Self.request)
                #expect(answer.scores == [-3, 4.5])
                #expect(server.requests[0].path == "/rerank")
                #expect(
                    server.requests[0].json == [
                        "query": "bird", "texts": ["a fish", "bird"], "raw_scores": true, "truncate": true,
                    ]
                )
            }
        }
    }

    @Test("split many texts, and keep their places")
    func batches() async throws {
        try await run(.textEmbeddingsInference) { request, _ in
            let texts = request.json["texts"]?.array ?? []
            let results = texts.enumerated().map { index, text -> JSONValue in
                ["index": .integer(Int64(index)), "score": .number(Double(text.string ?? "") ?? -1)]
            }
            return .json(JSONValue.array(results.reversed()).text)
        } _: { reranker, server in
            let answer = try await reranker.rank(RankRequest(query: "x", texts: (0..<100).map { "\($0)" }))
            #expect(answer.scores == (0..<100).map { Float($0) })
            #expect(server.requests.count == 4)
        }
    }

    private static let faults: [String] = [
        "{}", "[]", "<html>", #"{"results": []}"#, #"{"results": [{"index": 0, "relevance_score": 0.5}]}"#,
        #"{"results": [{"index": 0, "relevance_score": 0.5}, {"index": 0, "relevance_score": 0.5}]}"#,
        #"{"results": [{"index": 0, "relevance_score": 0.5}, {"index": 2, "relevance_score": 0.5}]}"#,
        #"{"results": [{"index": 0, "relevance_score": 0.5}, {"index": 1}]}"#,
        #"{"results": [{"index": 0, "relevance_score": 0.5}, {"index": 1, "relevance_score": 7}]}"#,
    ]

    @Test("fail where the answer is none", arguments: faults)
    func fault(text: String) async throws {
        try await run(.generic, script: { _, _ in .json(text) }) { reranker, _ in
            let error = await #expect(throws: ProviderError.self) { try await reranker.rank(Self.request) }
            #expect(error?.code == .malformedResponse)
        }
    }

    @Test("say whether they answer")
    func probe() async throws {
        try await run(.textEmbeddingsInference, script: { _, _ in .json(#"{"model_id": "ranks"}"#) }) {
            reranker,
            server in
            let found = try await reranker.probe()
            #expect(found == "answers")
            #expect(server.requests[0].path == "/info")
        }
        try await run(.martlet, script: { _, _ in .json(#"{"data": [{"id": "other"}]}"#) }) { reranker, _ in
            let error = await #expect(throws: ProviderError.self) { try await reranker.probe() }
            #expect(error?.code == .unknownModel)
        }
    }
}
