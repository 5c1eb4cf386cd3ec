/// A name that somebody else chose, made fit to stand in one of the bot's own lines.
enum ShownName {
    /// The name without line breaks, control and direction marks, at most `limit` characters and four times as many scalars.
    static func of(_ name: String?, limit: Int = 32) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in (name ?? "").unicodeScalars.prefix(4 * limit) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                scalars.append(" ")
            // Joiners hold emoji together; the other format characters turn the line around.
            case .format where scalar != "\u{200D}": continue
            default: scalars.append(scalar)
            }
        }
        let words = String(scalars).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.isEmpty ? "?" : String(words.prefix(limit))
    }
}
