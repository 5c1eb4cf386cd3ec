/// Makes text from elsewhere harmless on a terminal.
public enum TerminalText {
    /// `text` with control characters shown as `\u{…}`, line breaks and tabs kept.
    ///
    /// A model's answer, a file's metadata or a server's message may hold escape sequences that would move the cursor,
    /// change the title or answer queries in the person's name.
    public static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) {
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F: true
        // Bidirectional overrides can make a line read as another.
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
