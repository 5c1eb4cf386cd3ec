import AsyncHTTPClient
import MartletCore
import NIOCore
import NIOHTTP1
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#endif

/// Answers from a provider: attempts, time limits, account.
struct RemoteGeneration: Sendable {
    let wire: any ProviderWire
    let transport: ProviderTransport
    let settings: RemoteSettings
    /// What the model is, as far as it is known or set.
    let information: LanguageModelInformation
    let budget = RetryBudget()
    let counts = RemoteCounts()

    /// Prepares for answers; prices and sizes that the settings leave open are those of the listed model.
    init(wire: any ProviderWire, transport: ProviderTransport, settings: RemoteSettings) {
        let known = KnownModel.find(wire.identity.model, at: wire.identity.name)
        var settings = settings
        settings.prices = settings.prices ?? known?.prices
        self.wire = wire
        self.transport = transport
        self.settings = settings
        information = LanguageModelInformation(
            name: wire.identity.model,
            contextLength: settings.contextLength ?? known?.contextLength ?? KnownModel.usualContextLength,
            isLocal: false
        )
    }

    /// Begins the answer.
    ///
    /// It is fetched by a task that lives no longer than the stream: whoever drops the stream, or cancels
    /// the task that reads it, ends the task and with it the connection.
    ///
    /// The stream holds at most what ``RemoteSettings/maximumAnswerByteCount`` lets through.
    func stream(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let (stream, events) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
        let task = Task { await run(request, into: events) }
        events.onTermination = { _ in task.cancel() }
        return stream
    }

    private func run(
        _ request: GenerationRequest,
        into events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) async {
        let started = ContinuousClock.now
        let emitter = AnswerEmitter(events, request, started: started)
        counts.begin()
        var request = request
        var droppedTurnCount = 0
        var outcome: Result<FinishReason, any Error>
        do {
            outcome = .success(
                try await attempt(&request, droppedTurnCount: &droppedTurnCount, emitter: emitter, started: started)
            )
        } catch TimeLimit.deadline {
            outcome = .success(.deadline)
        } catch {
            outcome = Task.isCancelled || error is CancellationError ? .success(.cancelled) : .failure(error)
        }
        emitter.flush()
        switch outcome {
        case .success(let reason):
            let summary = emitter.summary(
                reason: reason,
                promptEstimate: TokenEstimate(request.input, tools: request.tools).count,
                droppedTurnCount: droppedTurnCount,
                prices: settings.prices
            )
            counts.end(summary.usage)
            emitter.finish(summary)
        case .failure(let error):
            counts.end(nil)
            emitter.fail(error)
        }
    }

    /// Tries until an attempt ends well, says something and fails, or is not worth another one.
    private func attempt(
        _ request: inout GenerationRequest,
        droppedTurnCount: inout Int,
        emitter: AnswerEmitter,
        started: ContinuousClock.Instant
    ) async throws -> FinishReason {
        var retryCount = 0
        while true {
            do {
                let reason = try await exchange(request, emitter: emitter, started: started)
                budget.earn()
                return reason
            } catch let error as ProviderError {
                guard !emitter.hasEmitted, !Task.isCancelled else { throw error }
                emitter.reset()
                if error.code == .contextTooLong, case .dropOldestTurns = request.contextOverflow,
                    let (shorter, count) = request.droppingOldestTurns()
                {
                    request = shorter
                    droppedTurnCount += count
                    continue
                }
                let decision = settings.retry.decision(
                    after: error,
                    retryCount: retryCount,
                    random: Double.random(in: 0..<1)
                )
                guard case .retry(let pause) = decision, budget.spend() else { throw error }
                let end = ContinuousClock.now + pause
                guard end < started + settings.timeouts.total else { throw error }
                if let deadline = request.deadline, end >= deadline {
                    try await Task.sleep(until: deadline, clock: .continuous)
                    throw TimeLimit.deadline
                }
                try await Task.sleep(until: end, clock: .continuous)
                retryCount += 1
            } catch is Adaptation {
                emitter.reset()
            }
        }
    }

    /// The request was refused for how it was said, and the wire now says it otherwise.
    private struct Adaptation: Error {}

    /// Sends the request once and passes the answer on, within the time limits.
    private func exchange(
        _ request: GenerationRequest,
        emitter: AnswerEmitter,
        started: ContinuousClock.Instant
    ) async throws -> FinishReason {
        let message = try await wire.makeRequest(request)
        let progress = ExchangeProgress()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await converse(message, request, emitter: emitter, progress: progress) }
                group.addTask {
                    try await progress.watch(settings.timeouts, started: started, deadline: request.deadline)
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch TimeLimit.complete {
            // The answer was there; what the provider still had to say is not waited for.
        } catch let limit as TimeLimit where limit != .deadline {
            throw timedOut(limit)
        }
        try Task.checkCancellation()
        guard let reason = emitter.reason else {
            throw ProviderError(
                .interrupted,
                provider: wire.identity.name,
                "the answer broke off before its end",
                remedy: "Try again"
            )
        }
        return reason
    }

    private func converse(
        _ message: WireRequest,
        _ request: GenerationRequest,
        emitter: AnswerEmitter,
        progress: ExchangeProgress
    ) async throws {
        let response = try await transport.open(message, provider: wire.identity.name)
        progress.note(.reading)
        guard (200..<300).contains(response.status.code) else {
            throw try await refusal(response, request)
        }
        let contentType = response.headers.first(name: "content-type")?.lowercased() ?? ""
        var decoder = wire.makeDecoder(for: request, contentType: contentType)
        var byteCount = 0
        var pieces: [AnswerPiece] = []
        func deliver() -> Bool {
            defer { pieces.removeAll(keepingCapacity: true) }
            for piece in pieces {
                guard emitter.receive(piece) else { return false }
                switch piece {
                case .ended: progress.note(.ending)
                case .closed: progress.note(.closing)
                default: break
                }
            }
            return true
        }
        do {
            for try await buffer in response.body {
                progress.touch()
                byteCount += buffer.readableBytes
                guard byteCount <= settings.maximumAnswerByteCount else {
                    throw ProviderError(
                        .responseTooLarge,
                        provider: wire.identity.name,
                        "the answer is longer than \(settings.maximumAnswerByteCount >> 20) MiB",
                        remedy: "Set a limit of tokens"
                    )
                }
                let result = Result { try decoder.receive(Array(buffer.readableBytesView), into: &pieces) }
                guard deliver() else { return }
                try result.get()
            }
        } catch let error as ProviderError {
            throw error
        } catch {
            try Task.checkCancellation()
            guard emitter.reason == nil else { return }
            throw ProviderError(
                .interrupted,
                provider: wire.identity.name,
                "the connection was closed in the middle of the answer",
                remedy: "Try again"
            )
        }
        let result = Result { try decoder.finish(into: &pieces) }
        guard deliver() else { return }
        try result.get()
    }

    private func refusal(_ response: HTTPClientResponse, _ request: GenerationRequest) async throws -> any Error {
        let status = Int(response.status.code)
        let body = try await response.prefix(upTo: 64 << 10)
        var complaint = (try? JSONValue(parsing: body)).flatMap { UpstreamComplaint($0) }
        if let kind = response.headers.first(name: "x-amzn-errortype") {
            complaint = complaint ?? UpstreamComplaint(message: "", kind: kind)
            complaint?.kinds.insert(UpstreamComplaint.plain(kind), at: 0)
        }
        if let complaint, wire.adapt(to: complaint, status: status) { return Adaptation() }
        return UpstreamFailure.error(
            complaint,
            status: status,
            retryAfter: RetryAfter.read(
                { response.headers.first(name: $0) },
                now: Int64(Date().timeIntervalSince1970)
            ),
            identity: wire.identity,
            request: request
        )
    }

    private func timedOut(_ limit: TimeLimit) -> ProviderError {
        let (what, allowed) =
            switch limit {
            case .firstByte: ("did not begin to answer", settings.timeouts.firstByte)
            case .idle: ("stopped in the middle of the answer and said nothing more", settings.timeouts.idle)
            default: ("did not finish its answer", settings.timeouts.total)
            }
        return ProviderError(
            .timedOut,
            provider: wire.identity.name,
            "the provider \(what) within \(allowed)",
            remedy: "Try again later, name a fall-back, or raise timeout_seconds for this model"
        )
    }
}
