import MartletCore

/// What a text must be to be shown.
enum TextRules {
    /// How long a message may be, in UTF-16 code units, after its markup is read.
    static let maximumLength = 4096
    /// How long a caption may be, in UTF-16 code units.
    static let maximumCaptionLength = 1024

    /// Reads a text with its `parse_mode` or entities.
    static func read(
        _ call: MethodCall,
        _ name: String,
        entities entitiesName: String = "entities",
        parseMode: String = "parse_mode"
    ) throws(Refusal) -> FormattedText {
        let source = cleaned(call[name].map { $0.string ?? $0.text } ?? "")
        var formatted: FormattedText
        switch (call[parseMode]?.string ?? "").lowercased() {
        case "":
            let list = try call.structured(entitiesName, "can't parse entities JSON object")
            if let list, list.array == nil { throw .badRequest("can't parse entities JSON object") }
            formatted = FormattedText(text: source, entities: try EntityRules.read(list?.array ?? []))
            try EntityRules.check(formatted)
        case "html": formatted = try HTMLMarkup.parse(source)
        case "markdownv2": formatted = try MarkdownMarkup.parse(source)
        case "markdown": formatted = try MarkdownMarkup.parseLegacy(source)
        default: throw .badRequest("unsupported parse_mode")
        }
        formatted = formatted.trimmed
        let found = AutomaticEntities.find(in: formatted.text, besides: formatted.entities)
        formatted.entities = EntityRules.settle(formatted.entities + found)
        return formatted
    }

    /// Without the control characters that the server takes out.
    private static func cleaned(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isDropped($0) }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // A removed character becomes a space, so that offsets behind it stay.
            if scalar == "\r" { continue }
            result.append(isDropped(scalar) ? " " : scalar)
        }
        return String(result)
    }

    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.value < 0x20 && scalar != "\n" && scalar != "\t") || (0x2028...0x202E).contains(scalar.value)
    }
}
