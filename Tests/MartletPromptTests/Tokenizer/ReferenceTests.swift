import MartletCore
import MartletPrompt
import Testing

@Suite("Tokenizers agree with the reference implementations")
struct ReferenceTests {
    @Test(
        "splits text as the models' own tokenizer files do",
        arguments: [
            "gpt-2", "smollm", "llama-bpe", "minicpm5", "qwen2", "qwen35", "seed-coder", "bailingmoe", "tekken",
            "gpt-4o", "deepseek-llm", "deepseek-coder", "deepseek-v3", "falcon", "default", "bloom", "viking",
        ]
    )
    func byteLevel(rule: String) throws {
        let fixture = try TokenizerFixtures.byteLevel()
        let tokenizer = try Tokenizer(fixture.description(rule: rule))
        let expected = try #require(fixture.expected[rule])
        let texts = try TokenizerFixtures.texts()
        #expect(texts.count == expected.count)
        for (text, line) in zip(texts, expected) {
            let tokens = tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: false)
            #expect(tokens.map(\.rawValue) == TokenizerFixtures.ids(line), "\(text.debugDescription)")
            #expect(tokenizer.decode(tokens) == text)
        }
    }

    @Test(
        "merges pieces as sentencepiece does",
        arguments: ["prefix", "no-prefix", "collapsed", "user-defined", "across-words", "without-bytes"]
    )
    func sentencePiece(variant: String) throws {
        let fixture = try #require(try TokenizerFixtures.sentencePiece()[variant])
        let tokenizer = try Tokenizer(fixture.description)
        for (text, line) in zip(try TokenizerFixtures.texts(), fixture.expected) {
            guard let line else { continue }
            let tokens = tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: false)
            #expect(tokens.map(\.rawValue) == TokenizerFixtures.ids(line), "\(text.debugDescription)")
            if variant != "collapsed", variant != "without-bytes" { #expect(tokenizer.decode(tokens) == text) }
        }
    }
}
