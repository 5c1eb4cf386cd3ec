import ArgumentParser
import Foundation
import MartletCore
import MartletTerminal

/// `martlet generate`: one prompt, one answer.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Answer one prompt and exit.",
        discussion: """
            The answer alone goes to standard output, as it is generated. Without a prompt, standard input is the prompt.

            EXAMPLES
              martlet generate "Why is the sky blue?"
              martlet generate --system "Answer in French." "Good morning"
              martlet generate --raw --temperature 0 --max-tokens 32 "Once upon a time"
              martlet generate --json "2 + 2?" | jq -r .text
              martlet generate --json-schema '{"properties":{"city":{"type":"string"}},"required":["city"]}' "Where is the Louvre?"
            """
    )

    @Argument(help: "The prompt.")
    var words: [String] = []

    @Option(name: .long, help: ArgumentHelp("The prompt, as an option.", valueName: "text"))
    var prompt: String?

    @Option(help: ArgumentHelp("Instructions that the model gets before the prompt.", valueName: "text"))
    var system: String?

    @Flag(help: "Give the prompt to the model as it stands, without its chat template.")
    var raw = false

    @Flag(help: "Print one JSON object with the text, why it ended, tokens and seconds.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but the answer.")
    var quiet = false

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @OptionGroup(title: "Generation")
    var generation: GenerationOptions

    @OptionGroup(title: "Form")
    var form: FormOptions

    func validate() throws {
        guard prompt == nil || words.isEmpty else {
            throw ValidationError("Give the prompt once: as an argument or with --prompt.")
        }
        guard !raw || system == nil else {
            throw ValidationError("--system needs the chat template, which --raw leaves out.")
        }
    }

    func run() async throws {
        let text = try promptText()
        let constraint = try form.constraint()
        try await ModelComposition.with(model) { composition in
            try await answer(text, form: constraint, with: try composition.model())
        }
    }

    private func answer(_ text: String, form: OutputConstraint?, with chosen: ChosenModel) async throws {
        var input = GenerationRequest.Input.text(text)
        if !raw {
            let instructions = system.map { [ChatMessage.system($0)] } ?? []
            input = .messages(instructions + [.user(text)])
        }
        var request = GenerationRequest(
            input,
            sampling: generation.sampling(over: chosen.recommendedSampling),
            maximumTokenCount: generation.maxTokens,
            stopStrings: generation.stopStrings
        )
        request.constraint = form
        request = try await Self.fitted(request, for: chosen.model)
        let isInterrupted = try await Interruption.run { [json, quiet, request] in
            try await Self.answer(request, with: chosen.model, asJSON: json, isQuiet: quiet)
            return Task.isCancelled
        }
        if isInterrupted { throw CancellationError() }
    }

    /// The request with an answer that fits the context beside its prompt.
    ///
    /// One prompt has no older turns that could be left out, and an answer to its second half would be none to it.
    /// - Throws: ``CommandError`` for a prompt that leaves an answer no room.
    private static func fitted(
        _ request: GenerationRequest,
        for model: any LanguageModel
    ) async throws -> GenerationRequest {
        guard model.information.isLocal else { return request }
        let length = model.information.contextLength
        let count = try await model.tokenCount(of: request.input)
        guard count < length else {
            throw CommandError(
                "The prompt comes to \(count) tokens, and the context holds \(length) together with the answer. Shorten the "
                    + "prompt, or take a model that was trained for a longer context, with --context N."
            )
        }
        var fitted = request
        if let wanted = request.maximumTokenCount, wanted > length - count {
            // An answer longer than the context goes on behind it, as long as all of the prompt is read at first.
            guard count > length / 2 else { return request }
            fitted.maximumTokenCount = length - count
        }
        fitted.contextOverflow = .fail
        return fitted
    }

    private func promptText() throws -> String {
        if let prompt { return prompt }
        if !words.isEmpty { return words.joined(separator: " ") }
        if isatty(STDIN_FILENO) == 1 {
            throw ValidationError("There is no prompt. Give one as an argument, or pipe it in.")
        }
        let data = try FileHandle.standardInput.read(upToCount: 16 << 20) ?? Data()
        var text = String(decoding: data, as: UTF8.self)
        if text.hasSuffix("\n") { text.removeLast() }
        guard !text.isEmpty else { throw ValidationError("Standard input is empty, so there is no prompt.") }
        return text
    }

    private static func answer(
        _ request: GenerationRequest,
        with model: any LanguageModel,
        asJSON: Bool,
        isQuiet: Bool
    ) async throws {
        let terminal = Terminal()
        let showsControls = isatty(STDOUT_FILENO) == 0
        var text = ""
        var thinking = ""
        for try await event in model.generate(request) {
            switch event {
            case .text(let piece):
                text += piece
                if !asJSON { terminal.write(showsControls ? piece : TerminalText.harmless(piece)) }
            case .thinking(let piece): thinking += piece
            case .toolCall, .promptScores, .scores, .sources: break
            case .finished(let summary):
                if asJSON {
                    let report = Report(text: text, thinking: thinking, summary: summary, model: model.information.name)
                    terminal.write(try JSONOutput.line(report))
                } else {
                    terminal.write("\n")
                    guard !isQuiet, isatty(STDERR_FILENO) == 1 else { continue }
                    let line = Style.detected(for: STDERR_FILENO).dim(AnswerPrinter.line(of: summary))
                    StandardError.write(line + "\n")
                }
            }
        }
    }

    /// What `--json` prints.
    struct Report: Encodable {
        let model: String
        let text: String
        let thinking: String?
        let finishReason: String
        let promptTokens: Int
        let reusedTokens: Int
        let queueSeconds: Double
        let generatedTokens: Int
        let timeToFirstTokenSeconds: Double
        let generationSeconds: Double
        let tokensPerSecond: Double?
        let droppedTurns: Int

        init(text: String, thinking: String, summary: GenerationSummary, model: String) {
            self.model = model
            self.text = text
            self.thinking = thinking.isEmpty ? nil : thinking
            finishReason = summary.reason.rawValue
            promptTokens = summary.usage.promptTokenCount
            reusedTokens = summary.usage.reusedTokenCount
            queueSeconds = summary.queueDuration.seconds
            generatedTokens = summary.usage.generatedTokenCount
            timeToFirstTokenSeconds = summary.promptDuration.seconds
            generationSeconds = summary.generationDuration.seconds
            let count = Double(generatedTokens - 1)
            tokensPerSecond = count > 0 && generationSeconds > 0 ? count / generationSeconds : nil
            droppedTurns = summary.droppedTurnCount
        }
    }
}
