import MartletCore

/// What a messenger marks in a text by itself: commands, mentions, hashtags, links and addresses.
enum AutomaticEntities {
    /// Finds them outside of `taken`.
    static func find(in text: String, besides taken: [FormattedText.Entity]) -> [FormattedText.Entity] {
        var found: [FormattedText.Entity] = []
        var offset = 0
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace) {
            let length = word.utf16.count
            defer { offset += length + 1 }
            guard length > 1, let entity = entity(of: word, at: offset) else { continue }
            let isFree = taken.allSatisfy { $0.end <= entity.offset || entity.end <= $0.offset || !isClosed($0.type) }
            if isFree { found.append(entity) }
        }
        return found
    }

    /// Types in which nothing is found.
    private static func isClosed(_ type: String) -> Bool {
        ["code", "pre", "text_link", "text_mention"].contains(type)
    }

    private static func entity(of word: Substring, at offset: Int) -> FormattedText.Entity? {
        var word = word
        var offset = offset
        while let first = word.first, "(\"'«“[".contains(first) {
            offset += String(first).utf16.count
            word = word.dropFirst()
        }
        func entity(_ type: String, _ length: Int) -> FormattedText.Entity {
            .init(type: type, offset: offset, length: length)
        }
        switch word.first {
        case "/":
            let name = word.dropFirst().prefix { isNameCharacter($0) }
            guard (1...64).contains(name.count) else { return nil }
            var length = 1 + name.utf16.count
            let rest = word.dropFirst(1 + name.count)
            if rest.first == "@" {
                let bot = rest.dropFirst().prefix { isNameCharacter($0) }
                if bot.count >= 3 { length += 1 + bot.utf16.count }
            } else if rest.first == "/" {
                return nil
            }
            return entity("bot_command", length)
        case "@":
            let name = word.dropFirst().prefix { isNameCharacter($0) }
            return (3...32).contains(name.count) ? entity("mention", 1 + name.utf16.count) : nil
        case "#":
            let name = word.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            return name.isEmpty || name.allSatisfy(\.isNumber) ? nil : entity("hashtag", 1 + name.utf16.count)
        default:
            while let last = word.last, ".,;:!?)\"'»”]".contains(last) { word = word.dropLast() }
            if isLink(String(word)) { return entity("url", word.utf16.count) }
            return isAddress(word) ? entity("email", word.utf16.count) : nil
        }
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }

    /// Whether a text is a link that a messenger opens.
    static func isLink(_ text: String) -> Bool {
        let lower = text.lowercased()
        if lower.hasPrefix("tg://") || lower.hasPrefix("mailto:") || lower.hasPrefix("tel:") { return text.count > 6 }
        for scheme in ["http://", "https://", "ftp://"] where lower.hasPrefix(scheme) {
            let host = lower.dropFirst(scheme.count).prefix { !"/?#:".contains($0) }
            return !host.isEmpty && !host.contains(" ") && (host.contains(".") || host == "localhost")
        }
        let host = lower.prefix { !"/?#:".contains($0) }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
            && ["com", "org", "net", "io", "me", "dev", "ru", "tr", "app", "eu"].contains(labels.last ?? "")
            && host.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }
    }

    private static func isAddress(_ word: Substring) -> Bool {
        let pieces = word.split(separator: "@", omittingEmptySubsequences: false)
        return pieces.count == 2 && !pieces[0].isEmpty && pieces[1].contains(".") && !pieces[1].hasPrefix(".")
            && !pieces[1].hasSuffix(".")
            && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "@.-_+".contains($0)) }
    }
}
