import MartletCore
import MartletEngine
import MartletTerminal

/// Whether a file that makes vectors or ranks texts loads and answers.
struct EncoderCheck {
    let options: ModelOptions
    /// The file.
    let path: String
    let kind: ModelKind

    func findings() async -> [Finding] {
        do {
            return kind == .reranker ? try await reranker() : try await embedder()
        } catch {
            return [
                Finding(.failure, subject, "\(error)", remedy: "martlet convert makes such a file of a model folder.")
            ]
        }
    }

    private var subject: String { kind == .reranker ? "reranker" : "embedder" }

    private func embedder() async throws -> [Finding] {
        let embedder = try await LocalEmbedder.load(path: path, options: options.encoderOptions())
        defer { embedder.close() }
        let details = embedder.details
        let start = ContinuousClock.now
        let answer = try await embedder.embed(EmbeddingRequest([EmbeddingInput("Does it work?")]))
        let values = answer.vectors.first ?? []
        guard values.contains(where: { $0 != 0 }) else {
            return [Finding(.failure, subject, "\(details.name) makes vectors of nothing but zeros")]
        }
        return [
            Finding(
                .ok,
                subject,
                "\(details.name), \(details.architecture), \(Quantity.bytes(details.fileByteCount)), vectors of "
                    + "\(embedder.information.width) values, texts of up to \(details.contextLength) tokens"
            ),
            Finding(.ok, "vectors", embedder.information.sources.joined(separator: "; ")),
            Finding(.ok, "speed", "a short text in \(milliseconds(since: start)) ms, the first one included"),
        ]
    }

    private func reranker() async throws -> [Finding] {
        let reranker = try await LocalReranker.load(path: path, options: options.encoderOptions())
        defer { reranker.close() }
        let start = ContinuousClock.now
        _ = try await reranker.rank(RankRequest(query: "Does it work?", texts: ["It works."]))
        let information = reranker.information
        return [
            Finding(
                .ok,
                subject,
                "\(information.name), pairs of up to \(information.contextLength) tokens, one of them in "
                    + "\(milliseconds(since: start)) ms"
            )
        ]
    }

    private func milliseconds(since start: ContinuousClock.Instant) -> Int {
        Int((ContinuousClock.now - start) / .milliseconds(1))
    }
}
