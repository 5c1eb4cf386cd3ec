import MartletCore
import MartletVectors
import Testing

@Suite("Regular expressions of filters")
struct TextPatternTests {
    @Test(
        "are found where they fit",
        arguments: [
            ("lamp", "a lamp", true), ("Lamp", "a lamp", false), ("(?i)LAMP", "a lamp", true),
            ("^lamp", "a lamp", false),
            ("^a", "a lamp", true), ("lamp$", "a lamp", true), ("lamp$", "a lamp\n", false),
            ("(?m)^b$", "a\nb\nc", true),
            ("^b$", "a\nb\nc", false), ("a.c", "abc", true), ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true),
            ("a|b", "xbx", true), ("(ab|cd)+e", "abcde", true), ("(ab|cd)+e", "abce", false), ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false), ("[]a]", "]", true), ("[a\\]]", "]", true), ("[a-]", "-", true),
            ("x{3}", "xxx", true),
            ("^x{3}$", "xxxx", false), ("^x{2,}$", "xxxx", true), ("^x{2,3}$", "xxxx", false), ("x{", "x{", true),
            ("x{,2}", "x{,2}", true), ("^(a*)*$", "aaaa", true), ("^(a*)*$", "aaab", false), ("", "", true),
            ("a??", "", true),
            ("\\d{4}-\\d{2}", "on 2024-05", true), ("\\bcat\\b", "a cat.", true), ("\\bcat\\b", "concat", false),
            ("\\Bcat", "concat", true), ("\\w+@\\w+\\.org", "me@martlet.org", true), ("\\s", "\u{A0}", true),
            ("\\S", " ", false),
            ("\\p{Lu}", "straße Ä", true), ("\\P{L}", "abc", false), ("\\x41\\u0042\\x{1F600}", "AB😀", true),
            ("(?i)straße ж", "STRAßE Ж", true), ("(?<year>\\d+)", "7", true), ("(?:a|b)c", "bc", true),
            ("a\\.b", "axb", false),
            ("[\\d_]+$", "a1_2", true), ("(|a)b", "b", true), ("()", "", true),
        ] as [(String, String, Bool)]
    )
    func finding(_ expression: String, _ text: String, _ expected: Bool) throws {
        #expect(try VectorFilter.textMatches(expression).accepts(metadata: [:], text: text) == expected)
    }

    @Test(
        "are refused where they are none or none that can be found in one pass",
        arguments: [
            ("(", VectorStoreError.Code.invalid), (")", .invalid), ("[", .invalid), ("[]", .invalid), ("*a", .invalid),
            ("a**", .invalid), ("\\", .invalid), ("[z-a]", .invalid), ("x{3,2}", .invalid), ("(?i", .invalid),
            ("\\xZZ", .invalid), ("(a)\\1", .unsupported), ("(?=a)", .unsupported), ("(?<!a)b", .unsupported),
            ("(?>a)", .unsupported), ("a*+", .unsupported), ("\\p{Greek}", .unsupported), ("[[a]]", .unsupported),
            ("x{1001}", .tooLarge), ("(x{999}){999}", .tooLarge), (String(repeating: "(", count: 900), .tooLarge),
            (String(repeating: "a", count: 1001), .tooLarge),
        ]
    )
    func refusal(_ expression: String, _ code: VectorStoreError.Code) throws {
        let error = #expect(throws: VectorStoreError.self) {
            try VectorFilter.textMatches(expression).accepts(metadata: [:], text: "a")
        }
        #expect(error?.code == code)
    }

    @Test(
        "end soon on texts that make others try for ever",
        .timeLimit(.minutes(1)),
        arguments: ["^(a+)+$", "^(a|aa)+$", "^(a*)*b", "(a?){200}a{200}$", "((((){999}){999}){999}){999}b", "(x+x+)+y"]
    )
    func hostility(_ expression: String) throws {
        let text = String(repeating: "a", count: 20_000) + "!"
        #expect(try !VectorFilter.textMatches(expression).accepts(metadata: [:], text: text))
    }

    @Test("are like a plain search for characters without notation")
    func literals() throws {
        let text = "Der grüne Lampenschirm steht, wo er stand: 北京, 😀."
        for start in text.indices {
            for end in text[start...].indices.prefix(6) {
                let part = String(text[start..<end])
                #expect(try VectorFilter.textContains(part).accepts(metadata: [:], text: text))
                #expect(try !VectorFilter.textContains(part + "§").accepts(metadata: [:], text: text))
            }
        }
    }
}
