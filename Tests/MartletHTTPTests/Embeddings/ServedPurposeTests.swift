import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTestSupport
import Testing

@Suite("Models of different purposes")
struct ServedPurposeTests {
    private var api: TestAPI {
        var api = TestAPI(ScriptedLanguageModel.saying("ok"))
        api.embedders = [("vectors", ScriptedEmbedder()), ("more vectors", ScriptedEmbedder(width: 4))]
        api.rerankers = [("ranks", ScriptedReranker())]
        return api
    }

    @Test("are listed with their types, and found by their ids")
    func list() async throws {
        let list = try await api.json(.get, "/v1/models").body.at("data")?.array ?? []
        #expect(list.compactMap { $0["id"]?.string } == ["scripted", "vectors", "more vectors", "ranks"])
        #expect(list.compactMap { $0["type"]?.string } == ["chat", "embedding", "embedding", "rerank"])
        #expect(list[2]["dimensions"] == 4)
        #expect(try await api.json(.get, "/v1/models/ranks").body.at("type") == "rerank")
    }

    private static let paths = [
        ("/v1/chat/completions", #""messages": [{"role": "user", "content": "Hello"}]"#, "scripted"),
        ("/v1/completions", #""prompt": "Hello""#, "scripted"),
        ("/v1/responses", #""input": "Hello""#, "scripted"),
        ("/v1/embeddings", #""input": "Hello""#, "vectors"),
        ("/embed", #""inputs": "Hello""#, "vectors"),
        ("/v1/rerank", #""query": "Hello", "documents": ["a"]"#, "ranks"),
        ("/rerank", #""query": "Hello", "texts": ["a"]"#, "ranks"),
    ]

    @Test("answer at their own addresses only, and the error says where each belongs", arguments: paths.indices)
    func purpose(index: Int) async throws {
        let (path, body, own) = Self.paths[index]
        for model in ["scripted", "vectors", "ranks"] {
            let (status, answer) = try await api.json(.post, path, "{\"model\": \"\(model)\", \(body)}")
            #expect(status == (model == own ? 200 : 400), "\(path) \(model): \(answer)")
            guard model != own else { continue }
            #expect(answer.at("error.code") == "unsupported_model")
            #expect(answer.at("error.param") == "model")
        }
        #expect(try await api.json(.post, path, "{\"model\": \"none\", \(body)}").status == 404)
        #expect(try await api.json(.post, path, "{\(body)}").status == 200)
    }

    @Test("are missed by name where none is served", arguments: paths.indices)
    func none(index: Int) async throws {
        let (path, body, own) = Self.paths[index]
        let api = own == "vectors" ? TestAPI(reranker: ScriptedReranker()) : TestAPI(embedder: ScriptedEmbedder())
        let (status, answer) = try await api.json(.post, path, "{\(body)}")
        #expect(status == 404, "\(path)")
        #expect(answer.at("error.code") == "model_not_found")
        let option = ["scripted": "--model", "vectors": "--embedder", "ranks": "--reranker"][own] ?? ""
        #expect(answer.at("error.message")?.string?.contains(option) == true)
    }
}
