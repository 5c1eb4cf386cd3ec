extension FormattedText {
    /// This text without white space at its ends, as the platform shows it; the indentation of code at its front stays.
    /// - Complexity: O(text + entities).
    public func trimmed() -> FormattedText {
        let units = Array(text.utf16)
        return Self.slice(units, entities[...], 0..<units.count)
    }

    /// A stretch of a text without white space at its ends, with what its entities cover of it.
    /// - Parameter entities: Those that reach into the stretch, and maybe others.
    static func slice(_ units: [UInt16], _ entities: ArraySlice<TextEntity>, _ range: Range<Int>) -> FormattedText {
        var end = range.upperBound
        while end > range.lowerBound, isWhitespace(units[end - 1]) { end -= 1 }
        let start = front(units, entities, range.lowerBound..<end)
        var kept: [TextEntity] = []
        for entity in entities {
            let (first, last) = (max(entity.offset, start), min(entity.end, end))
            guard last > first else { continue }
            kept.append(TextEntity(entity.kind, offset: first - start, length: last - first))
        }
        return FormattedText(String(decoding: units[start..<end], as: UTF16.self), entities: kept)
    }

    /// Where a stretch begins without the white space at its front.
    static func front(_ units: [UInt16], _ entities: ArraySlice<TextEntity>, _ range: Range<Int>) -> Int {
        var start = range.lowerBound
        let code = entities.first { $0.kind.isCode && $0.end > start }
        while start < range.upperBound, isWhitespace(units[start]) {
            // A block of code keeps its indentation, but no empty lines at its front.
            if let code, code.offset <= start {
                let blank = units[start..<range.upperBound].prefix { isWhitespace($0) }
                return (blank.lastIndex(of: 0x0A) ?? start - 1) + 1
            }
            start += 1
        }
        return start
    }

    /// As much of this text as fits, cut at a good border and with a sign that there is more; `…` for a text that shows nothing.
    /// - Parameter limit: In UTF-16 code units, at least 3.
    func beginning(_ limit: Int) -> FormattedText {
        let whole = trimmed()
        guard !whole.isBlank else { return FormattedText("…") }
        guard whole.text.utf16.count > limit else { return whole }
        let first = MessageSplitter.split(whole, limit: limit - 1).first ?? FormattedText("")
        return first.appending(FormattedText("…"))
    }

    /// This text with so many entities at most: the ones that matter least are left out, the last of them first.
    func limited(to count: Int = maximumEntityCount) -> FormattedText {
        guard entities.count > count else { return self }
        let kept = entities.indices.sorted {
            (-entities[$0].kind.weight, $0) < (-entities[$1].kind.weight, $1)
        }.prefix(count).sorted()
        return FormattedText(text, entities: kept.map { entities[$0] })
    }

    private static func isWhitespace(_ unit: UInt16) -> Bool {
        Unicode.Scalar(unit)?.properties.isWhitespace ?? false
    }
}
