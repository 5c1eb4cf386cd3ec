/// Where a prompt and a line stand on a screen of a given width.
public struct LineLayout: Equatable, Sendable {
    /// The text to print, line breaks as `\r\n`.
    public let output: String
    /// Rows that the output takes, at least 1.
    public let rowCount: Int
    /// Row of the cursor, counted from the first.
    public let cursorRow: Int
    /// Column of the cursor, counted from 0.
    public let cursorColumn: Int

    /// Lays out `text` after `prompt`; inner lines are indented by the prompt's width.
    ///
    /// - Parameters:
    ///   - prompt: Shown before the first line, without escape sequences.
    ///   - style: Puts escape sequences around the prompt.
    ///   - width: Columns of the terminal.
    public init(
        prompt: String,
        text: [Character],
        cursor: Int,
        width: Int,
        style: (String) -> String = { $0 }
    ) {
        let width = max(width, 2)
        let indent = DisplayWidth.of(prompt) < width / 2 ? DisplayWidth.of(prompt) : 0
        var output = style(prompt)
        var row = DisplayWidth.of(prompt) / width
        var column = DisplayWidth.of(prompt) % width
        var cursorPosition = (row, column)
        for (index, character) in text.enumerated() {
            if index == cursor { cursorPosition = (row, column) }
            if character.isNewline {
                output += "\r\n" + String(repeating: " ", count: indent)
                row += 1
                column = indent
                continue
            }
            // A pasted escape sequence is shown, not obeyed.
            for shown in character == "\t" ? " " : TerminalText.harmless(String(character)) {
                let size = DisplayWidth.of(shown)
                if column + size > width {
                    output += "\r\n"
                    row += 1
                    column = 0
                }
                output.append(shown)
                column += size
            }
        }
        if column == width {
            output += "\r\n"
            row += 1
            column = 0
        }
        if cursor >= text.count { cursorPosition = (row, column) }
        if cursorPosition.1 == width { cursorPosition = (cursorPosition.0 + 1, 0) }
        self.output = output
        rowCount = row + 1
        cursorRow = cursorPosition.0
        cursorColumn = cursorPosition.1
    }
}

/// How many columns text takes in a terminal.
public enum DisplayWidth {
    /// Columns of a string without escape sequences.
    public static func of(_ text: String) -> Int {
        text.reduce(0) { $0 + of($1) }
    }

    /// Columns of one character: 0, 1 or 2.
    public static func of(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            if scalar.properties.isEmojiPresentation || scalar.value == 0xFE0F { return 2 }
            width = max(width, of(scalar))
        }
        return width
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }
}
