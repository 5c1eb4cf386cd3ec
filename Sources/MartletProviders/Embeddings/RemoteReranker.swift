public import MartletCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A reranker behind Cohere's interface, at Cohere, Jina or any server that speaks like it, or at Text Embeddings Inference.
public final class RemoteReranker: Reranker {
    /// What this reranker is.
    public let information: RerankerInformation
    private let wire: OpenAIWire
    private let dialect: OpenAIDialect
    private let exchange: RemoteExchange

    /// Makes a reranker; nothing is sent before a request.
    ///
    /// - Parameters:
    ///   - model: Its name at the server.
    ///   - server: The server; its dialect has to know reranking.
    /// - Throws: ``ProviderError`` for an address that can't or mustn't be used.
    public init(
        _ model: String,
        at server: OpenAIServer,
        settings: RemoteSettings = RemoteSettings(),
        transport: ProviderTransport
    ) throws(ProviderError) {
        wire = try OpenAIWire(model, at: server)
        dialect = server.dialect
        exchange = RemoteExchange(identity: wire.identity, transport: transport, settings: settings)
        information = RerankerInformation(
            name: model,
            contextLength: settings.contextLength ?? KnownEmbedder.usualContextLength,
            isLocal: false
        )
    }

    /// The scores of `request`'s texts; several requests' where there are many.
    ///
    /// Probabilities are turned back into the scores that they were made of.
    /// - Throws: ``ProviderError``
    public func rank(_ request: RankRequest) async throws -> RankAnswer {
        let ranges = TextBatches.ranges(
            of: request.texts.map { $0.utf8.count + request.query.utf8.count },
            upTo: dialect.maximumEncodedTextCount
        )
        let answers = try await TextBatches.run(ranges) { range in
            try await self.send(request, Array(request.texts[range]))
        }
        return RankAnswer(
            scores: answers.flatMap(\.scores),
            tokenCount: answers.reduce(0) { $0 + $1.tokenCount }
        )
    }

    /// Asks for the list of models, which costs nothing.
    ///
    /// - Returns: What was found, in words.
    /// - Throws: ``ProviderError``
    public func probe() async throws -> String { try await wire.probe(over: exchange.transport) }

    private func send(_ request: RankRequest, _ texts: [String]) async throws -> RankAnswer {
        var body: JSONObject = ["query": .string(request.query)]
        let list = JSONValue.array(texts.map { .string($0) })
        if request.cutsLongTexts, dialect.takesTruncation { body["truncate"] = true }
        let message: WireRequest
        if dialect.rankShape == .inference {
            body["texts"] = list
            body["raw_scores"] = true
            message = try wire.makeRequest("/rerank", .object(body), at: wire.bareURL + "/rerank")
        } else {
            body["model"] = .string(wire.identity.model)
            body["documents"] = list
            body["return_documents"] = false
            if dialect.rankShape == .rawScoresWhenAsked { body["raw_scores"] = true }
            message = try wire.makeRequest("/rerank", .object(body))
        }
        let answer = try await exchange.send(message, about: [request.query] + texts, deadline: request.deadline)
        let usage = answer["usage"] ?? answer["meta"]?["tokens"]
        let counted =
            usage?["total_tokens"]?.integer ?? usage?["prompt_tokens"]?.integer ?? usage?["input_tokens"]?.integer
        let byteCount = texts.reduce(0) { $0 + $1.utf8.count + request.query.utf8.count }
        return RankAnswer(
            scores: try scores(answer, count: texts.count),
            tokenCount: counted.map { Int(clamping: max(0, $0)) } ?? (byteCount + 3) / 4
        )
    }

    private func scores(_ answer: JSONValue, count: Int) throws(ProviderError) -> [Float] {
        let results = dialect.rankShape == .inference ? answer.array : answer["results"]?.array
        guard let results, results.count == count else {
            throw malformed("the answer has not one score for each text", "Check base_url and the model's name")
        }
        var scores = [Float?](repeating: nil, count: count)
        for result in results {
            let value = result["relevance_score"]?.number ?? result["score"]?.number
            guard let index = result["index"]?.integer.flatMap({ Int(exactly: $0) }), scores.indices.contains(index),
                scores[index] == nil, let value, value.isFinite
            else { throw malformed("the answer's scores are none, or have wrong indices", "Check base_url") }
            scores[index] = dialect.rankShape == .probabilities ? try logit(value) : Float(value)
        }
        return scores.compactMap(\.self)
    }

    /// The score that the logistic function makes this probability of.
    private func logit(_ probability: Double) throws(ProviderError) -> Float {
        guard (0...1).contains(probability) else {
            throw malformed(
                "its scores are no probabilities",
                "Name the server as the model's provider, such as llama-server or martlet"
            )
        }
        // Nothing is quite certain: what is nearer to 0 or 1 than this is rounding.
        let bounded = min(max(probability, 1e-12), 1 - 1e-12)
        return Float(log(bounded / (1 - bounded)))
    }

    private func malformed(_ what: String, _ remedy: String) -> ProviderError {
        ProviderError(.malformedResponse, provider: dialect.name, what, remedy: remedy)
    }
}
