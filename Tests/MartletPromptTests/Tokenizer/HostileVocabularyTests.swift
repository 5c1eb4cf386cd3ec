import MartletCore
import MartletPrompt
import Testing

@Suite("Damaged and hostile vocabularies")
struct HostileVocabularyTests {
    private func expectInvalid(_ description: VocabularyDescription, _ words: String) {
        let error = #expect(throws: PromptError.self) { try Tokenizer(description) }
        #expect(error?.code == .invalidVocabulary)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("download it again") == true)
    }

    @Test("a kind of vocabulary that is not known is named")
    func unknownModel() throws {
        let error = #expect(throws: PromptError.self) {
            try Tokenizer(VocabularyDescription(model: "rwkv", tokens: TokenTable(["a"])))
        }
        #expect(error?.code == .unsupportedModel)
        #expect(error?.description.contains("rwkv") == true)
    }

    @Test("an unknown splitting rule is refused with the nearest known name")
    func unknownRule() throws {
        let error = #expect(throws: PromptError.self) { try Tokenizer(byteLevelDescription(rule: "qwen-2")) }
        #expect(error?.code == .unsupportedPreTokenizer)
        #expect(error?.description.contains("“qwen2”") == true)
    }

    @Test("wrong counts, duplicates and bad numbers are refused")
    func contradictions() {
        expectInvalid(VocabularyDescription(model: "gpt2", tokens: TokenTable()), "0 tokens")
        var description = byteLevelDescription()
        description.types.removeLast()
        expectInvalid(description, "255 token types for 256 tokens")
        description = byteLevelDescription()
        description.types[7] = 99
        expectInvalid(description, "token 7 has the unknown type 99")
        expectInvalid(byteLevelDescription(merges: [("a", "b"), ("a", "b")]), "256 and 257 have the same text")
        expectInvalid(byteLevelDescription(added: [("<x>", .control), ("<x>", .userDefined)]), "same text")
        expectInvalid(byteLevelDescription(added: [(String(repeating: "x", count: 600), .control)]), "600 bytes")
        description = byteLevelDescription()
        description.eos = TokenID(256)
        expectInvalid(description, "eos_token_id is 256")
        description = sentencePieceDescription([("a", 0, .normal)])
        description.scores = []
        expectInvalid(description, "0 scores for 260 tokens")
        expectInvalid(sentencePieceDescription([("a", .nan, .normal)]), "not a number")
        expectInvalid(sentencePieceDescription([("<0xZZ>", 0, .byte)]), "<0xXX>")
    }

    @Test("merges that name missing tokens or have no space are refused")
    func badMerges() {
        var description = byteLevelDescription(merges: [("a", "b")])
        description.merges = TokenTable(["a b", "ab c"])
        expectInvalid(description, "merge 1 names a token that is missing")
        description.merges = TokenTable(["ab"])
        expectInvalid(description, "merge 0 has no space")
        description.merges = TokenTable(["a b c"])
        expectInvalid(description, "merge 0 leaves the byte alphabet")
        description.merges = TokenTable([""])
        expectInvalid(description, "merge 0 has no space")
    }

    @Test("offsets that do not describe the bytes are refused", arguments: [[], [1, 2], [0, 3], [0, 2, 1, 2], [0]])
    func badOffsets(offsets: [Int]) {
        #expect(throws: PromptError.self) { try TokenTable(bytes: [1, 2], offsets: offsets) }
    }

    @Test("ids outside the vocabulary stand for nothing")
    func foreignIDs() throws {
        let tokenizer = try Tokenizer(byteLevelDescription())
        for id in [Int32.min, -1, 256, .max] {
            #expect(tokenizer.bytes(of: TokenID(id)).isEmpty)
            #expect(tokenizer.kind(of: TokenID(id)) == nil)
            #expect(tokenizer.decode([TokenID(id)]).isEmpty)
        }
    }

    @Test("empty tokens, negative ids and missing bytes do no harm")
    func tolerated() throws {
        var description = VocabularyDescription(model: "gpt2", tokens: TokenTable(["a", "", "b", ""]))
        description.padding = TokenID(-1)
        let tokenizer = try Tokenizer(description)
        #expect(tokenizer.padding == nil)
        let tokens = tokenizer.encode("abc\u{E4}b", parsingSpecialTokens: true, addingSpecialTokens: true)
        #expect(tokens == [TokenID(0), TokenID(2), TokenID(2)])
    }

    @Test("equal scores merge from the left, and unused tokens part again")
    func scores() throws {
        let tokenizer = try Tokenizer(
            sentencePieceDescription([
                ("a", 0, .normal), ("aa", -1, .normal), ("aaaa", -2, .unused), ("b", 0, .normal), ("ab", -1, .normal),
            ])
        )
        let spaceAnd = { (text: String) in
            tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: false).dropFirst().map(\.rawValue)
        }
        #expect(spaceAnd("aaaa") == [260, 260])
        #expect(spaceAnd("aaab") == [260, 263])
        #expect(spaceAnd("aab") == [260, 262])
    }

    @Test(
        "long texts of one kind come through whole",
        arguments: ["a", " ", "1", "\n", "👨‍👩‍👧", "'s", "A\u{301}", "<|im_", "漢"]
    )
    func longTexts(unit: String) throws {
        let text = String(repeating: unit, count: 8_000)
        let fixture = try TokenizerFixtures.byteLevel()
        for rule in ["gpt-2", "llama-bpe", "gpt-4o", "deepseek-llm", "deepseek-v3", "default", "bloom"] {
            let tokenizer = try Tokenizer(fixture.description(rule: rule))
            #expect(tokenizer.decode(tokenizer.encode([.content(text)])) == text)
        }
        for variant in ["prefix", "across-words"] {
            let tokenizer = try Tokenizer(#require(try TokenizerFixtures.sentencePiece()[variant]).description)
            #expect(tokenizer.decode(tokenizer.encode([.content(text)])) == text)
        }
    }
}
