/// Regular expressions that strangers may send.
///
/// The matcher tries every way in which an expression can fit, so repetitions within repetitions take a time that doubles with
/// each character of a text. What is let through takes a time that is a small power of the text's length.
enum HarmlessPattern {
    /// Bytes of an expression.
    static let byteLimit = 256
    /// Repetitions without an upper bound.
    static let repetitionLimit = 2
    /// The most times that a bounded repetition repeats.
    static let countLimit = 64

    private struct Group {
        /// Whether something in it repeats or has alternatives.
        var isVaried = false
    }

    /// Why an expression isn't let through; nil for one that is.
    static func objection(to pattern: String) -> String? {
        guard pattern.utf8.count <= byteLimit else { return "has more than \(byteLimit) bytes" }
        var groups = [Group()]
        var lastWasVaried = false
        var repetitions = 0
        var rest = pattern[...]
        while let character = rest.popFirst() {
            var isVaried = false
            switch character {
            case "\\":
                guard let escaped = rest.popFirst() else { return "ends in a backslash" }
                if escaped.isNumber || escaped == "k" || escaped == "g" { return "refers back to what it matched" }
            case "[":
                guard skipClass(&rest) else { return "has a class without an end" }
            case "(":
                if rest.hasPrefix("?") {
                    guard rest.hasPrefix("?:") else { return "has a group that begins with (? and not with (?:" }
                    rest = rest.dropFirst(2)
                }
                groups.append(Group())
            case ")":
                guard groups.count > 1, let group = groups.popLast() else {
                    return "closes a group that it doesn't open"
                }
                isVaried = group.isVaried
                groups[groups.count - 1].isVaried = groups[groups.count - 1].isVaried || isVaried
            case "|": groups[groups.count - 1].isVaried = true
            case "*", "+":
                repetitions += 1
                if lastWasVaried { return "repeats a group in which something repeats or has alternatives" }
                groups[groups.count - 1].isVaried = true
            case "{":
                guard let (text, upper) = bounds(&rest) else { continue }
                if lastWasVaried { return "repeats a group in which something repeats or has alternatives" }
                if let upper {
                    if upper > countLimit { return "repeats something {\(text)} times" }
                } else {
                    repetitions += 1
                }
                groups[groups.count - 1].isVaried = true
            default: break
            }
            lastWasVaried = isVaried
        }
        return repetitions > repetitionLimit
            ? "has more than \(repetitionLimit) repetitions without an upper bound" : nil
    }

    /// Skips a class of characters; false where it has no end.
    private static func skipClass(_ rest: inout Substring) -> Bool {
        if rest.first == "^" { rest.removeFirst() }
        if rest.first == "]" { rest.removeFirst() }
        var depth = 1
        while let character = rest.popFirst() {
            switch character {
            case "\\": _ = rest.popFirst()
            case "[": depth += 1
            case "]": depth -= 1
            default: break
            }
            if depth == 0 { return true }
        }
        return false
    }

    /// The bounds of a repetition, `2`, `2,` or `2,5`, with their upper one; nil where a brace is only a brace.
    private static func bounds(_ rest: inout Substring) -> (text: Substring, upper: Int?)? {
        guard let end = rest.firstIndex(of: "}") else { return nil }
        let text = rest[..<end]
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard !text.isEmpty, parts.allSatisfy({ $0.allSatisfy(\.isNumber) }) else { return nil }
        rest = rest[rest.index(after: end)...]
        guard parts.count == 2 else { return (text, Int(parts[0]) ?? .max) }
        return (text, parts[1].isEmpty ? nil : Int(parts[1]) ?? .max)
    }
}
