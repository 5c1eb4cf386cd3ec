import MartletConversation
import MartletCore
import MartletTerminal

/// Prints an answer as it comes, and how fast it came.
struct AnswerPrinter {
    let terminal: Terminal
    let showsSummary: Bool

    /// Prints the stream to its end and returns the answer's text, and what it rests on.
    func print(
        _ stream: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> (text: String, sources: [AnswerSource]) {
        var answer = ""
        var sources: [AnswerSource] = []
        var isThinking = false
        var isFinished = false
        for try await event in stream {
            switch event {
            case .thinking(let text):
                isThinking = true
                terminal.write(terminal.style.dim(TerminalText.harmless(text)))
            case .text(let text):
                if isThinking {
                    terminal.write("\n\n")
                    isThinking = false
                }
                answer += text
                terminal.write(TerminalText.harmless(text))
            case .sources(let named): sources = named
            case .toolCall, .promptScores, .scores: break
            case .finished(let summary):
                isFinished = true
                terminal.write(answer.hasSuffix("\n") ? "" : "\n")
                if !sources.isEmpty {
                    let list = SourceList(sources, language: .english).text
                    terminal.write("\n" + terminal.style.dim(TerminalText.harmless(list)) + "\n")
                }
                if showsSummary { terminal.write(terminal.style.dim(Self.line(of: summary)) + "\n\n") }
            }
        }
        // Cancelling the task that reads a stream ends it at once, without its last event.
        if !isFinished { terminal.write("\n" + (showsSummary ? terminal.style.dim("stopped") + "\n\n" : "")) }
        return (answer, sources)
    }

    /// `12 tokens, 34.5 a second, first after 0.12 s`.
    static func line(of summary: GenerationSummary) -> String {
        var parts: [String] = []
        let count = summary.usage.generatedTokenCount
        parts.append("\(count) token\(count == 1 ? "" : "s")")
        let seconds = summary.generationDuration.seconds
        if count > 1, seconds > 0 { parts.append("\(Quantity.short(Double(count - 1) / seconds)) a second") }
        parts.append("first after \(Quantity.short(summary.promptDuration.seconds)) s")
        switch summary.reason {
        case .cancelled: parts.append("stopped")
        case .length: parts.append("cut at the token limit")
        case .deadline: parts.append("cut at the deadline")
        case .endOfTurn, .stopString, .toolCalls: break
        }
        switch summary.droppedTurnCount {
        case 0: break
        case 1: parts.append("the oldest turn no longer fits the context")
        case let count: parts.append("the \(count) oldest turns no longer fit the context")
        }
        return parts.joined(separator: ", ")
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
