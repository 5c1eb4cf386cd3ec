/// Reads the entities of a page of the web: numbers, and the names that stand in ordinary texts.
enum HTMLEntities {
    /// The text with entities as what they stand for; what isn't one stays.
    static func decode(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            let after = rest[rest.index(after: start)...]
            if let end = after.prefix(longestName).firstIndex(of: ";"), let character = character(after[..<end]) {
                result.append(character)
                rest = after[after.index(after: end)...]
            } else {
                result.append("&")
                rest = after
            }
        }
        return result + rest
    }

    private static let longestName = 12

    private static func character(_ name: Substring) -> Character? {
        if name.first == "#" {
            let digits = name.dropFirst()
            let isHexadecimal = digits.first == "x" || digits.first == "X"
            let number = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            guard let number, number != 0, let scalar = Unicode.Scalar(number) else { return nil }
            return Character(scalar)
        }
        return names[String(name)]
    }

    private static let names: [String: Character] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "copy": "©", "reg": "®",
        "trade": "™", "hellip": "…", "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“",
        "rdquo": "”", "laquo": "«", "raquo": "»", "bull": "•", "middot": "·", "deg": "°", "euro": "€",
        "pound": "£", "yen": "¥", "sect": "§", "para": "¶", "times": "×", "divide": "÷", "plusmn": "±",
        "rarr": "→", "larr": "←", "uarr": "↑", "darr": "↓", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä",
        "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "eacute": "é", "egrave": "è", "ecirc": "ê", "agrave": "à",
        "acirc": "â", "aacute": "á", "ccedil": "ç", "Ccedil": "Ç", "ntilde": "ñ", "oacute": "ó", "iacute": "í",
        "uacute": "ú", "ocirc": "ô", "icirc": "î", "aring": "å", "oslash": "ø", "aelig": "æ", "shy": "\u{AD}",
        "ensp": " ", "emsp": " ", "thinsp": " ", "zwnj": "\u{200C}", "zwj": "\u{200D}", "minus": "−", "micro": "µ",
    ]
}
