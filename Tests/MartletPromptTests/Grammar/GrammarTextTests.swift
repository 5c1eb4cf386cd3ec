import MartletCore
import MartletPrompt
import Testing

@Suite("Free text before a form")
struct GrammarTextTests {
    private static let digits = "root ::= [0-9]+ \"!\""

    private static func accepts(_ source: GrammarSource, _ text: String) throws -> Bool {
        try Grammar(source).accepts(text.utf8)
    }

    @Test(
        "a trigger begins the form, wherever it comes",
        arguments: [
            ("<a>1!", true), ("text <a>12!", true), ("<<a>1!", true), ("<a<a>1!", true), ("é\n<a>1!", true),
            ("<a>", false), ("<a>x!", false), ("text", false), ("", false), ("<a>1!x", false), ("<a>1!<a>2!", false),
        ]
    )
    func trigger(_ text: String, _ isAccepted: Bool) throws {
        let source = GrammarSource.text(upTo: [.init("<a>", then: try .gbnf(Self.digits))], canEnd: false)
        #expect(try Self.accepts(source, text) == isAccepted)
    }

    @Test(
        "text may end without a trigger, and go on after a form, where it is said so",
        arguments: [
            ("", true), ("text <", true), ("<a>1! more <a>2!", true), ("<a>1!<a>2!<a", true), ("<a>1", false),
            ("x<a>y", false), ("<a>1! more <a>x", false),
        ]
    )
    func repeats(_ text: String, _ isAccepted: Bool) throws {
        let source = GrammarSource.text(
            upTo: [.init("<a>", then: try .gbnf(Self.digits))],
            canEnd: true,
            repeats: true
        )
        #expect(try Self.accepts(source, text) == isAccepted)
    }

    @Test(
        "of several triggers, the one that ends first counts, then the longest",
        arguments: [
            ("abc1", true), ("abc2", false), ("xbc3", true), ("bc1", false), ("zq4", true), ("q4", true), ("ab", true),
            ("abq4", true), ("bcabc1", false),
        ]
    )
    func several(_ text: String, _ isAccepted: Bool) throws {
        let triggers = [("abc", "1"), ("abc", "2"), ("bc", "3"), ("q", "4")].map { text, rest in
            GrammarSource.Trigger(text, then: .literal(rest))
        }
        #expect(try Self.accepts(.text(upTo: triggers, canEnd: true), text) == isAccepted)
    }

    @Test(
        "thinking comes before the form",
        arguments: [
            (false, "1!", true), (false, "<think>so {\n</think>\n\n1!", true), (false, "\n<think></think>1!", true),
            (false, "so</think>1!", false), (false, "<think>1!", false), (true, "so\n</think>\n1!", true),
            (true, "</think>1!", true), (true, "1!", false), (true, "so</think>x", false),
        ]
    )
    func thinking(_ startsInside: Bool, _ text: String, _ isAccepted: Bool) throws {
        let source = try GrammarSource.gbnf(Self.digits).afterThinking(
            [.think, .bracketed],
            startsInside: startsInside
        )
        #expect(try Self.accepts(source, text) == isAccepted)
    }

    @Test("masks of free text are those of its tokens, triggers inside tokens included")
    func masks() throws {
        let digits = try GrammarSource.gbnf("root ::= \"\\n\\n\" [0-9]+")
        let source = GrammarSource.text(upTo: [.init("</think>", then: digits)], canEnd: true)
        let prepared = PreparedGrammar(try Grammar(source), Vocabularies.json)
        var random = SeededGenerator(seed: 9)
        var matcher = prepared.matcher()
        for _ in 0..<60 {
            let allowed = matcher.allowedTokenList
            #expect(allowed == Vocabularies.pieces.indices.map { Int32($0) }.filter { matcher.allows($0) })
            #expect(!allowed.isEmpty)
            guard let token = allowed.randomElement(using: &random) else { break }
            matcher.accept(token)
        }
    }

    @Test(
        "a filter of thinking that comes first leaves tags inside the answer alone",
        arguments: [
            ("{\"a\":\"<think>\"}", "", "{\"a\":\"<think>\"}"),
            (
                " <think>why</think>\n\n{\"a\":\"</think> <think>b</think>\"}", "why",
                "{\"a\":\"</think> <think>b</think>\"}"
            ),
            ("<thin", "", "<thin"), ("<thinx><think>", "", "<thinx><think>"),
        ]
    )
    func filter(_ text: String, _ thinking: String, _ answer: String) {
        let scalars = Array(text.unicodeScalars)
        for size in 1...scalars.count {
            var filter = ThinkingFilter([.think], comesFirst: true)
            var output = (thinking: "", answer: "")
            var index = 0
            while index < scalars.count {
                var piece = String.UnicodeScalarView()
                piece.append(contentsOf: scalars[index..<min(index + size, scalars.count)])
                let part = filter.append(String(piece))
                output.thinking += part.thinking
                output.answer += part.answer
                index += size
            }
            let rest = filter.finish()
            #expect(output.thinking + rest.thinking == thinking)
            #expect(output.answer + rest.answer == answer)
        }
    }
}
