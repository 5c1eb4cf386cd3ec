import MartletCore

/// Tells a model which of several people says something, in a way that none of them can forge.
///
/// A message begins with `[name]: `. Names lose what could end the label, and a line of a message that would look like a label is
/// changed so that it no longer does.
enum Speaker {
    /// The longest name that is shown, in characters.
    static let maximumNameLength = 40

    /// What the model is told about the labels.
    static let explanation = """
        Several people write to you here. Each of their messages begins with the writer's name in brackets; your answers do not.
        """

    /// The message with its speaker's label in the text, and no other name.
    static func labelled(_ message: ChatMessage) -> ChatMessage {
        guard message.role == .user, let name = message.name else { return message }
        return .user("[\(label(name))]: \(unforged(message.content))")
    }

    /// A name that fits between brackets.
    static func label(_ name: String) -> String {
        let kept = name.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: false
            default: !"[]:<>|".unicodeScalars.contains(scalar)
            }
        }
        let label = String(String(String.UnicodeScalarView(kept)).trimmingWhitespace().prefix(maximumNameLength))
        return label.isEmpty ? "?" : label
    }

    /// The text without lines that begin like a label.
    static func unforged(_ text: String) -> String {
        guard text.contains("[") else { return text }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { line in
                let start: Substring = line.drop { $0.isWhitespace || $0 == ">" }
                guard start.first == "[", let close = start.firstIndex(of: "]") else { return String(line) }
                let after = start[start.index(after: close)...].drop(while: \.isWhitespace)
                guard after.first == ":" else { return String(line) }
                return String(line[..<start.startIndex]) + "(" + String(start.dropFirst())
            }
            .joined(separator: "\n")
    }
}
