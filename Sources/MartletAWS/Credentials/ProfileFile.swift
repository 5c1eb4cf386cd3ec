/// The files of AWS's own tools, `config` and `credentials`: sections of `name = value` lines.
package struct ProfileFile: Sendable, Hashable {
    /// The values of the profiles by their names.
    package private(set) var profiles: [String: [String: String]] = [:]
    /// The values of the sections `[sso-session NAME]` by their names.
    package private(set) var sessions: [String: [String: String]] = [:]

    /// Reads a file's text; what is neither a section nor a line of one is skipped.
    ///
    /// `[profile NAME]` and `[NAME]` are the same. Names count without regard to case, values go to the end of the line or
    /// to a comment with a space before it, and indented lines below a name without a value are that name's own business.
    package init(_ text: String) {
        var section: (isSession: Bool, name: String)?
        var isNested = false
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = Self.trimmed(line)
            guard let first = trimmed.first, first != "#", first != ";" else { continue }
            if first == "[" {
                section = Self.section(trimmed)
                isNested = false
                continue
            }
            guard let section, let sign = trimmed.firstIndex(of: "="), !isNested || line.first?.isWhitespace == false
            else { continue }
            let name = Self.trimmed(trimmed[..<sign]).lowercased()
            let value = Self.value(trimmed[trimmed.index(after: sign)...])
            isNested = value.isEmpty
            if section.isSession {
                sessions[section.name, default: [:]][name] = value
            } else {
                profiles[section.name, default: [:]][name] = value
            }
        }
    }

    /// The profiles of this file with those of another, whose values count where both have one.
    mutating func merge(_ other: ProfileFile) {
        profiles.merge(other.profiles) { $0.merging($1) { $1 } }
        sessions.merge(other.sessions) { $0.merging($1) { $1 } }
    }

    private static func section(_ line: Substring) -> (isSession: Bool, name: String)? {
        let inside = trimmed(line.dropFirst().prefix { $0 != "]" })
        let words = inside.split(maxSplits: 1) { $0.isWhitespace }
        guard let first = words.first else { return nil }
        guard words.count == 2 else { return (false, unquoted(first)) }
        let name = unquoted(trimmed(words[1]))
        switch first {
        case "profile": return (false, name)
        case "sso-session": return (true, name)
        // A section for something else, such as `[services local]`.
        default: return nil
        }
    }

    private static func value(_ text: Substring) -> String {
        var end = text.endIndex
        var previous: Character = " "
        for index in text.indices {
            if text[index] == "#" || text[index] == ";", previous.isWhitespace {
                end = index
                break
            }
            previous = text[index]
        }
        return String(trimmed(text[..<end]))
    }

    private static func unquoted(_ text: Substring) -> String {
        for quote in ["\"", "'"] where text.count > 1 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst().dropLast())
        }
        return String(text)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...last]
    }
}
