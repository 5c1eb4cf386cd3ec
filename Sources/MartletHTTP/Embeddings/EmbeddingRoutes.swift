import Hummingbird
import MartletCore

/// Vectors and ranks over HTTP: OpenAI's and Cohere's endpoints, and those of Text Embeddings Inference.
struct EmbeddingRoutes: APIRoutes {
    let services: APIServices
    let limits: APILimits

    func add(to router: Router<APIRequestContext>) {
        let endpoint = EncodingEndpoint(services: services, limits: limits)
        let embeddings = EmbeddingsEndpoint(endpoint: endpoint)
        let rerank = RerankEndpoint(endpoint: endpoint)
        router.post("/v1/embeddings") { try await embeddings.respond(to: $0, context: $1) }
        router.post("/v1/rerank") { try await rerank.respond(to: $0, context: $1) }
        router.post("/embed") { try await embeddings.embed($0, context: $1) }
        router.post("/rerank") { try await rerank.rank($0, context: $1) }
        router.get("/info") { [services, limits] _, _ in try Self.information(services.models, limits) }
    }

    /// What the embedder, or the reranker where there is none, takes, in Text Embeddings Inference's words.
    private static func information(_ models: any ModelServing, _ limits: APILimits) throws(APIError) -> Response {
        let id: String
        let length: Int
        let kind: JSONValue
        let count: Int
        if let served = models.embedders.first {
            (id, length, count) = (served.id, served.information.contextLength, limits.embeddingCount)
            kind = [
                "embedding": [
                    "dimensions": .integer(Int64(served.information.width)),
                    "sources": .array(served.information.sources.map { .string($0) }),
                ]
            ]
        } else if let served = models.rerankers.first {
            (id, length, count) = (served.id, served.information.contextLength, limits.rankedCount)
            kind = ["reranker": [:]]
        } else {
            throw ServedPurpose.embedding.refusal(of: nil, among: models)
        }
        return Response(json: [
            "model_id": .string(id), "model_type": kind, "max_input_length": .integer(Int64(length)),
            "max_client_batch_size": .integer(Int64(count)), "auto_truncate": false,
        ])
    }
}
