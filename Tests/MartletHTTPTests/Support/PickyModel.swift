import MartletCore
import Synchronization

/// A model that refuses requests as a test says, and answers the others with `ok`.
final class PickyModel: LanguageModel {
    let information = LanguageModelInformation(name: "picky", contextLength: 128)
    private let refusal: @Sendable (GenerationRequest) -> (any ModelFailure)?
    private let asked = Mutex<[Int?]>([])

    init(refusing refusal: @escaping @Sendable (GenerationRequest) -> (any ModelFailure)?) {
        self.refusal = refusal
    }

    /// The token limits of the requests so far.
    var limits: [Int?] { asked.withLock { $0 } }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        asked.withLock { $0.append(request.maximumTokenCount) }
        return AsyncThrowingStream { continuation in
            if let refusal = refusal(request) {
                continuation.finish(throwing: refusal)
                return
            }
            continuation.yield(.text("ok"))
            let usage = Usage(promptTokenCount: 1, generatedTokenCount: 1)
            continuation.yield(.finished(GenerationSummary(reason: .endOfTurn, usage: usage)))
            continuation.finish()
        }
    }

    func tokenCount(of input: GenerationRequest.Input) async throws -> Int { 1 }
}
