import MartletCore

/// An embedder whose work ends with ``DrainedFailure`` when the server gives up what still runs.
struct DrainingEmbedder: Embedder {
    let base: any Embedder
    let phase: ServerPhase

    var information: EmbedderInformation { base.information }

    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingAnswer {
        try await phase.whileServing { try await base.embed(request) }
    }
}

/// A reranker whose work ends with ``DrainedFailure`` when the server gives up what still runs.
struct DrainingReranker: Reranker {
    let base: any Reranker
    let phase: ServerPhase

    var information: RerankerInformation { base.information }

    func rank(_ request: RankRequest) async throws -> RankAnswer {
        try await phase.whileServing { try await base.rank(request) }
    }
}

extension ServerPhase {
    /// What `body` makes, or ``DrainedFailure`` where the server gives up what still runs; then `body` is cancelled.
    func whileServing<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask {
                await self.waitUntilExpired()
                try Task.checkCancellation()
                throw DrainedFailure()
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
