import MartletTelegram
import Testing

@Suite("Formatted text from hostile words")
struct HostileTextTests {
    /// A generator that gives the same numbers every time.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    static let pieces = [
        "*", "**", "***", "_", "__", "~~", "`", "``", "```", "```swift\n", "\n```\n", "[", "](", ")",
        "](https://a.b/c)", "![",
        "\n", "\n\n", "> ", ">> ", "- ", "1. ", "  - ", "- [ ] ", "# ", "|", "|a|b|\n|-|-|\n|", "---\n", "===\n", "$",
        "$$", "||", "[^1]", "\n[^1]: ", "\n[r]: https://a.b\n", "[r]", "[x][r]", "\\(",
        "\\)", "\\[", "\\", "&amp;", "&#128512;", "&#x202e;", "<b>", "<https://x.y>", "https://x.y/_z_", " ", "  ",
        "\t",
        "    ", "a", "word ", "x_y", "ж", "字", "🦜", "👨‍👩‍👧‍👦", "🇹🇷", "e\u{301}\u{302}", "\u{301}", "\u{202E}", "\u{200B}",
        "\u{FEFF}",
        "שלום", "\u{0}", "\r\n", "\r", "\u{7F}", "\u{2028}", "\u{A0}", "\u{FFFD}", "\u{1F3FB}", "\u{200D}", "\u{30A}",
        "܀",
    ]

    private func makeText(_ numbers: inout Numbers, length: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...length, using: &numbers) {
            let piece = Self.pieces.randomElement(using: &numbers) ?? ""
            for _ in 0..<(Int.random(in: 0..<8, using: &numbers) == 0 ? Int.random(in: 1...20, using: &numbers) : 1) {
                text += piece
            }
        }
        return text
    }

    /// What the platform would say against a text, or nil.
    static func objection(to text: FormattedText) -> String? {
        let units = Array(text.text.utf16)
        func isBorder(_ offset: Int) -> Bool { offset == units.count || !UTF16.isTrailSurrogate(units[offset]) }
        for entity in text.entities {
            if entity.length <= 0 || entity.offset < 0 || entity.end > units.count { return "out of range: \(entity)" }
            if !isBorder(entity.offset) || !isBorder(entity.end) { return "inside a scalar: \(entity)" }
        }
        for (index, first) in text.entities.enumerated() {
            for second in text.entities[(index + 1)...] {
                guard second.offset >= first.offset else { return "out of order: \(first) \(second)" }
                guard second.offset < first.end else { continue }
                guard second.end <= first.end else { return "half inside: \(first) \(second)" }
                if first.kind.isCode { return "inside code: \(second)" }
                if second.kind.isQuote { return "a quote inside: \(first)" }
                if second.kind.isCode, !first.kind.isQuote { return "code inside: \(first)" }
                if case .link = first.kind, case .link = second.kind { return "a link inside a link" }
                if first.kind == second.kind { return "twice: \(first)" }
            }
        }
        if text.text.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\n" }) { return "a control character" }
        if text.text.unicodeScalars.last?.properties.isWhitespace == true { return "white space at the end" }
        return nil
    }

    @Test("is always legal, as a whole, growing, and in parts")
    func legal() {
        var numbers = Numbers(state: 1)
        for round in 0..<1500 {
            let source = makeText(&numbers, length: 40)
            for isGrowing in [false, true] {
                let text = MarkdownRenderer.render(source, isGrowing: isGrowing)
                let objection = Self.objection(to: text)
                #expect(objection == nil, "\(round) \(source.debugDescription)")
                let limit = Int.random(in: 2...60, using: &numbers)
                for part in MessageSplitter.split(text, limit: limit) {
                    let objection = Self.objection(to: part)
                    #expect(objection == nil, "\(round) \(limit) \(source.debugDescription)")
                    #expect(part.text.utf16.count <= limit, "\(round) \(limit) \(source.debugDescription)")
                    #expect(!part.text.isEmpty && part.entities.count <= 100)
                }
            }
        }
    }

    @Test("loses no word at a cut")
    func complete() {
        var numbers = Numbers(state: 2)
        for round in 0..<500 {
            let text = MarkdownRenderer.render(makeText(&numbers, length: 60))
            let parts = MessageSplitter.split(text, limit: Int.random(in: 4...80, using: &numbers))
            let kept = parts.map(\.text).joined().unicodeScalars.filter { !$0.properties.isWhitespace }
            #expect(kept.elementsEqual(text.text.unicodeScalars.filter { !$0.properties.isWhitespace }), "\(round)")
        }
    }

    @Test("has all letters that were said")
    func letters() {
        var numbers = Numbers(state: 3)
        let pieces = ["*", "**", "_", "`", "\n", "\n\n", "> ", "- ", "# ", "[", "]", "|", " ", "```\n", "$", "~~"]
        for round in 0..<500 {
            var source = ""
            var letters = ""
            for _ in 0..<30 {
                source += pieces.randomElement(using: &numbers) ?? ""
                let letter = String("abcdefgh".randomElement(using: &numbers) ?? "a") + "z"
                source += letter
                letters += letter
            }
            let shown = MarkdownRenderer.render(source)
            // A table's row may have fewer columns than the header; a fence's language is shown above the block.
            guard !source.contains("|"), !source.contains("```") else { continue }
            #expect(shown.text.filter { $0.isLetter } == letters, "\(round) \(source.debugDescription)")
        }
    }

    @Test("is never more than a hundred entities a message, and the ones that matter stay")
    func manyEntities() {
        let source = (0..<90).map { "*i\($0)* `c\($0)`" }.joined(separator: " ")
        let parts = MessageSplitter.split(MarkdownRenderer.render(source))
        #expect(parts.count == 1)
        #expect(parts.first?.entities.count == 100)
        #expect(parts.first?.entities.count { $0.kind == .code } == 90)
    }

    @Test("bears 4,096 emoji and deep nesting")
    func extremes() {
        let parrots = MarkdownRenderer.render("**" + String(repeating: "🦜", count: 4096) + "**")
        let parts = MessageSplitter.split(parrots)
        #expect(parts.map(\.text.utf16.count) == [4096, 4096])
        #expect(parts.allSatisfy { $0.entities == [TextEntity(.bold, offset: 0, length: 4096)] })
        for source in [
            String(repeating: "> ", count: 5000) + "x", String(repeating: "- ", count: 5000) + "x",
            String(repeating: "*a **b ", count: 5000),
            String(repeating: "[", count: 5000) + "x" + String(repeating: "](u)", count: 5000),
        ] {
            let text = MarkdownRenderer.render(source)
            #expect(Self.objection(to: text.limited100) == nil)
            #expect(!text.isBlank)
        }
    }

    @Test("goes on as code in the next part, in its language, with its indentation")
    func codeInParts() {
        let code = (0..<40).map { "    line \($0)" }.joined(separator: "\n")
        let parts = MessageSplitter.split(MarkdownRenderer.render("Look:\n```swift\n\(code)\n```\nDone."), limit: 200)
        #expect(parts.count > 2)
        for part in parts.dropFirst().dropLast() {
            #expect(part.entities == [TextEntity(.pre(language: "swift"), offset: 0, length: part.text.utf16.count)])
            #expect(part.text.hasPrefix("    line"))
        }
        #expect(parts.last?.text.hasSuffix("Done.") == true)
    }

    @Test("keeps its earlier parts while it grows")
    func stableParts() {
        let paragraph = "Some **bold** words, `code` and a [link](https://example.org). "
        let source = (0..<12).map { "\($0). " + paragraph + "\n\n```py\nprint(\($0))\n```\n\n> said \($0)\n\n" }
            .joined()
        var before: [FormattedText] = []
        for end in source.indices {
            let parts = MessageSplitter.split(
                MarkdownRenderer.render(String(source[..<end]), isGrowing: true),
                limit: 256
            )
            if before.count > 1, parts.count >= before.count {
                #expect(Array(parts.prefix(before.count - 1)) == Array(before.dropLast()), "\(source[..<end].count)")
            }
            before = parts
        }
        #expect(before.count > 2)
    }
}

extension FormattedText {
    fileprivate var limited100: FormattedText { FormattedText(text, entities: Array(entities.prefix(100))) }
}
