import Foundation
import MartletSimulator
import MartletTerminal

/// Shows on the terminal what the bot does, growing messages as they grow.
struct SimulatorScreen {
    private var open: SimulatedMessage?

    /// Shows events until there are no more.
    mutating func show(_ events: AsyncStream<SimulatedEvent>) async {
        for await event in events {
            switch event {
            case .sent(let message): begin(message, ">")
            case .edited(let message):
                if let shown = open, shown.id == message.id, message.text.hasPrefix(shown.text) {
                    Self.write(String(message.text.dropFirst(shown.text.count)))
                    open = message
                } else {
                    begin(message, "~")
                }
            case .deleted(let message): begin(message, "-")
            case .typing: break
            }
        }
        if open != nil { Self.write("\n") }
    }

    private mutating func begin(_ message: SimulatedMessage, _ sign: String) {
        Self.write((open == nil ? "" : "\n") + (message.chat < 0 ? "group" : "bot") + sign + " " + message.text)
        open = message
    }

    /// Writes at once, without the terminal's control characters that a model may have made up.
    static func write(_ text: String) {
        FileHandle.standardOutput.write(Data(TerminalText.harmless(text).utf8))
    }
}
