internal import MartletCore
public import MartletPrompt

/// Turns an answer's tokens into events: text without loss, thinking apart, and nothing from a stop string on.
///
/// Stop strings are looked for in the answer only: what a model thinks doesn't end it. Where tokens come with scores,
/// these go out just before the text that the tokens complete, in the tokens' order: for every token of the answer,
/// thinking and its tags included, up to a stop string, and for the token that the stop string begins in the middle
/// of. The token that ends the answer is none of its text and never gets here.
public struct TextPipeline: Sendable {
    private var decoder: TokenStreamDecoder
    private var thinking: ThinkingFilter?
    private var stops: StopStringFilter
    private var scores = PendingScores()
    /// Bytes of text decoded so far.
    private var decodedCount = 0
    /// Bytes of the answer that stop strings were looked for in, and those that were let through.
    private var answerCount = 0
    private var emittedCount = 0
    /// Tokens of thinking, its tags included, so far.
    private(set) var thinkingTokenCount = 0

    /// Makes the pipeline of one answer.
    ///
    /// - Parameters:
    ///   - decoder: Turns tokens into text.
    ///   - thinking: Tells thinking from the answer; nil leaves all in the answer.
    ///   - stopStrings: Texts that end the answer.
    public init(decoder: TokenStreamDecoder, thinking: ThinkingFilter?, stopStrings: [String]) {
        self.decoder = decoder
        self.thinking = thinking
        stops = StopStringFilter(stopStrings)
    }

    /// Whether a stop string has come.
    public var isStopped: Bool { stops.isStopped }

    /// Takes the next token and hands out what is certain with it.
    mutating func append(_ token: Int32, score: TokenScore? = nil, _ emit: (GenerationEvent) -> Void) {
        if let score { scores.append(score, start: decodedCount) }
        let wasThinking = thinking?.isThinking ?? false
        let text = decoder.append(TokenID(token))
        if !text.isEmpty { pass(text, emit) }
        if wasThinking || thinking?.isThinking ?? false { thinkingTokenCount += 1 }
    }

    /// Hands out what was held back, at the end.
    mutating func finish(_ emit: (GenerationEvent) -> Void) {
        guard !stops.isStopped else { return }
        let text = decoder.finish()
        if !text.isEmpty { pass(text, emit) }
        if var filter = thinking {
            pass(filter.finish(), emit)
            thinking = filter
        }
        guard !stops.isStopped else { return }
        let rest = stops.finish()
        if !rest.isEmpty { hand(out: .text(rest), end: decodedCount, emit) }
        let scores = scores.take(before: .max)
        if !scores.isEmpty { emit(.scores(scores)) }
    }

    private mutating func pass(_ text: String, _ emit: (GenerationEvent) -> Void) {
        decodedCount += text.utf8.count
        if var filter = thinking {
            let output = filter.append(text)
            thinking = filter
            pass(output, emit)
        } else {
            answer(text, end: decodedCount, emit)
        }
    }

    private mutating func pass(_ output: ThinkingFilter.Output, _ emit: (GenerationEvent) -> Void) {
        var end = decodedCount - (thinking?.heldByteCount ?? 0) - output.runs.reduce(0) { $0 + $1.text.utf8.count }
        for run in output.runs where !stops.isStopped {
            end += run.text.utf8.count
            switch run {
            case .answer(let text): answer(text, end: end, emit)
            case .thinking(let text): hand(out: .thinking(text), end: end, emit)
            }
        }
    }

    /// Looks for stop strings in the answer's next text, which ends at the given byte of the decoded one.
    private mutating func answer(_ text: String, end: Int, _ emit: (GenerationEvent) -> Void) {
        answerCount += text.utf8.count
        let passed = stops.append(text).emit
        guard !passed.isEmpty else { return }
        emittedCount += passed.utf8.count
        hand(out: .text(passed), end: end - (answerCount - emittedCount), emit)
    }

    private mutating func hand(out event: GenerationEvent, end: Int, _ emit: (GenerationEvent) -> Void) {
        let scores = scores.take(before: end)
        if !scores.isEmpty { emit(.scores(scores)) }
        emit(event)
    }
}

extension ThinkingFilter.Output.Run {
    fileprivate var text: String {
        switch self {
        case .answer(let text), .thinking(let text): text
        }
    }
}
