public import MartletCore

/// A name with a model behind it, and others for when that one fails or has too much to do.
///
/// A request goes to one model; another gets it only as long as nothing of the answer has been said. A conversation may so
/// be answered by different models from turn to turn.
public final class RoutedModel: ModelObserving, PromptKeeping {
    /// Something that whoever runs a service wants to read in its log.
    public enum Event: Sendable {
        /// A hosted model takes a request because of the local one's queue.
        case burst(route: String, upstream: String, wait: Duration?)
        /// A model failed before it said anything, and the next one is tried.
        case failedOver(route: String, upstream: String, error: any Error)
    }

    /// What this model is: the primary's size under this name; local only if all models behind it are.
    public let information: LanguageModelInformation
    private let upstreams: [Upstream]
    private let burstAfter: Duration?
    private let isLocalOnly: Bool
    private let onEvent: @Sendable (Event) -> Void

    /// Makes a route.
    ///
    /// - Parameters:
    ///   - upstreams: The primary, then its fall-backs in order; at least one.
    ///   - burstAfter: The longest estimated wait for a local primary before hosted ones take over; nil waits.
    ///   - isLocalOnly: Whether models elsewhere are never asked.
    ///   - onEvent: Told what happens; called on whatever thread it happens on.
    /// - Throws: ``ProviderError`` where only local models may be used and none is local.
    public init(
        name: String,
        upstreams: [Upstream],
        burstAfter: Duration? = nil,
        isLocalOnly: Bool = false,
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(ProviderError) {
        precondition(!upstreams.isEmpty)
        let allowed = isLocalOnly ? upstreams.filter { $0.model.information.isLocal } : upstreams
        guard let primary = allowed.first else {
            throw ProviderError(
                .localOnly,
                provider: name,
                "only local models may be used here, and every model of this name runs elsewhere",
                remedy: "Name a local model, or take local_only out of the configuration"
            )
        }
        information = LanguageModelInformation(
            name: name,
            contextLength: primary.model.information.contextLength,
            isLocal: allowed.allSatisfy(\.model.information.isLocal)
        )
        self.upstreams = allowed
        self.burstAfter = burstAfter
        self.isLocalOnly = isLocalOnly
        self.onEvent = onEvent
    }

    /// How the models behind the name fare.
    public var health: [UpstreamHealth] { upstreams.map(\.health) }

    /// The primary's counts; nothing where it doesn't count.
    public var statistics: ModelStatistics {
        (upstreams[0].model as? any ModelObserving)?.statistics ?? ModelStatistics()
    }

    /// Erases what the models behind the name keep of an owner's conversations.
    public func eraseKeptPrompts(of owner: String) async {
        for upstream in upstreams {
            await (upstream.model as? any PromptKeeping)?.eraseKeptPrompts(of: owner)
        }
    }

    /// Counts as the primary does.
    public func tokenCount(of input: GenerationRequest.Input) async throws -> Int {
        try await upstreams[0].model.tokenCount(of: input)
    }

    /// Answers `request` with the first model that can; see ``LanguageModel/generate(_:)``.
    ///
    /// The task behind the stream lives no longer than it. The stream holds no more than the chosen model's own.
    /// - Throws: From the stream: what the first model that was tried said, where all failed; ``ProviderError`` where none
    ///   could be tried.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let (stream, events) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
        let task = Task {
            do {
                try await route(request, into: events)
                events.finish()
            } catch {
                events.finish(throwing: error)
            }
        }
        events.onTermination = { _ in task.cancel() }
        return stream
    }

    private func route(
        _ request: GenerationRequest,
        into events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) async throws {
        let now = ContinuousClock.now
        let candidates = upstreams.map { $0.candidate(at: now) }
        let plan = RoutePlan(candidates, burstAfter: burstAfter, isLocalOnly: isLocalOnly)
        if plan.isBurst, let first = plan.order.first {
            let wait = candidates.first { $0.isLocal }?.estimatedWait
            onEvent(.burst(route: information.name, upstream: upstreams[first].name, wait: wait))
        }
        var firstError: (any Error)?
        for (position, index) in plan.order.enumerated() {
            let upstream = upstreams[index]
            guard let permit = upstream.acquire() else { continue }
            do {
                try await pass(request, through: upstream, permit: permit, into: events)
                return
            } catch {
                let cause = error.error
                permit.fail(Task.isCancelled ? .unknown : RoutePlan.verdict(of: cause))
                guard !error.hasOutput, !Task.isCancelled, RoutePlan.failsOver(after: cause) else { throw cause }
                firstError = firstError ?? cause
                if position + 1 < plan.order.count {
                    onEvent(.failedOver(route: information.name, upstream: upstream.name, error: cause))
                }
            }
        }
        throw firstError ?? noUpstream(plan)
    }

    private struct PassFailure: Error {
        var error: any Error
        var hasOutput: Bool
    }

    /// Passes one model's answer on.
    private func pass(
        _ request: GenerationRequest,
        through upstream: Upstream,
        permit: Upstream.Permit,
        into events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) async throws(PassFailure) {
        var hasOutput = false
        do {
            for try await event in upstream.model.generate(request) {
                if case .finished(let summary) = event {
                    switch summary.reason {
                    case .cancelled: permit.fail(.unknown)
                    // A model that never said a word within the deadline is not well.
                    case .deadline where !hasOutput: permit.fail(.failed(requestedRest: nil))
                    default: permit.succeed()
                    }
                } else {
                    hasOutput = true
                }
                events.yield(event)
            }
        } catch {
            throw PassFailure(error: error, hasOutput: hasOutput)
        }
    }

    private func noUpstream(_ plan: RoutePlan) -> ProviderError {
        let names = upstreams.map(\.name).joined(separator: ", ")
        if plan.isOnlyBusy || !plan.order.isEmpty {
            return ProviderError(
                .overloaded,
                provider: information.name,
                "as many requests as allowed are under way (\(names))",
                remedy: "Try again in a moment, or raise max_concurrent"
            )
        }
        let rests = health.compactMap { health in
            if case .resting(let rest) = health.condition { rest } else { nil }
        }
        let wait = rests.min().map { ", the first comes back in \(Int(max(1, $0 / .seconds(1)))) s" } ?? ""
        return ProviderError(
            .noUpstream,
            provider: information.name,
            "every model behind this name rests after failures (\(names)\(wait))",
            remedy: "Try again later; martlet doctor says what is wrong with them"
        )
    }
}
