import MartletCore
import Synchronization

/// Counts what the server does, for `/metrics`.
///
/// Labels come from routes, models and keys, of which there are few; nothing that a caller makes up becomes one.
public final class ServerMetrics: Sendable {
    struct RequestKey: Hashable { var route: String, method: String, status: Int }
    struct TokenKey: Hashable { var model: String, caller: String }
    struct RefusalKey: Hashable { var caller: String, limit: String }

    struct Tokens {
        var prompt = 0
        var reused = 0
        var generated = 0
        var thinking = 0
        var cost = 0.0
    }

    struct Generations {
        var activeCount = 0
        var endCounts: [String: Int] = [:]
        var queue = Histogram()
        var firstToken = Histogram()
        var prompt = Histogram()
        var generation = Histogram()
    }

    struct Encodings {
        var activeCount = 0
        var textCount = 0
        var failureCount = 0
        var duration = Histogram()
    }

    struct State {
        var requestCounts: [RequestKey: Int] = [:]
        var requestDurations: [String: Histogram] = [:]
        var activeRequestCount = 0
        var connectionCount = 0
        var refusalCounts: [RefusalKey: Int] = [:]
        var unauthorizedCount = 0
        var tokens: [TokenKey: Tokens] = [:]
        var generations: [String: Generations] = [:]
        var encodings: [String: Encodings] = [:]
    }

    private let state = Mutex(State())

    /// Begins at nothing.
    public init() {}

    /// What was counted so far.
    var snapshot: State { state.withLock { $0 } }

    /// A connection was opened or closed.
    func noteConnection(opened: Bool) {
        state.withLock { $0.connectionCount += opened ? 1 : -1 }
    }

    /// A request has come.
    func noteRequest() {
        state.withLock { $0.activeRequestCount += 1 }
    }

    /// A request has its whole response.
    /// - Parameters:
    ///   - route: The route's pattern, never the path.
    ///   - method: As it was sent; unusual ones are counted together.
    func noteResponse(route: String, method: String, status: Int, after duration: Duration) {
        let usual = ["GET", "POST", "HEAD", "OPTIONS", "DELETE", "PUT", "PATCH"].contains(method)
        let key = RequestKey(route: route, method: usual ? method : "other", status: status)
        state.withLock { state in
            state.activeRequestCount -= 1
            state.requestCounts[key, default: 0] += 1
            state.requestDurations[route, default: Histogram()].observe(duration / .seconds(1))
        }
    }

    /// A request showed no key, or an unknown one.
    func noteUnauthorized() {
        state.withLock { $0.unauthorizedCount += 1 }
    }

    /// A generation was refused for a limit.
    func noteRefusal(caller: String, limit: String) {
        state.withLock { $0.refusalCounts[RefusalKey(caller: caller, limit: limit), default: 0] += 1 }
    }

    /// A generation, or the reading of texts, begins.
    func noteBegin(_ work: MeteredWork, model: String) {
        state.withLock { state in
            switch work {
            case .generation: state.generations[model, default: Generations()].activeCount += 1
            case .encoding: state.encodings[model, default: Encodings()].activeCount += 1
            }
        }
    }

    /// A generation's first token has come.
    func noteFirstToken(model: String, after duration: Duration) {
        state.withLock { $0.generations[model]?.firstToken.observe(duration / .seconds(1)) }
    }

    /// Texts were read, or given up.
    func noteEncoding(model: String, caller: String, _ outcome: GenerationLease.Outcome, after duration: Duration) {
        state.withLock { state in
            var encodings = state.encodings[model] ?? Encodings()
            encodings.activeCount -= 1
            if case .encoded(let tokenCount, let textCount) = outcome {
                encodings.textCount += textCount
                encodings.duration.observe(duration / .seconds(1))
                state.tokens[TokenKey(model: model, caller: caller), default: Tokens()].prompt += tokenCount
            } else {
                encodings.failureCount += 1
            }
            state.encodings[model] = encodings
        }
    }

    /// A generation has ended; without summaries it failed or was given up.
    func noteEnd(model: String, caller: String, _ outcome: GenerationLease.Outcome) {
        let (usage, summaries): (Usage, [GenerationSummary]) =
            switch outcome {
            case .settled(let usage, let summaries): (usage, summaries)
            case .encoded(let count, _): (Usage(promptTokenCount: count, generatedTokenCount: 0), [])
            case .released(let usage): (usage, [])
            }
        state.withLock { state in
            var generations = state.generations[model] ?? Generations()
            generations.activeCount -= 1
            if summaries.isEmpty { generations.endCounts["failed", default: 0] += 1 }
            for summary in summaries {
                generations.endCounts[summary.reason.label, default: 0] += 1
                generations.queue.observe(summary.queueDuration / .seconds(1))
                generations.prompt.observe(summary.promptDuration / .seconds(1))
                generations.generation.observe(summary.generationDuration / .seconds(1))
            }
            state.generations[model] = generations
            var tokens = state.tokens[TokenKey(model: model, caller: caller)] ?? Tokens()
            tokens.prompt += usage.promptTokenCount
            tokens.reused += usage.reusedTokenCount
            tokens.generated += usage.generatedTokenCount
            tokens.thinking += usage.thinkingTokenCount
            tokens.cost += usage.cost ?? 0
            state.tokens[TokenKey(model: model, caller: caller)] = tokens
        }
    }
}

extension FinishReason {
    /// The reason as a label: `end_of_turn`, `stop_string`, ….
    var label: String {
        rawValue.reduce(into: "") { text, character in
            text += character.isUppercase ? "_" + character.lowercased() : String(character)
        }
    }
}
