internal import MartletCore
public import MartletPrompt

/// Turns an answer's tokens into events: text without loss, thinking apart, and nothing from a stop string on.
///
/// Stop strings are looked for in the answer only: what a model thinks doesn't end it.
public struct TextPipeline: Sendable {
    private var decoder: TokenStreamDecoder
    private var thinking: ThinkingFilter?
    private var stops: StopStringFilter

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
    mutating func append(_ token: Int32, _ emit: (GenerationEvent) -> Void) {
        let text = decoder.append(TokenID(token))
        if !text.isEmpty { pass(text, emit) }
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
        let rest = stops.finish()
        if !rest.isEmpty { emit(.text(rest)) }
    }

    private mutating func pass(_ text: String, _ emit: (GenerationEvent) -> Void) {
        if var filter = thinking {
            let output = filter.append(text)
            thinking = filter
            pass(output, emit)
        } else {
            answer(text, emit)
        }
    }

    private mutating func pass(_ output: ThinkingFilter.Output, _ emit: (GenerationEvent) -> Void) {
        for run in output.runs {
            switch run {
            case .answer(let text): answer(text, emit)
            case .thinking(let text): if !stops.isStopped { emit(.thinking(text)) }
            }
        }
    }

    private mutating func answer(_ text: String, _ emit: (GenerationEvent) -> Void) {
        let passed = stops.append(text).emit
        if !passed.isEmpty { emit(.text(passed)) }
    }
}
