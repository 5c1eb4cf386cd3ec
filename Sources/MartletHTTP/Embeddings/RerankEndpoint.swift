import HTTPTypes
import Hummingbird
import MartletCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `POST /v1/rerank` in the shape that Cohere, Jina and llama.cpp share, and `POST /rerank` also in that of Text Embeddings
/// Inference.
struct RerankEndpoint: Sendable {
    /// What it shares with others.
    let endpoint: EncodingEndpoint

    /// A text's place in the request, and how well it answers.
    private struct Ranked {
        var index: Int
        var score: Double
        var text: String?
    }

    /// Answers a request with `documents`.
    func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        try await respond(to: try await readObject(request, context), request, context)
    }

    /// Answers a request with `documents`, or, with `texts` in their place, one of Text Embeddings Inference.
    func rank(_ request: Request, context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        guard fields.has("texts") else { return try await respond(to: fields, request, context) }
        guard !fields.has("documents") else {
            throw APIError(
                RequestFault(.wrongValue, "texts", "'texts' and 'documents' mean the same; give one of them.")
            )
        }
        let wanted = try APIError.translating { () throws(RequestFault) in
            try RerankRequest(inference: fields, limits: endpoint.limits)
        }
        let (_, ranked, _, headers) = try await ranked(wanted, "texts", request, context)
        let results = ranked.map { result -> JSONValue in
            var members: JSONObject = ["index": .integer(Int64(result.index)), "score": .number(result.score)]
            if let text = result.text { members["text"] = .string(text) }
            return .object(members)
        }
        return Response(json: .array(results), headers: headers)
    }

    private func respond(
        to fields: RequestFields,
        _ request: Request,
        _ context: APIRequestContext
    ) async throws -> Response {
        let wanted = try APIError.translating { () throws(RequestFault) in
            try RerankRequest(fields, limits: endpoint.limits)
        }
        let (served, ranked, tokenCount, headers) = try await ranked(wanted, "documents", request, context)
        let results = ranked.map { result -> JSONValue in
            var members: JSONObject = [
                "index": .integer(Int64(result.index)), "relevance_score": .number(result.score),
            ]
            if let text = result.text { members["document"] = ["text": .string(text)] }
            return .object(members)
        }
        let body: JSONValue = [
            "id": .string(context.requestID), "object": "list", "model": .string(served.id),
            "results": .array(results), "usage": Wire.usage(inputTokenCount: tokenCount),
        ]
        return Response(json: body, headers: headers)
    }

    /// The texts with their scores, the best first; of equal ones the earlier first.
    private func ranked(
        _ wanted: RerankRequest,
        _ parameter: String,
        _ request: Request,
        _ context: APIRequestContext
    ) async throws -> (served: ServedReranker, ranked: [Ranked], tokenCount: Int, headers: HTTPFields) {
        let (served, model) = try endpoint.reranker(named: wanted.service.model)
        let work = EncodingEndpoint.Work(
            model: served.id,
            parameter: parameter,
            byteCount: wanted.byteCount,
            textCount: wanted.texts.count,
            service: wanted.service
        )
        let (answer, headers) = try await endpoint.perform(work, request, context) { deadline, owner in
            let answer = try await model.rank(
                RankRequest(
                    query: wanted.query,
                    texts: wanted.texts,
                    cutsLongTexts: wanted.service.truncates,
                    deadline: deadline,
                    owner: owner
                )
            )
            guard answer.scores.count == wanted.texts.count, answer.scores.isFinite else {
                throw BrokenAnswer(description: "a reranker's answer has missing or infinite scores")
            }
            return (answer, answer.tokenCount)
        }
        let order = answer.scores.indices.sorted { left, right in
            let (first, second) = (answer.scores[left], answer.scores[right])
            return first == second ? left < right : first > second
        }
        let ranked = order.prefix(wanted.resultCount ?? order.count).map { index in
            Ranked(
                index: index,
                score: wanted.keepsRawScores ? Double(answer.scores[index]) : Self.probability(answer.scores[index]),
                text: wanted.includesTexts ? wanted.texts[index] : nil
            )
        }
        return (served, ranked, answer.tokenCount, headers)
    }

    /// The logistic function.
    private static func probability(_ score: Float) -> Double { 1 / (1 + exp(-Double(score))) }
}
