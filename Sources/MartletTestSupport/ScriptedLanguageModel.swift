public import MartletCore
import Synchronization

/// A model that says what a test tells it to, at the test's pace, and remembers what it was asked.
public final class ScriptedLanguageModel: LanguageModel {
    /// One step of an answer.
    public enum Step: Sendable {
        /// Says a piece of text.
        case say(String)
        /// Thinks a piece of text.
        case think(String)
        /// Reports something else; an end given here is the answer's.
        case report(GenerationEvent)
        /// Waits for a while.
        case pause(Duration)
        /// Waits until the test opens the gate.
        case wait(for: Gate)
        /// Waits until something is so.
        case waitUntil(@Sendable () -> Bool)
        /// Fails.
        case fail(any Error & Sendable)
    }

    /// What this model is.
    public let information: LanguageModelInformation
    private let script: @Sendable ([ChatMessage]) -> [Step]
    private let state = Mutex(State())

    private struct State {
        var requests: [GenerationRequest] = []
        var runningCount = 0
        var peakRunningCount = 0
        var cancelledCount = 0
        var erasedOwners: [String] = []
    }

    /// Makes a model whose answer to a conversation is what `script` returns for it.
    public init(contextLength: Int = 4096, script: @escaping @Sendable ([ChatMessage]) -> [Step]) {
        self.information = LanguageModelInformation(name: "scripted", contextLength: contextLength)
        self.script = script
    }

    /// A model that answers every question with `answer`, word by word.
    public static func saying(_ answer: String) -> ScriptedLanguageModel {
        ScriptedLanguageModel { _ in
            answer.split(separator: " ", omittingEmptySubsequences: false).enumerated().map { index, word in
                .say((index == 0 ? "" : " ") + word)
            }
        }
    }

    /// A model that answers with what it was told last, in capitals.
    public static var shouting: ScriptedLanguageModel {
        ScriptedLanguageModel { messages in [.say(messages.last?.content.uppercased() ?? "")] }
    }

    /// Whose kept prompts were erased, in order.
    public var erasedOwners: [String] { state.withLock { $0.erasedOwners } }

    /// Every request so far, oldest first.
    public var requests: [GenerationRequest] { state.withLock { $0.requests } }
    /// The conversations of every request so far.
    public var conversations: [[ChatMessage]] {
        requests.map { request in
            switch request.input {
            case .messages(let messages): messages
            case .text(let text): [.user(text)]
            case .tokens: []
            }
        }
    }
    /// How many answers were under way at the same time at most.
    public var peakRunningCount: Int { state.withLock { $0.peakRunningCount } }
    /// How many answers ended because nobody listened any more.
    public var cancelledCount: Int { state.withLock { $0.cancelledCount } }

    /// Plays the script.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        state.withLock { $0.requests.append(request) }
        let messages: [ChatMessage] =
            switch request.input {
            case .messages(let messages): messages
            case .text(let text): [.user(text)]
            case .tokens: []
            }
        let player = ScriptPlayer(steps: script(messages), promptCount: messages.count)
        state.withLock { state in
            state.runningCount += 1
            state.peakRunningCount = max(state.peakRunningCount, state.runningCount)
        }
        let listener = Listener { [self] isCancelled in noteEnd(cancelled: isCancelled) }
        return AsyncThrowingStream {
            do {
                let event = try await player.next()
                if event == nil { listener.end(cancelled: false) }
                return event
            } catch {
                listener.end(cancelled: error is CancellationError)
                throw error
            }
        }
    }

    /// A word is a token.
    public func tokenCount(of input: GenerationRequest.Input) async throws -> Int {
        switch input {
        case .messages(let messages): messages.reduce(0) { $0 + $1.content.split(separator: " ").count + 1 }
        case .text(let text): text.split(separator: " ").count
        case .tokens(let tokens): tokens.count
        }
    }

    private func noteEnd(cancelled: Bool) {
        state.withLock { state in
            state.runningCount -= 1
            if cancelled { state.cancelledCount += 1 }
        }
    }
}

/// Whoever reads an answer: dropping it before the answer's end is a cancellation, whether anything is asked of it or not.
private final class Listener: Sendable {
    private let hasEnded = Mutex(false)
    private let onEnd: @Sendable (Bool) -> Void

    init(onEnd: @escaping @Sendable (Bool) -> Void) {
        self.onEnd = onEnd
    }

    deinit {
        end(cancelled: true)
    }

    func end(cancelled isCancelled: Bool) {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        if isFirst { onEnd(isCancelled) }
    }
}

/// The position in one answer's script.
private actor ScriptPlayer {
    private var steps: [ScriptedLanguageModel.Step]
    private let promptCount: Int
    private var saidCount = 0
    private var isFinished = false

    init(steps: [ScriptedLanguageModel.Step], promptCount: Int) {
        self.steps = steps.reversed()
        self.promptCount = promptCount
    }

    func next() async throws -> GenerationEvent? {
        while let step = steps.popLast() {
            try Task.checkCancellation()
            switch step {
            case .say(let text):
                saidCount += 1
                return .text(text)
            case .think(let text): return .thinking(text)
            case .report(let event):
                if case .finished = event { end() }
                return event
            case .pause(let duration): try await Task.sleep(for: duration)
            case .wait(let gate): try await gate.wait()
            case .waitUntil(let condition):
                while !condition() { try await Task.sleep(for: .milliseconds(2)) }
            case .fail(let error): throw error
            }
        }
        guard !isFinished else { return nil }
        end()
        let usage = Usage(promptTokenCount: promptCount, generatedTokenCount: saidCount)
        return .finished(GenerationSummary(reason: .endOfTurn, usage: usage))
    }
    private func end() {
        steps = []
        isFinished = true
    }
}

extension ScriptedLanguageModel: PromptKeeping {
    /// Remembers whose prompts were to be erased.
    public func eraseKeptPrompts(of owner: String) async {
        state.withLock { $0.erasedOwners.append(owner) }
    }
}
