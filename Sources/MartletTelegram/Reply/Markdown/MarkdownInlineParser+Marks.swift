extension MarkdownInlineParser {
    /// A run of `*`, `_`, `~` or `|`, which may begin or end a style.
    mutating func readRun(_ mark: UInt8) -> Bool {
        var runEnd = index
        while runEnd < end, bytes[runEnd] == mark { runEnd += 1 }
        let count = runEnd - index
        // One tilde means "about", and one bar "or".
        if mark == UInt8(ascii: "~") || mark == UInt8(ascii: "|"), count != 2 {
            append(.text, index, runEnd)
            index = runEnd
            return true
        }
        let before = scalar(before: index)
        let after = scalar(at: runEnd)
        let (isSpaceBefore, isMarkBefore) = (isSpace(before), isPunctuation(before))
        let (isSpaceAfter, isMarkAfter) = (isSpace(after), isPunctuation(after))
        let isLeft = !isSpaceAfter && (!isMarkAfter || isSpaceBefore || isMarkBefore || isIdeographic(before))
        let isRight = !isSpaceBefore && (!isMarkBefore || isSpaceAfter || isMarkAfter || isIdeographic(after))
        // Within a word these are characters of it, as in `snake_case` and `a||b`.
        let isUnderscore = mark == UInt8(ascii: "_") || mark == UInt8(ascii: "|")
        let node = append(.text, index, runEnd)
        delimiters.append(
            node: node,
            mark: mark,
            count: count,
            canOpen: isLeft && (!isUnderscore || !isRight || isMarkBefore),
            canClose: isRight && (!isUnderscore || !isLeft || isMarkAfter)
        )
        index = runEnd
        return true
    }

    /// Turns pairs of runs into styles.
    mutating func matchDelimiters(above bottom: Int) {
        var pairs: [(opener: Int, closer: Int, count: Int)] = []
        delimiters.match(above: bottom) { pairs.append(($0, $1, $2)) }
        for pair in pairs {
            let style = style(of: delimiters.runs[pair.opener].mark, count: pair.count)
            let opener = delimiters.runs[pair.opener].node
            let closer = delimiters.runs[pair.closer].node
            // The marks next to the words are used: an opening run's last ones, a closing run's first ones.
            nodes[opener].end -= pair.count
            nodes[opener].begins.append(.begin(style))
            nodes[closer].start += pair.count
            nodes[closer].ends.append(.end(style))
        }
    }

    /// Ends what is open at a growing text's end.
    mutating func closeDelimiters() {
        var ends: [MarkdownInline] = []
        for index in delimiters.waiting(above: -1) {
            let run = delimiters.runs[index]
            // A run that could end something as well, as in `2*3`, is more likely a character.
            guard run.canOpen, !run.canClose, run.node < nodes.count - 1 else { continue }
            let count = min(run.count, 3)
            nodes[run.node].end -= count
            // The outermost first; a run of three is both.
            let counts = count == 3 ? [1, 2] : [count]
            let styles = counts.map { style(of: run.mark, count: $0) }
            nodes[run.node].begins += styles.reversed().map { .begin($0) }
            ends += styles.map { .end($0) }
        }
        guard !ends.isEmpty else { return }
        let last = append(.text, end, end)
        nodes[last].ends += ends.reversed()
    }

    private func style(of mark: UInt8, count: Int) -> FormattedTextBuilder.Style {
        switch mark {
        case UInt8(ascii: "~"): .strikethrough
        case UInt8(ascii: "|"): .spoiler
        default: count == 2 ? .bold : .italic
        }
    }

    // MARK: Neighbours

    private func scalar(before index: Int) -> Unicode.Scalar? {
        guard index > 0 else { return nil }
        if bytes[index - 1] < 0x80 { return Unicode.Scalar(bytes[index - 1]) }
        var start = index - 1
        while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self).unicodeScalars.first
    }

    private func scalar(at index: Int) -> Unicode.Scalar? {
        guard index < end else { return nil }
        if bytes[index] < 0x80 { return Unicode.Scalar(bytes[index]) }
        var next = index + 1
        while next < end, bytes[next] & 0xC0 == 0x80 { next += 1 }
        return String(decoding: bytes[index..<next], as: UTF8.self).unicodeScalars.first
    }

    /// The text's ends count as white space.
    private func isSpace(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return true }
        return scalar.isASCII ? scalar == " " || (9...13).contains(scalar.value) : scalar.properties.isWhitespace
    }

    private func isPunctuation(_ scalar: Unicode.Scalar?) -> Bool {
        if let scalar, scalar.isASCII { return Self.isMark(UInt8(scalar.value)) }
        return switch scalar?.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            true
        default: false
        }
    }

    /// Whether a script without spaces between words is written with it, where marks stand next to letters on both sides.
    private func isIdeographic(_ scalar: Unicode.Scalar?) -> Bool {
        guard let value = scalar?.value else { return false }
        return (0x2E80...0x9FFF).contains(value) || (0xAC00...0xD7A3).contains(value)
            || (0xF900...0xFAFF).contains(value) || (0x20000...0x3FFFF).contains(value)
    }
}
