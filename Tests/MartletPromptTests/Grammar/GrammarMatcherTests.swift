import MartletCore
import MartletPrompt
import Testing

@Suite("Grammar matcher")
struct GrammarMatcherTests {
    static let grammars = [
        "root ::= [a-z]+ \" \" [^\"]* \"!\"",
        "root ::= \"\\\"\" ([^\"\\\\\\x00-\\x1f] | \"\\\\\" [nt\"])* \"\\\"\"",
        "root ::= \"\\\"\" ([^\"\\\\\\x00-\\x1f]){0,5} \"\\\"\"",
        "root ::= . . . [é-ж]*",
        "root ::= \"{\" (pair (\",\" pair)*)? \"}\"\npair ::= \"\\\"\" [a-z]* \"\\\":\" [0-9]{1,3}",
        "root ::= (\"a\" | \"ab\" | \"abc\")* (\"abcdef\" | \"the\" | \"ing\")",
    ]

    @Test("fills the mask with exactly the tokens that may come, wherever it stands", arguments: grammars)
    func maskAgainstTokens(_ text: String) throws {
        let prepared = PreparedGrammar(try Grammar(.gbnf(text)), Vocabularies.json)
        try compare(prepared, seed: 1)
    }

    @Test("the same for JSON")
    func maskAgainstTokensOfJSON() throws {
        try compare(PreparedGrammar(Grammar(.jsonObject), Vocabularies.json), seed: 2)
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "name": ["type": "string", "maxLength": 4], "age": ["type": "integer", "minimum": 0, "maximum": 123],
                "tags": ["type": "array", "items": ["enum": ["the", "thing", "abc"]]],
            ],
            "additionalProperties": ["type": "string", "minLength": 2],
        ]
        try compare(PreparedGrammar(Grammar(.jsonSchema(schema)), Vocabularies.json), seed: 3)
    }

    private func compare(_ prepared: PreparedGrammar, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<12 {
            var matcher = prepared.matcher()
            // A byte at a time, with a copy for each token: slow, and right by construction.
            for _ in 0..<40 {
                let allowed = matcher.allowedTokenList
                let expected = Vocabularies.pieces.indices.filter { index in
                    guard index < Vocabularies.pieces.count - 2 else { return false }
                    var copy = matcher
                    for byte in Vocabularies.pieces[index] { copy.accept(Int32(byte)) }
                    return copy.isAlive
                }
                #expect(allowed == expected.map { Int32($0) })
                #expect(allowed == Vocabularies.pieces.indices.map { Int32($0) }.filter { matcher.allows($0) })
                guard let token = allowed.randomElement(using: &random) else { break }
                matcher.accept(token)
            }
        }
    }

    @Test("never allows tokens that stand for no text, even where their text would fit")
    func control() throws {
        let prepared = PreparedGrammar(try Grammar(.gbnf("root ::= .*")), Vocabularies.json)
        let matcher = prepared.matcher()
        let last = Int32(Vocabularies.pieces.count - 1)
        #expect(!matcher.allows(last))
        #expect(!matcher.allows(-1) && !matcher.allows(last + 1))
        #expect(!matcher.allowedTokenList.contains(last))
        #expect(matcher.canEnd && !matcher.isComplete)
    }

    @Test("leaves out what no token can spell, and refuses what can't be spelled without it")
    func alphabet() throws {
        let vocabulary = GrammarVocabulary(TokenTable(["a", "b", "ac"]), isText: [true, true, true])
        let source = try GrammarSource.gbnf("root ::= \"a\" (\"bd\" | \"c\" | \"b\")")
        var matcher = try PreparedGrammar(source, vocabulary).matcher()
        #expect(matcher.allowedTokenList == [0, 2])
        matcher.accept(0)
        #expect(matcher.allowedTokenList == [1])
        matcher.accept(1)
        #expect(matcher.isComplete)
        let error = #expect(throws: GrammarError.self) {
            try PreparedGrammar(.gbnf("root ::= \"a\" \"d\""), vocabulary)
        }
        #expect(error?.code == .unsatisfiable)
    }

    @Test("a copy goes its own way")
    func copies() throws {
        let prepared = PreparedGrammar(try Grammar(.gbnf("root ::= \"ab\" | \"ac\"")), Vocabularies.bytes)
        var first = prepared.matcher()
        first.accept(Int32(UInt8(ascii: "a")))
        var second = first
        second.accept(Int32(UInt8(ascii: "c")))
        #expect(second.isComplete && !first.canEnd)
        first.accept(Int32(UInt8(ascii: "x")))
        #expect(!first.isAlive && first.allowedTokenList.isEmpty)
        #expect(second.isAlive)
    }

    @Test(
        "a form in which everything is ambiguous costs a bounded time",
        arguments: [
            "root ::= (((\"a\"? \"b\"?){0,900}){0,900}){0,900} \"!\"",
            "root ::= ((\"a\" | \"a\" \"b\"? | [ab]){1,800} [ab]{0,800}){1,800} \"!\"",
        ]
    )
    func ambiguous(_ text: String) throws {
        var matcher = PreparedGrammar(try Grammar(.gbnf(text)), Vocabularies.json).matcher()
        let start = ContinuousClock.now
        for _ in 0..<40 where matcher.isAlive {
            let allowed = matcher.allowedTokenList
            #expect(allowed.allSatisfy { matcher.allows($0) })
            matcher.accept(Int32(UInt8(ascii: "a")))
        }
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test("goes on when more states have come than are kept")
    func moves() throws {
        let prepared = PreparedGrammar(
            try Grammar(.gbnf("root ::= ([a-z]{0,9000} \"-\"){2,3} \"!\"")),
            Vocabularies.bytes
        )
        var matcher = prepared.matcher()
        for _ in 0..<2 {
            for _ in 0..<9000 { matcher.accept(Int32(UInt8(ascii: "q"))) }
            #expect(!matcher.allows(Int32(UInt8(ascii: "q"))))
            #expect(matcher.allowedTokenList == [Int32(UInt8(ascii: "-"))])
            matcher.accept(Int32(UInt8(ascii: "-")))
        }
        #expect(matcher.allows(Int32(UInt8(ascii: "!"))))
        matcher.accept(Int32(UInt8(ascii: "!")))
        #expect(matcher.isComplete)
    }
}
