public import MartletCore

extension LocalModel {
    /// Computes a prompt and generates after it, each of the given length, whatever the tokens mean.
    ///
    /// Nothing of it is reused from before or kept for later. Runs on the engine's thread like any request.
    /// - Parameters:
    ///   - promptTokenCount: Tokens of the prompt, at least 1.
    ///   - generatedTokenCount: Tokens computed one by one after it, at least 0.
    /// - Throws: ``EngineError/Code/contextTooSmall`` when both together exceed the context.
    public func measure(promptTokenCount: Int, generatedTokenCount: Int) async throws -> EngineMeasurement {
        let length = details.contextLength
        guard promptTokenCount >= 1, generatedTokenCount >= 0, promptTokenCount <= length,
            generatedTokenCount <= length - promptTokenCount
        else {
            throw EngineError(
                .contextTooSmall,
                "a prompt of \(promptTokenCount) and an answer of \(generatedTokenCount) tokens don't fit a context of "
                    + "\(length)",
                remedy: "Give at least one prompt token, and no more in all than the context holds"
            )
        }
        // Spread over the vocabulary, so that embeddings are read from everywhere, as real text does.
        let prompt = (0..<promptTokenCount).map { index in
            Int32(truncatingIfNeeded: (index * 7919 + 13) % details.vocabularyCount)
        }
        return try await perform { result, cancellation in
            MeasurementTask(
                prompt: prompt,
                generatedTokenCount: generatedTokenCount,
                result: result,
                cancellation: cancellation
            )
        }
    }

    /// How little the model expected each token after the first: the negative natural logarithm of its probability.
    ///
    /// - Parameter tokens: At least one token, at most as many as the context holds.
    /// - Returns: One number for each token but the first; the perplexity is `exp` of their mean.
    public func negativeLogLikelihoods(of tokens: [TokenID]) async throws -> [Float] {
        try await perform { [contextLength = details.contextLength] result, cancellation in
            ScoringTask(
                tokens: tokens.map(\.rawValue),
                contextLength: contextLength,
                result: result,
                cancellation: cancellation
            )
        }
    }

    /// Hands over a request that answers once.
    func perform<Value: Sendable>(
        _ makeRequest: (CheckedContinuation<Value, any Error>, CancellationFlag) -> any EngineRequest
    ) async throws -> Value {
        let cancellation = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let request = makeRequest(continuation, cancellation)
                do {
                    try loop.submit(request)
                } catch {
                    request.reject(error)
                }
            }
        } onCancel: {
            cancellation.cancel()
            loop.wake()
        }
    }
}
