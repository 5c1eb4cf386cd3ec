import Dispatch
import MartletCore
import MartletEngine
import MartletModel
import MartletPrompt
import Synchronization
import Testing

/// What a scripted model saw, from any thread.
final class StepLog: Sendable {
    private let plans = Mutex<[StepPlan]>([])

    func append(_ plan: StepPlan) { plans.withLock { $0.append(plan) } }
    var all: [StepPlan] { plans.withLock { $0 } }
    var count: Int { plans.withLock { $0.count } }
}

/// A loop around a scripted model, with a vocabulary of letters: token 3 is "a", 4 is "b" and so on.
struct ScriptedLoop: Sendable {
    static let tokenizer: Tokenizer = {
        var description = VocabularyDescription(
            model: "llama",
            tokens: TokenTable(["<unk>", "<s>", "</s>"] + "abcdefghijklm".map(String.init))
        )
        description.types = [2, 3, 3] + Array(repeating: 1, count: 13)
        description.scores = (0..<16).map { -Float($0) }
        description.addsSpacePrefix = false
        do {
            return try Tokenizer(description)
        } catch {
            preconditionFailure("the test's vocabulary: \(error)")
        }
    }()

    let loop: EngineLoop
    let log: StepLog
    let contextLength: Int

    /// - Parameters:
    ///   - script: The letters that the model says, whatever it is asked; nil gives scores that depend on all tokens.
    ///   - onStep: Runs at the beginning of each step, with its number from 1.
    init(
        contextLength: Int = 4096,
        sequenceCount: Int = 1,
        prefillRowCount: Int = 16,
        requestLimit: Int = 8,
        script: String? = nil,
        snapshots: SnapshotSource? = nil,
        onStep: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) throws {
        let log = StepLog()
        let letters = script.map { Array($0.utf8) }
        self.log = log
        self.contextLength = contextLength
        loop = try EngineLoop(
            prefillRowCount: prefillRowCount,
            requestLimit: requestLimit,
            snapshots: snapshots
        ) {
            let model = ScriptedModel(blockCount: (contextLength / 32 + 1) * sequenceCount) { history, count in
                guard let letters else { return ScriptedModel.hashed(history, count) }
                // The prompt ends with the last <s>.
                let end = history.lastIndex(of: 1) ?? history.startIndex
                let place = history.count - 1 - (end - history.startIndex)
                var scores = [Float](repeating: 0, count: count)
                scores[place < letters.count ? Int(letters[place]) - 97 + 3 : 2] = 9
                return scores
            }
            model.onStep = { plan in
                log.append(plan)
                try onStep(log.count)
            }
            return model
        }
        try loop.waitUntilReady()
    }

    func plan(_ prompt: [Int32], maximum: Int? = nil, sampling: SamplingOptions = .greedy, stops: [String] = [])
        -> GenerationPlan
    {
        var plan = GenerationPlan(
            prompt: PreparedPrompt(tokens: prompt),
            sampling: sampling,
            contextLength: contextLength,
            pipeline: TextPipeline(
                decoder: TokenStreamDecoder(Self.tokenizer),
                thinking: nil,
                stopStrings: stops
            )
        )
        plan.endTokens = [2]
        plan.maximumTokenCount = maximum
        return plan
    }

    func submit(
        _ plan: GenerationPlan,
        cancellation: CancellationFlag = CancellationFlag()
    ) throws -> AsyncThrowingStream<GenerationEvent, any Error> {
        let (stream, events) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
        events.onTermination = { [loop] _ in
            cancellation.cancel()
            loop.wake()
        }
        try loop.submit(GenerationTask(plan, events: events, cancellation: cancellation))
        return stream
    }

    /// The tokens that greedy decoding gives where no token ends the answer.
    static func expectedWithoutEnd(_ prompt: [Int32], count: Int) -> [Int32] {
        var tokens = prompt
        for _ in 0..<count {
            let scores = ScriptedModel.hashed(tokens[...], 16)
            tokens.append(Int32(scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }))
        }
        return Array(tokens[prompt.count...])
    }

    /// The letters that greedy decoding gives by asking for one prefix after the other.
    static func expected(_ prompt: [Int32], count: Int) -> String {
        var tokens = prompt
        for _ in 0..<count {
            let scores = ScriptedModel.hashed(tokens[...], 16)
            let best = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
            if best == 2 { break }
            tokens.append(Int32(best))
        }
        return tokenizer.decode(tokens[prompt.count...].map { TokenID($0) }, isWholeText: false)
    }
}

/// An answer put together.
struct Answer: Sendable {
    var text = ""
    var thinking = ""
    var summary: GenerationSummary?
    /// The scored tokens' bytes.
    var scoredText = ""
    /// Whether no text came before its tokens' scores.
    var isScoredFirst = true

    fileprivate mutating func checkOrder() {
        if scoredText.utf8.count < text.utf8.count + thinking.utf8.count { isScoredFirst = false }
    }
}

extension AsyncThrowingStream<GenerationEvent, any Error> {
    /// Reads to the end, and checks that exactly one end comes and nothing after it.
    func answer() async throws -> Answer {
        var answer = Answer()
        for try await event in self {
            #expect(answer.summary == nil)
            switch event {
            case .text(let text):
                #expect(!text.isEmpty)
                answer.text += text
                answer.checkOrder()
            case .thinking(let text):
                answer.thinking += text
                answer.checkOrder()
            case .scores(let scores):
                #expect(!scores.isEmpty)
                answer.scoredText += String(decoding: scores.flatMap(\.bytes), as: UTF8.self)
            case .toolCall, .promptScores, .sources: break
            case .finished(let summary): answer.summary = summary
            }
        }
        return answer
    }
}
