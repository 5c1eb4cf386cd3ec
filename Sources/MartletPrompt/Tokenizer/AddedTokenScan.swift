/// How an added token meets the text around it.
struct AddedTokenRule: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// White space before it is swallowed.
    static let stripsLeft = AddedTokenRule(rawValue: 1)
    /// White space after it is swallowed.
    static let stripsRight = AddedTokenRule(rawValue: 2)
    /// It counts only where no word scalar stands beside it.
    static let isWord = AddedTokenRule(rawValue: 4)
}

/// Splits text at the added tokens in it.
struct AddedTokenScan {
    let matcher: AddedTokenMatcher
    let rules: [Int32: AddedTokenRule]

    /// Calls `plain` with each stretch between added tokens and `token` with each of them, in order.
    ///
    /// - Parameter isAllowed: Whether a token may stand in a range of the text.
    func run(
        _ text: UnsafeRawBufferPointer,
        isAllowed: (_ token: Int32, _ range: Range<Int>) -> Bool,
        plain: (Range<Int>) -> Void,
        token: (Int32) -> Void
    ) {
        var plainStart = 0
        var offset = 0
        while offset < text.count {
            guard matcher.mayBegin(with: text[offset]),
                let match = matcher.longestMatch(in: text, at: offset, isAllowed: { isAllowed($0, offset..<$1) })
            else {
                offset += 1
                continue
            }
            let rule = rules[match.token] ?? []
            if rule.contains(.isWord), Self.touchesWord(text, offset..<match.end) {
                offset = match.end
                continue
            }
            let start = rule.contains(.stripsLeft) ? Self.spaceStart(text, before: offset, from: plainStart) : offset
            if plainStart < start { plain(plainStart..<start) }
            token(match.token)
            offset = rule.contains(.stripsRight) ? Self.spaceEnd(text, from: match.end) : match.end
            plainStart = offset
        }
        if plainStart < text.count { plain(plainStart..<text.count) }
    }

    private static func touchesWord(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        let tables = ReferenceTables.shared
        if range.lowerBound > 0 {
            var offset = UTF8Text.start(text, before: range.lowerBound)
            if tables.classes(of: UTF8Text.scalar(text, at: &offset)).contains(.word) { return true }
        }
        guard range.upperBound < text.count else { return false }
        var offset = range.upperBound
        return tables.classes(of: UTF8Text.scalar(text, at: &offset)).contains(.word)
    }

    /// Where the white space that ends at `end` begins.
    private static func spaceStart(_ text: UnsafeRawBufferPointer, before end: Int, from limit: Int) -> Int {
        let tables = ReferenceTables.shared
        var start = end
        while start > limit {
            let previous = UTF8Text.start(text, before: start)
            var offset = previous
            guard tables.classes(of: UTF8Text.scalar(text, at: &offset)).contains(.whiteSpace) else { break }
            start = previous
        }
        return start
    }

    /// Where the white space that begins at `start` ends.
    private static func spaceEnd(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        let tables = ReferenceTables.shared
        var offset = start
        while offset < text.count {
            var next = offset
            guard tables.classes(of: UTF8Text.scalar(text, at: &next)).contains(.whiteSpace) else { break }
            offset = next
        }
        return offset
    }
}
