internal import MartletCore

/// When a generation was asked for, when its prompt began, and when its tokens came.
struct GenerationClock {
    private let submitted: ContinuousClock.Instant
    private var promptStart: ContinuousClock.Instant?
    private var firstToken: ContinuousClock.Instant?
    private var lastToken: ContinuousClock.Instant?

    /// Starts when the request was handed over.
    init(submitted: ContinuousClock.Instant) {
        self.submitted = submitted
    }

    /// Takes note that the prompt's computation begins; later calls change nothing.
    mutating func start(at now: ContinuousClock.Instant) {
        if promptStart == nil { promptStart = now }
    }

    /// Takes note of a token.
    mutating func tick() {
        let now = ContinuousClock.now
        if firstToken == nil { firstToken = now }
        lastToken = now
    }

    /// From the request to the start of its computation.
    var queueDuration: Duration {
        promptStart.map { max($0 - submitted, .zero) } ?? .zero
    }

    /// From the start of the prompt's computation to its first token.
    var promptDuration: Duration {
        guard let promptStart, let firstToken else { return .zero }
        return firstToken - promptStart
    }

    /// From the first token to the last.
    var generationDuration: Duration {
        guard let firstToken, let lastToken else { return .zero }
        return lastToken - firstToken
    }
}
