extension MarkdownInlineParser {
    /// A bracket that may begin a link or an image.
    mutating func readBracket(isImage: Bool) -> Bool {
        let length = isImage ? 2 : 1
        let node = append(.text, index, index + length)
        index += length
        brackets.append(Bracket(node: node, delimiter: delimiters.tail, start: index, isImage: isImage))
        return true
    }

    /// A bracket that may end a link's words.
    mutating func readClosingBracket() -> Bool {
        guard let opener = brackets.popLast() else { return false }
        let isActive = opener.isImage || brackets.count >= inactiveBracketCount
        inactiveBracketCount = min(inactiveBracketCount, brackets.count)
        guard isActive else { return false }
        switch destination(after: index + 1) {
        case .found(let destination, let next):
            makeLink(opener, destination: destination, next: next)
            return true
        case .unfinished where isGrowing:
            // Only the words show, and the address when it is there.
            append(.text, index, index)
            nodes[opener.node].end = nodes[opener.node].start
            index = end
            return true
        case .unfinished, .none: return readReference(opener)
        }
    }

    /// The address that stands elsewhere in the text, under the label behind the words or under the words themselves.
    private mutating func readReference(_ opener: Bracket) -> Bool {
        guard !references.isEmpty, index - opener.start <= MarkdownReferences.maximumLabelByteCount else {
            return false
        }
        let words = String(decoding: bytes[opener.start..<index], as: UTF8.self)
        var label = words
        var next = index + 1
        if next < end, bytes[next] == UInt8(ascii: "[") {
            let limit = min(end, next + 1 + MarkdownReferences.maximumLabelByteCount)
            guard let close = bytes[(next + 1)..<limit].firstIndex(of: UInt8(ascii: "]")) else { return false }
            if close > next + 1 { label = String(decoding: bytes[(next + 1)..<close], as: UTF8.self) }
            next = close + 1
        }
        guard let destination = references.destination(of: label) else { return false }
        // A mere number is easier to see, and to press, in its brackets.
        let keepsBrackets = label == words && words.allSatisfy(\.isNumber)
        makeLink(opener, destination: destination, next: next, keepsBrackets: keepsBrackets)
        return true
    }

    /// A footnote's mark: a small raised number.
    mutating func readNote() -> Bool {
        guard !references.isEmpty, index + 2 < end, bytes[index + 1] == UInt8(ascii: "^") else { return false }
        let limit = min(end, index + 2 + MarkdownReferences.maximumLabelByteCount)
        guard let close = bytes[(index + 2)..<limit].firstIndex(of: UInt8(ascii: "]")),
            let number = references.number(of: String(decoding: bytes[(index + 2)..<close], as: UTF8.self))
        else { return false }
        let start = bytes.count
        bytes += Array(MarkdownReferences.raised(number).utf8)
        append(.text, start, bytes.count)
        index = close + 1
        return true
    }

    private mutating func makeLink(
        _ opener: Bracket,
        destination: [UInt8],
        next: Int,
        keepsBrackets: Bool = false
    ) {
        let node = append(.text, index, keepsBrackets ? index + 1 : index)
        matchDelimiters(above: opener.delimiter)
        delimiters.drop(above: opener.delimiter)
        if keepsBrackets {
            nodes[opener.node].ends.append(.beginLink(destination: destination))
            nodes[node].begins.append(.endLink(destination: destination))
        } else {
            nodes[opener.node].end = nodes[opener.node].start
            nodes[opener.node].begins.append(.beginLink(destination: destination))
            nodes[node].ends.append(.endLink(destination: destination))
        }
        if !opener.isImage { inactiveBracketCount = brackets.count }
        index = next
    }

    /// Shows the words of a link that has only begun.
    mutating func closeBrackets() {
        guard let last = brackets.last, end - last.start < 300, brackets.count - 1 >= inactiveBracketCount else {
            return
        }
        nodes[last.node].end = nodes[last.node].start
    }

    // MARK: Destinations

    private enum Destination {
        case found([UInt8], next: Int)
        case unfinished
        case none
    }

    private static let maximumDestinationByteCount = 2048

    /// Reads `(address "title")` at `start`.
    private func destination(after start: Int) -> Destination {
        guard start < end else { return isGrowing ? .unfinished : .none }
        guard bytes[start] == UInt8(ascii: "(") else { return .none }
        var position = skipSpace(start + 1)
        guard position < end else { return .unfinished }
        var address: [UInt8] = []
        if bytes[position] == UInt8(ascii: "<") {
            position += 1
            while position < end, bytes[position] != UInt8(ascii: ">") {
                guard bytes[position] != UInt8(ascii: "\n"), bytes[position] != UInt8(ascii: "<"),
                    address.count < Self.maximumDestinationByteCount
                else { return .none }
                appendAddressByte(&address, &position)
            }
            guard position < end else { return .unfinished }
            position += 1
        } else {
            var depth = 0
            loop: while position < end {
                switch bytes[position] {
                case 0...32, 127: break loop
                case UInt8(ascii: "("): depth += 1
                case UInt8(ascii: ")"):
                    if depth == 0 { break loop }
                    depth -= 1
                default: break
                }
                guard depth <= 32, address.count < Self.maximumDestinationByteCount else { return .none }
                appendAddressByte(&address, &position)
            }
            guard position < end else { return .unfinished }
            guard depth == 0 else { return .none }
        }
        let afterAddress = position
        position = skipSpace(position)
        guard position < end else { return .unfinished }
        if position > afterAddress, let close = Self.titleEnds[bytes[position]] {
            position += 1
            let limit = min(end, position + Self.maximumDestinationByteCount)
            while position < limit, bytes[position] != close {
                position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard position < end else { return .unfinished }
            guard position < limit else { return .none }
            position = skipSpace(position + 1)
            guard position < end else { return .unfinished }
        }
        return bytes[position] == UInt8(ascii: ")") ? .found(address, next: position + 1) : .none
    }

    private static let titleEnds: [UInt8: UInt8] = [
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "'"): UInt8(ascii: "'"),
        UInt8(ascii: "("): UInt8(ascii: ")"),
    ]

    private func appendAddressByte(_ address: inout [UInt8], _ position: inout Int) {
        if bytes[position] == UInt8(ascii: "\\"), position + 1 < end, Self.isMark(bytes[position + 1]) { position += 1 }
        address.append(bytes[position])
        position += 1
    }

    /// Skips white space; as much as a line's end and an indentation have.
    private func skipSpace(_ start: Int) -> Int {
        var position = start
        while position < end, position - start < 64, " \n\t".utf8.contains(bytes[position]) { position += 1 }
        return position
    }

    // MARK: Addresses

    /// `<https://…>` or `<name@place>`, of which the platform makes a link by itself.
    mutating func readAutolink() -> Bool {
        let limit = min(end, index + 1 + Self.maximumDestinationByteCount)
        var position = index + 1
        var hasColon = false
        var hasAt = false
        while position < limit, bytes[position] != UInt8(ascii: ">") {
            let byte = bytes[position]
            guard byte > 32, byte != UInt8(ascii: "<") else { return false }
            if byte == UInt8(ascii: ":"), position > index + 2 { hasColon = true }
            if byte == UInt8(ascii: "@"), position > index + 1 { hasAt = true }
            position += 1
        }
        guard position < limit, hasColon || hasAt, Self.isLetterOrDigit(bytes[index + 1]) else { return false }
        var start = index + 1
        if bytes[start..<position].starts(with: "mailto:".utf8) { start += 7 }
        append(.text, start, position)
        index = position + 1
        return true
    }

    /// An address without brackets, whose marks are its own.
    mutating func readAddress() -> Bool {
        if index > 0, Self.isLetterOrDigit(bytes[index - 1]) { return false }
        // Most words are ruled out by their second letter.
        guard index + 7 < end, bytes[index + 1] | 0x20 == (bytes[index] | 0x20 == 0x68 ? 0x74 : 0x77) else {
            return false
        }
        let rest = bytes[index..<index + 8].map { $0 | 0x20 }
        guard ["https://", "http://", "www."].contains(where: { rest.starts(with: $0.utf8) }) else { return false }
        var position = index
        var openCount = 0
        var closeCount = 0
        while position < end {
            let byte = bytes[position]
            guard byte > 32, byte != UInt8(ascii: "<"), byte != UInt8(ascii: "`") else { break }
            // Brackets around an address are not its own.
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "[") { break }
            if byte == UInt8(ascii: "(") { openCount += 1 }
            if byte == UInt8(ascii: ")") { closeCount += 1 }
            position += 1
        }
        while position > index {
            let last = bytes[position - 1]
            if last == UInt8(ascii: ")"), closeCount > openCount {
                closeCount -= 1
            } else if !"?!.,:;*_~'\"".utf8.contains(last) {
                break
            }
            position -= 1
        }
        guard position > index + 7 else { return false }
        append(.text, index, position)
        index = position
        return true
    }
}
