public import MartletCore
public import MartletPrompt

/// Turns an answer's tokens into events: text without loss, thinking apart, and nothing from a stop string on.
///
/// Stop strings are looked for in the answer only: what a model thinks doesn't end it. Where tokens come with scores,
/// these go out just before the text that the tokens complete, in the tokens' order: for every token of the answer,
/// thinking and its tags included, up to a stop string, and for the token that the stop string begins in the middle
/// of. The token that ends the answer is none of its text and never gets here. Around calls of tools, whose text is
/// held back until it is whole, scores may come a little earlier than their text.
public struct TextPipeline: Sendable {
    private var decoder: TokenStreamDecoder
    private var thinking: ThinkingFilter?
    private var tools: ToolCallFilter?
    /// Whether the answer ends with its first call.
    private let stopsAfterCall: Bool
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
    ///   - tools: Tells calls of tools from the answer's words; nil leaves all as words.
    ///   - stopsAfterCall: Whether the answer ends with its first call.
    ///   - stopStrings: Texts that end the answer.
    public init(
        decoder: TokenStreamDecoder,
        thinking: ThinkingFilter?,
        tools: ToolCallFilter? = nil,
        stopsAfterCall: Bool = false,
        stopStrings: [String]
    ) {
        self.decoder = decoder
        self.thinking = thinking
        self.tools = tools
        self.stopsAfterCall = stopsAfterCall
        stops = StopStringFilter(stopStrings)
    }

    /// Whether a stop string has come, or the last call that may.
    public var isStopped: Bool { stops.isStopped || (stopsAfterCall && hasCalls) }

    /// Whether the answer has called a tool.
    public private(set) var hasCalls = false

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
        guard !isStopped else { return }
        let text = decoder.finish()
        if !text.isEmpty { pass(text, emit) }
        if var filter = thinking {
            pass(filter.finish(), emit)
            thinking = filter
        }
        guard !isStopped else { return }
        if var filter = tools {
            say(filter.finish(), end: decodedCount, emit)
            tools = filter
        }
        guard !isStopped else { return }
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
        for run in output.runs where !isStopped {
            end += run.text.utf8.count
            switch run {
            case .answer(let text): answer(text, end: end, emit)
            case .thinking(let text): hand(out: .thinking(text), end: end, emit)
            }
        }
    }

    /// Looks for calls in the answer's next text, which ends at the given byte of the decoded one.
    private mutating func answer(_ text: String, end: Int, _ emit: (GenerationEvent) -> Void) {
        if var filter = tools {
            let output = filter.append(text)
            tools = filter
            say(output, end: end, emit)
        } else {
            words(text, end: end, emit)
        }
    }

    private mutating func say(_ output: [ToolCallFilter.Output], end: Int, _ emit: (GenerationEvent) -> Void) {
        for part in output where !isStopped {
            switch part {
            case .text(let text): words(text, end: end, emit)
            case .call(let name, let arguments):
                hasCalls = true
                let call = ToolCall(id: Self.makeCallID(), name: name, arguments: arguments)
                hand(out: .toolCall(call), end: end, emit)
            }
        }
    }

    /// A name for a call: long enough that two of one conversation never meet.
    private static func makeCallID() -> String {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var random = SystemRandomNumberGenerator()
        return "call_" + String((0..<24).map { _ in digits[Int.random(in: 0..<digits.count, using: &random)] })
    }

    /// Looks for stop strings in the answer's next words.
    private mutating func words(_ text: String, end: Int, _ emit: (GenerationEvent) -> Void) {
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
