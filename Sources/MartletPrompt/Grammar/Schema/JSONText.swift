internal import MartletCore

/// Texts as JSON writes them.
enum JSONText {
    /// `text` as it is written inside a string, without the quotes.
    static func escaped(_ text: String) -> String {
        String(JSONValue.string(text).text.dropFirst().dropLast())
    }

    /// A value, whole numbers without a fraction.
    static func text(of value: JSONValue) -> String {
        if case .number(let number) = value, let whole = Int64(exactly: number) { return "\(whole)" }
        return value.text
    }
}
