import MartletCore
import MartletTerminal

/// Prints an answer as it comes, and how fast it came.
struct AnswerPrinter {
    let terminal: Terminal
    let showsSummary: Bool

    /// Prints the stream to its end and returns the answer's text.
    func print(_ stream: AsyncThrowingStream<GenerationEvent, any Error>) async throws -> String {
        var answer = ""
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
            case .finished(let summary):
                isFinished = true
                terminal.write(answer.hasSuffix("\n") ? "" : "\n")
                if showsSummary { terminal.write(terminal.style.dim(Self.line(of: summary)) + "\n\n") }
            }
        }
        // Cancelling the task that reads a stream ends it at once, without its last event.
        if !isFinished { terminal.write("\n" + (showsSummary ? terminal.style.dim("stopped") + "\n\n" : "")) }
        return answer
    }

    /// `12 tokens, 34.5 a second, first after 0.12 s`.
    static func line(of summary: GenerationSummary) -> String {
        var parts: [String] = []
        let count = summary.usage.generatedTokenCount
        parts.append("\(count) token\(count == 1 ? "" : "s")")
        let seconds = summary.generationDuration.seconds
        if count > 1, seconds > 0 { parts.append("\(Figures.short(Double(count - 1) / seconds)) a second") }
        parts.append("first after \(Figures.short(summary.promptDuration.seconds)) s")
        switch summary.reason {
        case .cancelled: parts.append("stopped")
        case .length: parts.append("cut at the token limit")
        case .deadline: parts.append("cut at the deadline")
        case .endOfTurn, .stopString: break
        }
        if summary.droppedTurnCount > 0 {
            parts.append("the \(summary.droppedTurnCount) oldest turns no longer fit the context")
        }
        return parts.joined(separator: ", ")
    }
}

/// Numbers for people.
enum Figures {
    /// Three digits that matter: `0.012`, `1.23`, `45.6`, `789`.
    static func short(_ value: Double) -> String {
        let digits = value < 0.1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0
        return fixed(value, digits: digits)
    }

    /// A number with `digits` decimals.
    static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((abs(value) * scale).rounded())
        let text = String(scaled)
        let filled = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return digits == 0 ? sign + filled : sign + filled.dropLast(digits) + "." + filled.suffix(digits)
    }

    /// `1.2 GB`, in powers of ten.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(count)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(short(value)) \(units[unit])"
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
