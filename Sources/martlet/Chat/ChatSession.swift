import ArgumentParser
import Foundation
import MartletConversation
import MartletCore
import MartletTerminal
import UnixSignals

/// A conversation between a person at the terminal and a model.
struct ChatSession {
    let model: any LanguageModel
    let terminal: Terminal
    let sampling: SamplingOptions
    let maximumTokenCount: Int?
    let stopStrings: [String]
    /// The instructions in front of the conversation.
    private var system: String?
    private let isQuiet: Bool
    private var turns: [ChatMessage] = []
    /// What the last answer rests on, where it was looked up.
    private var sources: [AnswerSource] = []
    /// Whether a message got no answer, which only somebody at the terminal sees at once.
    private var hasFailed = false

    init(
        model: any LanguageModel,
        terminal: Terminal,
        sampling: SamplingOptions,
        maximumTokenCount: Int?,
        stopStrings: [String],
        system: String?,
        isQuiet: Bool
    ) {
        self.model = model
        self.terminal = terminal
        self.sampling = sampling
        self.maximumTokenCount = maximumTokenCount
        self.stopStrings = stopStrings
        self.system = system
        self.isQuiet = isQuiet
    }

    /// Reads lines and answers them until the person leaves.
    mutating func run() async throws {
        greet()
        var editor = LineEditor(history: ChatHistory.load())
        let restoration = terminal.isInteractive ? TerminalRestoration() : nil
        defer { restoration?.stop() }
        while true {
            let input: Terminal.Input
            (input, editor) = await terminal.readLine(prompt: "> ", editor: editor)
            switch input {
            case .ended:
                if hasFailed { throw ExitCode.failure }
                return
            case .tooLong:
                throw CommandError("A line is longer than \(Terminal.longestLine) bytes. Break it into shorter ones.")
            case .interrupted(let wasEmpty):
                if wasEmpty { say("Ctrl-D or /exit leaves the chat.") }
            case .line(let line):
                if terminal.isInteractive { ChatHistory.save(editor.history) }
                let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
                guard !text.isEmpty else { continue }
                guard let command = ChatLine(text).command else {
                    await answer(ChatLine(text).message)
                    continue
                }
                guard await perform(command) else { return }
            }
        }
    }

    private func greet() {
        guard !isQuiet else { return }
        let name = terminal.style.bold(TerminalText.harmless(model.information.name))
        terminal.write("Chatting with \(name). Ctrl-C stops an answer, Ctrl-D leaves, /help says more.\n\n")
    }

    private func say(_ text: String) {
        terminal.write(terminal.style.dim(text) + "\n\n")
    }

    /// Does what the person asked of the chat itself; false ends it.
    private mutating func perform(_ command: ChatLine.Command) async -> Bool {
        switch command {
        case .help: terminal.write(ChatLine.help + "\n\n")
        case .reset:
            turns = []
            sources = []
            say("Forgotten. The next line begins a new conversation.")
        case .showSystem:
            say(system.map { "The instructions are: \(TerminalText.harmless($0))" } ?? "There are no instructions.")
        case .setSystem(let text):
            system = text
            turns = []
            sources = []
            say("The instructions are set, and a new conversation begins.")
        case .retry:
            guard let index = turns.lastIndex(where: { $0.role == .user }) else {
                say("There is nothing to answer again.")
                return true
            }
            let question = turns[index].content
            turns.removeSubrange(index...)
            await answer(question)
        case .sources: say(Self.shown(sources) ?? "The last answer comes from no document.")
        case .exit: return false
        case .unknown(let name, let suggestion):
            say(
                "There is no /\(TerminalText.harmless(name))."
                    + (suggestion.map { " Did you mean /\($0)?" } ?? " /help lists what there is.")
            )
        }
        return true
    }

    /// Sources as a list, without what could steer the terminal; nil where there are none.
    private static func shown(_ sources: [AnswerSource]) -> String? {
        sources.isEmpty ? nil : TerminalText.harmless(SourceList(sources, language: .english).text)
    }

    /// Streams the answer to `question`; what was said stays in the conversation, also when it was stopped.
    private mutating func answer(_ question: String) async {
        turns.append(.user(question))
        var messages = turns
        if let system { messages.insert(.system(system), at: 0) }
        let request = GenerationRequest(
            .messages(messages),
            sampling: sampling,
            maximumTokenCount: maximumTokenCount,
            stopStrings: stopStrings
        )
        let printer = AnswerPrinter(terminal: terminal, showsSummary: !isQuiet)
        let stream = model.generate(request)
        do {
            let answer: (text: String, sources: [AnswerSource])
            if terminal.isInteractive {
                answer = try await terminal.withoutEcho {
                    try await Interruption.run(on: [.sigint]) { try await printer.print(stream) }
                }
            } else {
                answer = try await printer.print(stream)
            }
            turns.append(.assistant(answer.text))
            sources = answer.sources
        } catch {
            turns.removeLast()
            if terminal.isInteractive {
                terminal.write("\(terminal.style.red("martlet:")) \(TerminalText.harmless("\(error)"))\n\n")
            } else {
                hasFailed = true
                StandardError.write("martlet: \(TerminalText.harmless("\(error)"))\n")
            }
        }
    }
}
