import Foundation
import MartletTelegram
import Testing

@Suite("Markdown")
struct MarkdownTests {
    /// The text with its entities in angle brackets, the way the tests read best.
    private func shown(_ text: String, isGrowing: Bool = false) -> String {
        MarkdownRenderer.render(text, isGrowing: isGrowing).marked
    }

    @Test(
        "shows what stands in a line",
        arguments: [
            ("plain", "plain"),
            ("a **bold** word", "a <b:bold> word"),
            ("the end: ||he **did** it||!", "the end: <x:he <b:did> it>!"),
            ("a || b || c and x||y||z", "a || b || c and x||y||z"),
            ("|| open", "|| open"),
            ("a __bold__ word", "a <b:bold> word"),
            ("*italic* and _italic_", "<i:italic> and <i:italic>"),
            ("***both***", "<b:<i:both>>"),
            ("**bold *and italic* here**", "<b:bold <i:and italic> here>"),
            ("~~gone~~ but ~5", "<s:gone> but ~5"),
            ("2*3*4 and snake_case_name", "2<i:3>4 and snake_case_name"),
            ("2 * 3 * 4", "2 * 3 * 4"),
            ("**unfinished", "**unfinished"),
            ("`code *here*`", "<c:code *here*>"),
            ("``a ` b``", "<c:a ` b>"),
            ("**bold `code` bold**", "<b:bold ><c:code><b: bold>"),
            ("\\*not italic\\*", "*not italic*"),
            ("[words](https://example.org/a_(b))", "<a(https://example.org/a_(b)):words>"),
            ("[**bold** `code`](https://a.b/c)", "<a(https://a.b/c):<b:bold> code>"),
            ("**[words](https://example.org)**", "<a(https://example.org):<b:words>>"),
            ("[readme](README.md)", "readme (README.md)"),
            ("[a](https://a.b \"title\") b", "<a(https://a.b):a> b"),
            ("![a cat](https://a.b/cat.png)", "<a(https://a.b/cat.png):a cat>"),
            ("[![badge](https://a.b/i.svg)](https://a.b/x)", "<a(https://a.b/x):badge>"),
            ("[1] and [2]", "[1] and [2]"),
            ("see https://a.b/x_y_z*. Yes", "see https://a.b/x_y_z*. Yes"),
            ("**https://a.b/c**", "<b:https://a.b/c>"),
            ("<https://a.b/c>", "https://a.b/c"),
            ("<b>bold</b> &lt;tag&gt; &amp; &#8212;", "<b>bold</b> <tag> & —"),
            ("it costs $5 and $6", "it costs $5 and $6"),
            ("so $E = mc^2$ and \\(a_b*c*\\)", "so <c:E = mc^2> and <c:a_b*c*>"),
            ("**重要。**文字", "<b:重要。>文字"),
            ("line one\nline two", "line one\nline two"),
        ]
    )
    func inline(text: String, expected: String) {
        #expect(shown(text) == expected)
    }

    @Test(
        "shows blocks",
        arguments: [
            ("# Title\n\ntext", "<b:Title>\n\ntext"),
            ("## Title ##\ntext", "<b:Title>\ntext"),
            ("Title\n=====\ntext", "<b:Title>\ntext"),
            ("# a **b** c", "<b:a b c>"),
            ("#hashtag", "#hashtag"),
            ("- a\n- b\n  - c\n    - d\n", "• a\n• b\n   ◦ c\n      ▪ d"),
            ("1. a\n1. b\n   - c\n2. d", "1. a\n2. b\n   ◦ c\n3. d"),
            ("1. a\n  - b\n2. c", "1. a\n   ◦ b\n2. c"),
            ("- [ ] todo\n- [x] done", "☐ todo\n☑ done"),
            ("- a\n\n  more of a\n- b", "• a\n\n   more of a\n• b"),
            ("- a\nlazy", "• a\n   lazy"),
            ("text\n- a", "text\n• a"),
            ("> quoted\n> more\n\nafter", "<q:quoted\nmore>\n\nafter"),
            ("> a\n>> b\n>> c\n\nd", "<q:a\n│ b\n│ c>\n\nd"),
            ("> > > a\n\nb", "<q:│ │ a>\n\nb"),
            ("1. a\n   > b\n2. c", "1. a\n   │ b\n2. c"),
            ("- [ ] a\n  - [x] b\n1. [X] c", "☐ a\n   ☑ b\n1. ☑ c"),
            (
                "see [the docs][d] and [d]\n\n[d]: https://a.b/c \"The docs\"",
                "see <a(https://a.b/c):the docs> and <a(https://a.b/c):d>"
            ),
            ("[Two  Words][] here\n\n[two words]: <https://a.b>", "<a(https://a.b):Two  Words> here"),
            (
                "so it is [1], [2]\n\n[1]: https://a.b\n[2]: https://c.d\n",
                "so it is <a(https://a.b):[1]>, <a(https://c.d):[2]>"
            ),
            ("![pic][p]\n\n[p]: https://a.b/c.png", "<a(https://a.b/c.png):pic>"),
            ("a [b][nowhere] c", "a [b][nowhere] c"),
            ("[Ada]: hello\n[x]: y z", "[Ada]: hello\n[x]: y z"),
            ("a\n\n[unused]: https://a.b", "a\n[unused]: https://a.b"),
            (
                "word[^1] more[^note]\n\n[^1]: First.\n[^note]: **Second**\n    goes on",
                "word¹ more²\n\n¹ First.\n² <b:Second>\ngoes on"
            ),
            ("word[^2]", "word[^2]"),
            ("> `code` and\n> ```\n> x\n> ```", "<q:<c:code> and\n<p():x>>"),
            ("a\n\n---\n\nb", "a\n\n──────────\n\nb"),
            ("```swift\nlet a = 1\n\n\tb\n```\nafter", "<p(swift):let a = 1\n\n    b>\nafter"),
            ("```\nnever closed *x*", "<p():never closed *x*>"),
            ("~~~\n```\n~~~", "<p():```>"),
            ("    indented\n    code", "<p():indented\n    code>".replacing("\n    code", with: "\ncode")),
            ("- a\n  ```sh\n  ls\n  ```\n- b", "• a\n\n<p(sh):ls>\n• b".replacing("\n\n<", with: "\n   \n<")),
            ("$$\na_b = c\n$$", "<p(latex):a_b = c>"),
            ("\\[ a_b \\]", "<p(latex):a_b>"),
            (
                "| a | b |\n|---|--:|\n| wide | 1 |\n| ж | 22 |",
                "<p():a    │  b\n─────┼───\nwide │  1\nж    │ 22>"
            ),
            ("| 字 | b |\n|:-:|---|\n| **x** | y |", "<p():字 │ b\n───┼──\nx  │ y>"),
            ("| a | b |\n|---|---|\n| `x|y` | z |", "<p():a   │ b\n────┼──\nx|y │ z>"),
            ("| a | b |\n|---|---|\n| x | y | z |\n| x | y | |", "<p():a │ b\n──┼──────\nx │ y | z\nx │ y>"),
            (
                "| a |\n|---|\n| [w](https://x.y) |\n| [https://x.y](https://x.y) |",
                "<p():a\n───────────────\nw (https://x.y)\nhttps://x.y>"
            ),
            ("***", "──────────"),
            ("**", "**"),
            ("[](", "[]("),
        ]
    )
    func blocks(text: String, expected: String) {
        #expect(shown(text) == expected)
    }

    @Test("folds a long quote")
    func longQuote() {
        let text = MarkdownRenderer.render("> " + String(repeating: "word ", count: 200))
        #expect(text.entities.map(\.kind) == [.expandableQuote])
    }

    @Test(
        "shows a growing text as if what is open ended there, and holds back what cannot be told yet",
        arguments: [
            ("a **bold wo", "a <b:bold wo>"),
            ("a **bold wo*", "a <b:bold wo>"),
            ("a **bold *and it", "a <b:bold <i:and it>>"),
            ("a ***both", "a <b:<i:both>>"),
            ("a **", "a"),
            ("so 2*3", "so 2*3"),
            ("some `code", "some <c:code>"),
            ("some [words](https://exam", "some words"),
            ("some [wor", "some wor"),
            ("some [words]", "some words"),
            ("text\n-", "text"),
            ("text\n```py", "text"),
            ("text\n```py\nprint(", "text\n<p(py):print(>"),
            ("```py\nprint()\n``", "<p(py):print()>"),
            ("| a | b |\n|--", "<p():a │ b>"),
            ("| a | b |\n|--|--|\n| c", "<p():a │ b>"),
            ("so \\(a_b", "so <c:a_b>"),
        ]
    )
    func growing(text: String, expected: String) {
        #expect(shown(text, isGrowing: true) == expected)
    }

    @Test("takes a megabyte of any mark in its stride")
    func linear() {
        let marks = [
            "*", "[", "`", ">", "_", "~~", "![", "](", "[a](", "*a ", "**a*b", "a`b``", "- ", "> a\n", "|", "|-|\n",
            "||", "||a", "[a]: http://b\n", "[^1]", "[^1]: a\n", "[a][b]",
            "\\(", "\\[a\n", "$", "<a", "&", "http://", "[a](<", "[a](b \"", "1. a\n", "  - a\n", "# ", "```\n", "_a*b",
        ]
        var slowest = Duration.zero
        for mark in marks {
            let text = String(repeating: mark, count: (1 << 20) / mark.utf8.count)
            let before = Self.processorTime()
            let shown = MarkdownRenderer.render(text)
            let time = Self.processorTime() - before
            slowest = max(slowest, time)
            // Alone on its core it is a fifth of a second; the bound leaves room for neighbours.
            #expect(time < .milliseconds(600), "\(mark.debugDescription)")
            #expect(!shown.text.isEmpty)
        }
        print("the slowest megabyte of a mark took \(slowest) of processor time")
    }
}

extension MarkdownTests {
    /// What this thread has cost so far: neighbours on the machine count less than in real time.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension FormattedText {
    /// The text with its entities in angle brackets.
    var marked: String {
        let units = Array(text.utf16)
        var result: [UInt16] = []
        for offset in 0...units.count {
            result += Array(String(repeating: ">", count: entities.count { $0.end == offset }).utf16)
            for entity in entities where entity.offset == offset { result += Array(entity.kind.mark.utf16) }
            if offset < units.count { result.append(units[offset]) }
        }
        return String(decoding: result, as: UTF16.self)
    }
}

extension TextEntity.Kind {
    fileprivate var mark: String {
        switch self {
        case .bold: "<b:"
        case .italic: "<i:"
        case .underline: "<u:"
        case .strikethrough: "<s:"
        case .spoiler: "<x:"
        case .code: "<c:"
        case .pre(let language): "<p(\(language ?? "")):"
        case .quote: "<q:"
        case .expandableQuote: "<Q:"
        case .link(let url): "<a(\(url)):"
        }
    }
}
