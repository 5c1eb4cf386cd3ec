import HTTPTypes
import Hummingbird
import MartletCore
import NIOCore
import Synchronization

/// What embedding and ranking have in common: the model by its name, the lease, the time, the client that may go away.
struct EncodingEndpoint: Sendable {
    /// Models and metering.
    let services: APIServices
    /// Bounds.
    let limits: APILimits
    private let room: EncodingRoom

    init(services: APIServices, limits: APILimits) {
        self.services = services
        self.limits = limits
        room = EncodingRoom(byteCount: limits.encodedByteCount)
    }

    /// The embedder that a request names, or the default one.
    ///
    /// - Throws: 404 for one that isn't served, 400 for a model of another purpose.
    func embedder(named name: String?) throws(APIError) -> (served: ServedEmbedder, model: any Embedder) {
        let models = services.models
        guard let model = models.embedder(named: name) else {
            throw ServedPurpose.embedding.refusal(of: name, among: models)
        }
        let served = models.embedders.first { $0.id == name ?? $0.id }
        return (served ?? ServedEmbedder(id: name ?? "", information: model.information, created: 0), model)
    }

    /// The reranker that a request names, or the default one.
    ///
    /// - Throws: 404 for one that isn't served, 400 for a model of another purpose.
    func reranker(named name: String?) throws(APIError) -> (served: ServedReranker, model: any Reranker) {
        let models = services.models
        guard let model = models.reranker(named: name) else {
            throw ServedPurpose.rerank.refusal(of: name, among: models)
        }
        let served = models.rerankers.first { $0.id == name ?? $0.id }
        return (served ?? ServedReranker(id: name ?? "", information: model.information, created: 0), model)
    }

    /// Texts to be read, and who wants them.
    struct Work: Sendable {
        /// The served model's id.
        var model: String
        /// The field of the texts, for errors about them.
        var parameter: String
        /// The texts' bytes, a token counting four.
        var byteCount: Int
        /// How many texts.
        var textCount: Int
        /// The end user, and how long it may take.
        var service: EncodingFields
    }

    /// Runs `body` within the caller's limits, until its deadline, and for as long as the client is there.
    ///
    /// - Parameter body: Gets the deadline and the owner for the model, and gives the answer with its tokens.
    /// - Returns: The answer, and the `x-ratelimit-…` fields of the response.
    func perform<Answer: Sendable>(
        _ work: Work,
        _ request: Request,
        _ context: APIRequestContext,
        _ body: @escaping @Sendable (ContinuousClock.Instant?, String) async throws -> (Answer, tokenCount: Int)
    ) async throws -> (answer: Answer, headers: HTTPFields) {
        let deadline = try request.deadline(after: work.service.timeout)
        let owner = work.service.user.map { "\(context.caller.id)/\($0)" } ?? context.caller.id
        guard room.enter(work.byteCount) else { throw APIError.overloaded(retryAfter: nil) }
        defer { room.leave(work.byteCount) }
        let lease = try services.metering.begin(
            .encoding,
            caller: context.caller,
            model: work.model,
            estimatedTokenCount: work.byteCount / 4 + work.textCount
        )
        let presence = ClientPresence(watching: context.origin)
        let (departure, departed) = AsyncStream<Void>.makeStream()
        presence.onDeparture { departed.finish() }
        defer { presence.release() }
        do {
            let (answer, tokenCount) = try await withThrowingTaskGroup(of: (Answer, tokenCount: Int).self) { group in
                group.addTask { try await body(deadline, owner) }
                group.addTask {
                    for await _ in departure {}
                    throw CancellationError()
                }
                if let deadline {
                    group.addTask {
                        try await Task.sleep(until: deadline, clock: .continuous)
                        throw APIError.encodingTooLate
                    }
                }
                defer { group.cancelAll() }
                guard let result = try await group.next() else { throw CancellationError() }
                return result
            }
            lease.settle(tokenCount: tokenCount, textCount: work.textCount)
            return (answer, lease.headers)
        } catch {
            lease.release()
            // The model may have seen the end of its time first, and says so in its own words.
            if let deadline, deadline <= .now, error is any ModelFailure { throw APIError.encodingTooLate }
            throw APIError.concerning(work.parameter, error)
        }
    }
}

/// How many bytes of texts may be on their way through the models of a server at once.
private final class EncodingRoom: Sendable {
    private let byteCount: Int
    private let takenCount = Mutex(0)

    init(byteCount: Int) { self.byteCount = byteCount }

    /// Takes room; what is too large for all of it may still come alone.
    func enter(_ count: Int) -> Bool {
        takenCount.withLock { taken in
            guard taken == 0 || taken + count <= byteCount else { return false }
            taken += count
            return true
        }
    }

    func leave(_ count: Int) { takenCount.withLock { $0 -= count } }
}

extension APIError {
    fileprivate static var encodingTooLate: APIError {
        .deadlineExceeded(
            "The time that the request gives passed before its answer. Give more time, or send less at once."
        )
    }

    /// An error of a model that reads texts, which names the request's own field of them.
    fileprivate static func concerning(_ parameter: String, _ error: any Error) -> any Error {
        guard let failure = error as? any ModelFailure, failure.failureKind == .contextTooLong else { return error }
        var shown = APIError(failure)
        shown.parameter = parameter
        return shown
    }
}
