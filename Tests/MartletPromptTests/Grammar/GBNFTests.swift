import MartletCore
import MartletPrompt
import Testing

@Suite("GBNF")
struct GBNFTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var name: String
        var grammar: String
        var accepted: [String]
        var rejected: [String]
        var testDescription: String { name }
    }

    static let samples = [
        Sample(name: "a literal", grammar: #"root ::= "yes""#, accepted: ["yes"], rejected: ["", "ye", "yes!", "Yes"]),
        Sample(
            name: "alternatives over lines",
            grammar: """
                # an answer
                root ::= "yes" |
                  "no" # not more
                  | other

                other ::= "may" "be"
                """,
            accepted: ["yes", "no", "maybe"],
            rejected: ["may", "be", "yesno"]
        ),
        Sample(
            name: "repetitions",
            grammar: #"root ::= "a"* "b"+ "c"? "d"{2} "e"{1,} "f"{0,2} "g"{,1}"#,
            accepted: ["bdde", "aabbcddeeffg", "bddefg"],
            rejected: ["adde", "bde", "bdddef", "bddefff", "bdd", "bccdde", "bddegg"]
        ),
        Sample(
            name: "nested repetitions of what may be empty",
            grammar: #"root ::= (("a"? "b"?)* "c"{0,3}){2,4} ("d"?){0,3} "!" "#,
            accepted: ["!", "abab!", "ccc!", "accbcc!", "cccccccccccc!", "ddd!", "ad!"],
            rejected: ["", "dddd!", "ddda!", "ccccccccccccc!"]
        ),
        Sample(
            name: "groups",
            grammar: """
                root ::= ( "a" ( "b"
                  | "c" )
                  "d" )+ "!"
                """,
            accepted: ["abd!", "abdacd!"],
            rejected: ["ad!", "abd", "abcd!", "!"]
        ),
        Sample(
            name: "classes",
            grammar: #"root ::= [a-cx\-] [^\]\n"] [0-9A-F]"#,
            accepted: ["a.0", "-xF", "xé9", "b-A", "c🐦0"],
            rejected: ["d.0", "a]0", "a\n0", "a\"0", "a.G", "a.", "a..0"]
        ),
        Sample(
            name: "escapes",
            grammar: #"root ::= "\x41\u00e9\U0001F426\t\n\r\\\"" [\x61-\x63] [\u0400-\u04FF]"#,
            accepted: ["Aé🐦\t\n\r\\\"bж"],
            rejected: ["Aé🐦\t\n\r\\\"dж", "Aé🐦\t\n\r\\\"bz"]
        ),
        Sample(
            name: "any character",
            grammar: #"root ::= . . "#,
            accepted: ["ab", "é🐦", "\n\0", "\u{10FFFF}\u{D7FF}"],
            rejected: ["", "a", "abc", "é"]
        ),
        Sample(
            name: "scalars at the edges of UTF-8's lengths",
            grammar: #"root ::= [\x7F-\u0080] [\u07FF-\u0800] [\uFFFF-\U00010000] [\uD000-\uF000]"#,
            accepted: ["\u{7F}\u{7FF}\u{FFFF}\u{D7FF}", "\u{80}\u{800}\u{10000}\u{E000}"],
            rejected: [
                "\u{81}\u{7FF}\u{FFFF}\u{D7FF}", "\u{80}\u{801}\u{10000}\u{E000}", "\u{80}\u{800}\u{10001}\u{E000}",
            ]
        ),
        Sample(
            name: "recursion in the middle",
            grammar: #"root ::= "(" root ")" | "x""#,
            accepted: ["x", "(x)", "((((x))))"],
            rejected: ["(x", "x)", "()", ""]
        ),
        Sample(
            name: "llama.cpp's arithmetic",
            grammar: #"""
                root  ::= (expr "=" ws term "\n")+
                expr  ::= term ([-+*/] term)*
                term  ::= ident | num | "(" ws expr ")" ws
                ident ::= [a-z] [a-z0-9_]* ws
                num   ::= [0-9]+ ws
                ws    ::= [ \t\n]*
                """#,
            accepted: ["1+2=3\n", "a *(b1 -2) = c\n", "1=1\n2=2\n"],
            rejected: ["1+=3\n", "1+2=3", "(1=1\n"]
        ),
        Sample(
            name: "a list in another order of rules",
            grammar: """
                item ::= "- " [^\\n]+ "\\n"
                root ::= item{1,3}
                """,
            accepted: ["- a\n", "- a\n- b c\n- d\n"],
            rejected: ["", "- \n", "- a\n- b\n- c\n- d\n"]
        ),
        Sample(
            name: "many literals with the same beginnings",
            grammar: #"root ::= "in" | "int" | "integer" | "" | "internal" | "into" | "x""#,
            accepted: ["in", "int", "integer", "internal", "into", "x", ""],
            rejected: ["i", "inte", "intern", "intox"]
        ),
        Sample(
            name: "a rule with what comes after it the same as elsewhere",
            grammar: """
                root ::= one "-" two
                one ::= "a" "b"*
                two ::= ("a" "b"*)?
                """,
            accepted: ["a-", "abb-ab"],
            rejected: ["-a", "a-b", "ab"]
        ),
    ]

    @Test("accepts what a grammar describes and nothing else", arguments: samples)
    func table(_ sample: Sample) throws {
        let grammar = try Grammar(.gbnf(sample.grammar))
        for text in sample.accepted { #expect(grammar.accepts(text.utf8), "\(text.debugDescription)") }
        for text in sample.rejected { #expect(!grammar.accepts(text.utf8), "\(text.debugDescription)") }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var grammar: String
        var code: GrammarError.Code
        var line: Int
        var column: Int
        var word: String
        var testDescription: String { grammar.debugDescription }
    }

    static let faults = [
        Fault(grammar: "", code: .unknownName, line: 1, column: 1, word: "root"),
        Fault(grammar: "top ::= \"a\"", code: .unknownName, line: 1, column: 1, word: "root"),
        Fault(grammar: "root ::= \"a\" b\n", code: .unknownName, line: 1, column: 14, word: "“b”"),
        Fault(grammar: "root = \"a\"", code: .syntax, line: 1, column: 6, word: "::="),
        Fault(grammar: "root ::= \"a", code: .syntax, line: 1, column: 10, word: "quotes"),
        Fault(grammar: "root ::= \"a\nb\"", code: .syntax, line: 1, column: 10, word: "quotes"),
        Fault(grammar: "root ::= x\nx ::= [a-", code: .syntax, line: 2, column: 7, word: "class"),
        Fault(grammar: "root ::= [z-a]", code: .syntax, line: 1, column: 11, word: "range"),
        Fault(grammar: "root ::= []", code: .syntax, line: 1, column: 10, word: "empty"),
        Fault(grammar: "root ::= (\"a\"", code: .syntax, line: 1, column: 10, word: "group"),
        Fault(grammar: "root ::= \"a\")", code: .syntax, line: 1, column: 13, word: "“)”"),
        Fault(grammar: "root ::= * \"a\"", code: .syntax, line: 1, column: 10, word: "repeat"),
        Fault(grammar: "root ::= \"a\"{3,2}", code: .syntax, line: 1, column: 13, word: "ends before"),
        Fault(grammar: "root ::= \"a\"{x}", code: .syntax, line: 1, column: 13, word: "count"),
        Fault(grammar: "root ::= \"a\"{99999999999}", code: .limit, line: 1, column: 14, word: "count"),
        Fault(grammar: "root ::= \"\\q\"", code: .syntax, line: 1, column: 11, word: "escape"),
        Fault(grammar: "root ::= \"\\u12\"", code: .syntax, line: 1, column: 11, word: "hexadecimal"),
        Fault(grammar: "root ::= \"\\uD800\"", code: .syntax, line: 1, column: 11, word: "character"),
        Fault(grammar: "root ::= \"a\"\nroot ::= \"b\"", code: .syntax, line: 2, column: 1, word: "twice"),
        Fault(grammar: "root ::= \"é\" 'a'", code: .syntax, line: 1, column: 14, word: "expected"),
        Fault(
            grammar: "root ::= " + String(repeating: "(", count: 200),
            code: .limit,
            line: 1,
            column: 110,
            word: "deeply"
        ),
    ]

    @Test("names line, column and remedy of what is wrong", arguments: faults)
    func fault(_ fault: Fault) throws {
        let error = try #require(throws: GrammarError.self) { try GrammarSource.gbnf(fault.grammar) }
        #expect(error.code == fault.code)
        #expect(error.place == .text(line: fault.line, column: fault.column))
        #expect(error.message.contains(fault.word), "\(error)")
        #expect(!error.remedy.isEmpty)
        #expect(error.failureKind == .invalidRequest(parameter: "grammar"))
    }

    @Test(
        "refuses rules that begin with themselves, and names them",
        arguments: [
            ("root ::= root \"a\" | \"b\"", "“root” → “root”"),
            ("root ::= a\na ::= b \"x\"\nb ::= \"y\"? c\nc ::= a", "“a” → “b” → “c” → “a”"),
            ("root ::= (\"a\"? root \"b\")*", "“root” → “root”"),
            ("root ::= \"x\" e\ne ::= (\"\" | \"a\") e", "“e” → “e”"),
        ]
    )
    func leftRecursion(_ grammar: String, _ cycle: String) throws {
        let source = try GrammarSource.gbnf(grammar)
        let error = try #require(throws: GrammarError.self) { try Grammar(source) }
        #expect(error.code == .leftRecursion)
        #expect(error.message.contains(cycle), "\(error)")
        #expect(error.place != nil)
    }

    @Test(
        "refuses forms that no finite text has",
        arguments: [
            "root ::= \"a\" root", "root ::= \"a\" b\nb ::= \"(\" b \")\"", "root ::= \"x\" [^\\x00-\\U0010FFFF]",
        ]
    )
    func endless(_ grammar: String) throws {
        let source = try GrammarSource.gbnf(grammar)
        let error = try #require(throws: GrammarError.self) { try Grammar(source) }
        #expect(error.code == .unsatisfiable)
    }

    @Test("leaves out alternatives that never end")
    func prunes() throws {
        let grammar = try Grammar(.gbnf("root ::= \"a\" trap | \"ab\"\ntrap ::= \"b\" trap"))
        #expect(grammar.accepts("ab".utf8))
        #expect(!grammar.accepts("abb".utf8))
    }

    @Test("ends within the depth that there is, never in a dead end")
    func depth() throws {
        let grammar = try Grammar(.gbnf("root ::= \"((\" root \"))\" | \"x\""))
        let prepared = PreparedGrammar(grammar, Vocabularies.bytes)
        var matcher = prepared.matcher()
        var depth = 0
        while matcher.allows(Int32(UInt8(ascii: "("))) {
            matcher.accept(Int32(UInt8(ascii: "(")))
            depth += 1
            #expect(matcher.isAlive)
        }
        #expect(depth > 200 && depth < 4000 && depth.isMultiple(of: 2))
        matcher.accept(Int32(UInt8(ascii: "x")))
        for _ in 0..<depth {
            #expect(matcher.allows(Int32(UInt8(ascii: ")"))))
            matcher.accept(Int32(UInt8(ascii: ")")))
        }
        #expect(matcher.canEnd && matcher.isComplete)
    }

    @Test("survives any bytes and any mutation without a crash or a hang")
    func fuzz() throws {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("rootab ::=|()[]{}*+?.^-\\\"#\n,0123x\u{e9}u".unicodeScalars)
        let seeds = Self.samples.map { Array($0.grammar.unicodeScalars) }
        var compiledCount = 0
        for _ in 0..<4000 {
            var text = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let scalar = alphabet.randomElement(using: &random) ?? "a"
                let index = Int.random(in: 0...text.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: text.insert(scalar, at: index)
                case 1: if index < text.count { text.remove(at: index) }
                case 2: if index < text.count { text[index] = scalar }
                default:
                    let end = min(text.count, index + Int.random(in: 0...20, using: &random))
                    text.insert(contentsOf: text[index..<end], at: Int.random(in: 0...text.count, using: &random))
                }
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: text)
            if let grammar = try? Grammar(.gbnf(String(view))) {
                compiledCount += 1
                _ = grammar.accepts("abc(x)".utf8)
            }
        }
        #expect(compiledCount > 100)
    }
}
