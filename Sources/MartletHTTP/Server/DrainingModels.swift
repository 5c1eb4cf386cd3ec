import MartletCore

/// Models whose answers end with an error when the server gives up what still runs.
struct DrainingModels: ModelServing {
    let base: any ModelServing
    let phase: ServerPhase

    var models: [ServedModel] { base.models }

    func model(named name: String?) -> (any LanguageModel)? {
        func wrapped(_ model: some LanguageModel) -> any LanguageModel { DrainingModel(base: model, phase: phase) }
        return base.model(named: name).map { wrapped($0) }
    }

    var embedders: [ServedEmbedder] { base.embedders }

    func embedder(named name: String?) -> (any Embedder)? {
        base.embedder(named: name).map { DrainingEmbedder(base: $0, phase: phase) }
    }

    var rerankers: [ServedReranker] { base.rerankers }

    func reranker(named name: String?) -> (any Reranker)? {
        base.reranker(named: name).map { DrainingReranker(base: $0, phase: phase) }
    }
}

/// A model whose answers end with ``DrainedFailure`` when the server gives up what still runs.
struct DrainingModel<Base: LanguageModel>: LanguageModel {
    let base: Base
    let phase: ServerPhase

    var information: LanguageModelInformation { base.information }

    func tokenCount(of input: GenerationRequest.Input) async throws -> Int { try await base.tokenCount(of: input) }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let events = base.generate(request)
        return AsyncThrowingStream { [phase] in
            try await withThrowingTaskGroup(of: GenerationEvent?.self) { group in
                group.addTask {
                    var iterator = events.makeAsyncIterator()
                    return try await iterator.next()
                }
                group.addTask {
                    await phase.waitUntilExpired()
                    try Task.checkCancellation()
                    throw DrainedFailure()
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        }
    }
}

extension DrainingModel: TokenCoding where Base: TokenCoding {
    func encode(_ text: String, addingSpecialTokens: Bool, parsingSpecialTokens: Bool) throws -> [TokenID] {
        try base.encode(
            text,
            addingSpecialTokens: addingSpecialTokens,
            parsingSpecialTokens: parsingSpecialTokens
        )
    }

    func decode(_ tokens: [TokenID]) throws -> [UInt8] { try base.decode(tokens) }
}

extension DrainingModel: ModelObserving where Base: ModelObserving {
    var statistics: ModelStatistics { base.statistics }
}

/// The server stops, and this answer took longer than it waits.
struct DrainedFailure: ModelFailure {
    var failureKind: ModelFailureKind { .unavailable }
    var description: String { "The server stops; send the request again in a while." }
}
