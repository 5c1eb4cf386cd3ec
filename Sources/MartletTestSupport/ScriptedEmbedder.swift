public import MartletCore
import Synchronization

/// An embedder whose vectors follow from the texts, and which fails or waits when a test says so.
///
/// A text has a token for each of its bytes. Its vector counts the bytes by their rest, so that texts with the same letters are
/// near each other; tokens count as bytes.
public final class ScriptedEmbedder: Embedder {
    /// What it is.
    public let information: EmbedderInformation
    private let state = Mutex(State())
    private let gate: Gate?

    private struct State {
        var requests: [EmbeddingRequest] = []
        var cancelledCount = 0
        var failures: [any Error] = []
    }

    /// Makes an embedder.
    /// - Parameters:
    ///   - failures: Thrown by the first requests, one by each.
    ///   - gate: What every request waits for.
    public init(
        name: String = "scripted embedder",
        width: Int = 8,
        contextLength: Int = 64,
        failures: [any Error] = [],
        gate: Gate? = nil
    ) {
        information = EmbedderInformation(
            name: name,
            width: width,
            contextLength: contextLength,
            sources: ["pooling: counted bytes (made up)"]
        )
        self.gate = gate
        state.withLock { $0.failures = failures }
    }

    /// The requests so far.
    public var requests: [EmbeddingRequest] { state.withLock { $0.requests } }
    /// Requests that were cancelled while they waited.
    public var cancelledCount: Int { state.withLock { $0.cancelledCount } }

    /// The vector of bytes.
    public func vector(_ bytes: [UInt8], dimensions: Int? = nil) -> [Float] {
        var vector = [Float](repeating: 0.125, count: information.width)
        for byte in bytes { vector[Int(byte) % information.width] += 1 }
        let kept = Array(vector.prefix(dimensions ?? vector.count))
        let length = kept.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return kept.map { $0 / length }
    }

    /// The vectors of the texts.
    public func embed(_ request: EmbeddingRequest) async throws -> EmbeddingAnswer {
        let failure = state.withLock { state -> (any Error)? in
            state.requests.append(request)
            return state.failures.isEmpty ? nil : state.failures.removeFirst()
        }
        if let failure { throw failure }
        do {
            try await gate?.wait()
        } catch {
            state.withLock { $0.cancelledCount += 1 }
            throw error
        }
        var answer = EmbeddingAnswer(vectors: [], tokenCounts: [])
        for (index, input) in request.inputs.enumerated() {
            var bytes =
                switch input.content {
                case .text(let text): Array(text.utf8)
                case .tokens(let tokens): tokens.map { UInt8(truncatingIfNeeded: $0.rawValue) }
                }
            bytes = Array((input.instruction ?? "").utf8) + bytes
            if bytes.count > information.contextLength {
                guard request.cutsLongTexts else {
                    throw ScriptedFailure(
                        .contextTooLong,
                        "a text has \(bytes.count) tokens and the model takes \(information.contextLength)"
                    )
                }
                bytes = Array(bytes.prefix(information.contextLength))
                answer.cutInputs.append(index)
            }
            answer.vectors.append(vector(bytes, dimensions: request.dimensions))
            answer.tokenCounts.append(bytes.count)
        }
        return answer
    }
}

/// A reranker that counts a question's words in each text.
public final class ScriptedReranker: Reranker {
    /// What it is.
    public let information = RerankerInformation(name: "scripted reranker", contextLength: 256)
    private let state = Mutex<[RankRequest]>([])

    /// Makes a reranker.
    public init() {}

    /// The requests so far.
    public var requests: [RankRequest] { state.withLock { $0 } }

    /// Two for each word of the question that a text has, less one.
    public func rank(_ request: RankRequest) async throws -> RankAnswer {
        state.withLock { $0.append(request) }
        let words = request.query.split(separator: " ")
        let scores = request.texts.map { text in
            Float(words.filter { text.split(separator: " ").contains($0) }.count) * 2 - 1
        }
        return RankAnswer(scores: scores, tokenCount: request.texts.reduce(0) { $0 + $1.utf8.count })
    }
}

/// A failure that a test wants.
public struct ScriptedFailure: ModelFailure {
    /// What a caller can do.
    public var failureKind: ModelFailureKind
    /// What is wrong.
    public var description: String

    /// Makes a failure.
    public init(_ kind: ModelFailureKind, _ description: String) {
        failureKind = kind
        self.description = description
    }
}
