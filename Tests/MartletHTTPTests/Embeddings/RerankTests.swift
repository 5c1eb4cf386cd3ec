import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTestSupport
import Testing

@Suite("Ranks over HTTP")
struct RerankTests {
    private let reranker = ScriptedReranker()
    private var api: TestAPI { TestAPI(reranker: reranker) }

    @Test("come sorted, with places and probabilities, in the shape that Cohere, Jina and llama.cpp share")
    func shape() async throws {
        let body =
            #"{"model": "ranks", "query": "red bird", "documents": ["a fish", {"text": "red bird"}, "blue bird"]}"#
        let (status, answer) = try await api.json(.post, "/v1/rerank", body)
        #expect(status == 200)
        #expect(answer.at("object") == "list")
        #expect(answer.at("model") == "ranks")
        #expect(answer.at("usage") == ["prompt_tokens": 23, "total_tokens": 23])
        let results = answer.at("results")?.array ?? []
        #expect(results.compactMap { $0["index"]?.integer } == [1, 2, 0])
        let scores = results.compactMap { $0["relevance_score"]?.number }
        for (score, logit) in zip(scores, [3.0, 1, -1]) {
            #expect(abs(score / (1 - score) - 2.718281828.power(logit)) < 1e-3)
        }
        #expect(results.allSatisfy { $0["document"] == nil })
    }

    @Test("can be cut to the best, repeat their texts, and keep the model's own scores")
    func options() async throws {
        let body = #"""
            {"query": "red bird", "documents": ["a fish", "red bird", "blue bird"], "top_n": 2, "return_documents": true,
            "raw_scores": true, "truncate": true, "user": "ada"}
            """#
        let (_, answer) = try await api.json(.post, "/v1/rerank", body)
        #expect(
            answer.at("results") == [
                ["index": 1, "relevance_score": 3, "document": ["text": "red bird"]],
                ["index": 2, "relevance_score": 1, "document": ["text": "blue bird"]],
            ]
        )
        #expect(reranker.requests[0].cutsLongTexts)
        #expect(reranker.requests[0].owner == "anonymous/ada")
    }

    @Test("leave equal texts in their order")
    func ties() async throws {
        let body = #"{"query": "x", "documents": ["a", "b", "c", "x", "d"]}"#
        let (_, answer) = try await api.json(.post, "/v1/rerank", body)
        #expect(answer.at("results")?.array?.compactMap { $0["index"]?.integer } == [3, 0, 1, 2, 4])
    }

    @Test("come in Text Embeddings Inference's shape for its requests")
    func inference() async throws {
        let body = #"{"query": "bird", "texts": ["a fish", "bird"], "raw_scores": true, "return_text": true}"#
        let (status, answer) = try await api.json(.post, "/rerank", body)
        #expect(status == 200)
        #expect(answer == [["index": 1, "score": 1, "text": "bird"], ["index": 0, "score": -1, "text": "a fish"]])
        let plain = try await api.json(.post, "/rerank", #"{"query": "bird", "texts": ["bird"]}"#).body
        #expect(plain.at("0.text") == nil)
        #expect(plain.at("0.score")?.number.map { $0 > 0.7 && $0 < 0.74 } == true)
        let shared = try await api.json(.post, "/rerank", #"{"query": "bird", "documents": ["bird"]}"#).body
        #expect(shared.at("results.0.index") == 0)
    }

    private static let refusals: [(path: String, body: String, parameter: String)] = [
        ("/v1/rerank", "{}", "query"),
        ("/v1/rerank", #"{"query": "", "documents": ["a"]}"#, "query"),
        ("/v1/rerank", #"{"query": 5, "documents": ["a"]}"#, "query"),
        ("/v1/rerank", #"{"query": "a"}"#, "documents"),
        ("/v1/rerank", #"{"query": "a", "documents": []}"#, "documents"),
        ("/v1/rerank", #"{"query": "a", "documents": "b"}"#, "documents"),
        ("/v1/rerank", #"{"query": "a", "documents": ["b", 5]}"#, "documents[1]"),
        ("/v1/rerank", #"{"query": "a", "documents": [{"title": "b"}]}"#, "documents[0].text"),
        ("/v1/rerank", #"{"query": "a", "documents": [{"text": "b", "image": "c"}]}"#, "documents[0].image"),
        ("/v1/rerank", #"{"query": "a", "documents": ["b"], "top_n": 0}"#, "top_n"),
        ("/v1/rerank", #"{"query": "a", "documents": ["b"], "return_documents": 1}"#, "return_documents"),
        ("/v1/rerank", #"{"query": "a", "texts": ["b"]}"#, "documents"),
        ("/rerank", #"{"query": "a", "texts": ["b"], "documents": ["b"]}"#, "texts"),
        ("/rerank", #"{"query": "a", "texts": ["b"], "top_n": 1}"#, "top_n"),
        ("/rerank", #"{"query": "a", "texts": []}"#, "texts"),
        ("/rerank", #"{"query": "a", "texts": ["b"], "truncation_direction": "Left"}"#, "truncation_direction"),
    ]

    @Test("are refused with the parameter that is wrong", arguments: refusals.indices)
    func refusal(index: Int) async throws {
        let row = Self.refusals[index]
        let (status, body) = try await api.json(.post, row.path, row.body)
        #expect(status == 400, "\(row.body)")
        #expect(body.at("error.param") == .string(row.parameter), "\(row.body): \(body)")
        #expect(reranker.requests.isEmpty)
    }
}

extension Double {
    /// A whole power.
    fileprivate func power(_ exponent: Double) -> Double {
        (0..<Int(exponent.magnitude)).reduce(1) { power, _ in exponent < 0 ? power / self : power * self }
    }
}

@Suite("Text Embeddings Inference's endpoints")
struct InferenceTests {
    private let embedder = ScriptedEmbedder()

    @Test("answer with arrays of numbers, of length 1 unless told otherwise")
    func embed() async throws {
        let api = TestAPI(embedder: embedder)
        let one = try await api.json(.post, "/embed", #"{"inputs": "ab"}"#)
        #expect(one.status == 200)
        #expect(one.body.array?.count == 1)
        #expect(one.body.at("0")?.array?.compactMap { $0.number.map { Float($0) } } == embedder.vector([97, 98]))
        #expect(embedder.requests[0].normalizes == true)
        let body =
            #"{"inputs": ["ab", "c"], "normalize": false, "truncate": true, "dimensions": 2, "truncation_direction": "Right"}"#
        let two = try await api.json(.post, "/embed", body)
        #expect(two.body.array?.map { $0.array?.count } == [2, 2])
        #expect(embedder.requests[1].normalizes == false)
        #expect(embedder.requests[1].cutsLongTexts)
    }

    @Test("refuse what isn't done here, naming the remedy")
    func refusals() async throws {
        let api = TestAPI(embedder: embedder)
        let prompt = try await api.json(.post, "/embed", #"{"inputs": "ab", "prompt_name": "query"}"#)
        #expect(prompt.status == 400)
        #expect(prompt.body.at("error.param") == "prompt_name")
        #expect(prompt.body.at("error.message")?.string?.contains("instruction") == true)
        let long = try await api.json(.post, "/embed", "{\"inputs\": \"\(String(repeating: "x", count: 65))\"}")
        #expect(long.body.at("error.param") == "inputs")
        for body in ["{}", #"{"inputs": []}"#, #"{"inputs": ""}"#, #"{"input": "a"}"#] {
            #expect(try await api.json(.post, "/embed", body).status == 400)
        }
    }

    @Test("say what is served")
    func information() async throws {
        let served = try await TestAPI(embedder: embedder).json(.get, "/info").body
        #expect(served.at("model_id") == "vectors")
        #expect(served.at("max_input_length") == 64)
        #expect(served.at("max_client_batch_size") == 2048)
        #expect(served.at("model_type.embedding.dimensions") == 8)
        #expect(
            try await TestAPI(reranker: ScriptedReranker()).json(.get, "/info").body.at("model_type.reranker") != nil
        )
        #expect(try await TestAPI(ScriptedLanguageModel.saying("ok")).json(.get, "/info").status == 404)
    }
}
