import MartletConversation
import MartletCore
import Testing

@Suite("Documents are split")
struct SplitterTests {
    private func passages(
        _ text: String,
        _ format: KnowledgeDocument.Format = .markdown,
        size: Int = 200,
        overlap: Int = 0
    ) -> [Passage] {
        DocumentSplitter(size: .characters(size), overlap: overlap)
            .passages(of: KnowledgeDocument(location: "a/b.md", format: format, text: text))
    }

    @Test("by headings, whose path goes along, with the lines that hold them")
    func headings() throws {
        let found = passages(
            "# Birds\n\nAll sing.\n\n## Martins\n\nThey live under roofs.\n\nAnd bridges.\n\n### Nests\n\nMud.\n\n## Owls\nAt night."
        )
        #expect(found.map(\.title) == ["Birds", "Birds", "Birds", "Birds"])
        #expect(found.map(\.headings) == [[], ["Martins"], ["Martins", "Nests"], ["Owls"]])
        #expect(found.map(\.text) == ["All sing.", "They live under roofs.\n\nAnd bridges.", "Mud.", "At night."])
        #expect(found.map(\.place) == [.lines(3...3), .lines(7...9), .lines(13...13), .lines(16...16)])
    }

    @Test("headings in code are code, and underlined lines are headings")
    func otherHeadings() {
        let found = passages("Title\n=====\n\n```\n# no heading\n```\n\nPart\n----\nWords.")
        #expect(found.map(\.headings) == [[], ["Part"]])
        #expect(found.first?.text == "```\n# no heading\n```")
        #expect(found.first?.title == "Title")
    }

    @Test("code stays whole to twice the size, and its pieces have fences beyond that")
    func code() {
        let short = "```swift\n" + String(repeating: "let a = 1\n", count: 30) + "```"
        #expect(passages("Words before.\n\n" + short).map(\.text) == ["Words before.", short])
        let long = "```swift\n" + (0..<100).map { "let value\($0) = \($0)\n" }.joined() + "```\n"
        let pieces = passages(long)
        #expect(pieces.count > 5)
        for piece in pieces {
            #expect(piece.text.hasPrefix("```swift\n") && piece.text.hasSuffix("\n```"))
            #expect(piece.text.count <= 200)
        }
        let lines = pieces.flatMap { $0.text.split(separator: "\n").filter { !$0.hasPrefix("```") } }
        #expect(lines.count == 100 && lines.last == "let value99 = 99")
    }

    @Test("a long table is cut between rows and has its heads again")
    func tables() throws {
        let rows = (0..<40).map { "| key\($0) | what it does |" }
        let found = passages((["| Key | Effect |", "|---|---|"] + rows).joined(separator: "\n"))
        #expect(found.count > 3)
        for passage in found { #expect(passage.text.hasPrefix("| Key | Effect |\n|---|---|\n| key")) }
        #expect(found.flatMap { $0.text.split(separator: "\n").dropFirst(2) }.map { String($0) } == rows)
        guard case .lines(let lines)? = found.last?.place else { throw CancellationError() }
        #expect(lines.upperBound == 42)
    }

    @Test("long prose is cut between sentences, and the next passage repeats the end of the last")
    func prose() {
        let text = (1...40).map { "Sentence number \($0) is here." }.joined(separator: " ")
        let plain = passages(text, .plain)
        #expect(plain.allSatisfy { $0.text.hasSuffix(".") && $0.text.count <= 200 })
        #expect(plain.map(\.text).joined(separator: " ") == text)
        let overlapping = passages(text, .plain, overlap: 60)
        for (left, right) in zip(overlapping, overlapping.dropFirst()) {
            let last = left.text.split(separator: ".").last.map { String($0) } ?? ""
            #expect(right.text.contains(last))
        }
        #expect(passages(String(repeating: "x", count: 5000), .plain).allSatisfy { $0.text.count <= 200 })
    }

    @Test("identifiers depend on place and words alone, and are different for what stands twice")
    func identifiers() throws {
        let text = "# A\n\nSame.\n\n# A\n\nSame.\n\n# B\n\nOther."
        let first = passages(text).map(\.id)
        #expect(first == passages(text).map(\.id))
        try #require(Set(first).count == 3)
        #expect(passages("# B\n\nOther.\n").map(\.id) == [first[2]])
    }

    @Test("pages of the web lose their scripts and keep words, headings, entities and title")
    func html() {
        let found = passages(
            """
            <!DOCTYPE html><html><head><title>Birds &amp; more</title><style>p {color: red}</style>
            <script>if (a < b) document.write("<p>no</p>")</script></head>
            <body><h1>Martins</h1><p>They live
            under <b>roofs</b>&nbsp;&mdash; 3 &lt; 4.</p><!-- <p>nor this --><h2 class="a>b">Nests</h2>
            <ul><li>mud</li><li>straw &#38; hair &#x1F426;</li></ul><pre>  code
              line</pre></body></html>
            """,
            .html
        )
        #expect(found.map(\.title).first == "Birds & more")
        #expect(found.map(\.headings) == [["Martins"], ["Martins", "Nests"]])
        #expect(found.first?.text == "They live\nunder roofs — 3 < 4.")
        #expect(found.last?.text == "- mud\n- straw & hair 🐦\n\n  code\n  line")
    }

    @Test(
        "broken pages are read as far as they go",
        arguments: ["<", "<p", "a < b > c", "<script>", "<!--", "&#99999999;&x", "</", "<a b='", "<h1>"]
    )
    func brokenHTML(text: String) {
        _ = passages(text, .html)
    }

    @Test("pages of a PDF are kept apart")
    func pages() {
        let found = passages("One.\n\nStill one.\u{0C}Two.\u{0C}", .pages)
        #expect(found.map(\.place) == [.page(1), .page(2)])
        #expect(found.map(\.text) == ["One.\n\nStill one.", "Two."])
    }

    @Test("tokens can be the measure")
    func tokens() {
        let splitter = DocumentSplitter(size: .tokens(40) { $0.split(separator: " ").count }, overlap: 0)
        let text = (1...200).map { "word\($0)" }.joined(separator: " ")
        let found = splitter.passages(of: KnowledgeDocument(location: "t", format: .plain, text: text))
        #expect(found.count >= 5)
        #expect(found.allSatisfy { $0.text.split(separator: " ").count <= 40 })
        #expect(found.flatMap { $0.text.split(separator: " ") }.count == 200)
    }
}
