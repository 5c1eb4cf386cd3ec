import Foundation
import MartletCore
import MartletPrompt
import Testing

@Suite("Tokenizers from the files beside models agree with the reference")
struct TokenizerFileTests {
    @Test("text becomes the same tokens, with the same ones around it", arguments: TokenizerCases.names)
    func ids(name: String) throws {
        let fixture = try TokenizerCases.small(name)
        let shared: [String] = try TokenizerCases.load("texts", from: nil)
        let texts = fixture.texts ?? shared
        #expect(texts.count == fixture.ids.count)
        let description = try fixture.description()
        let found = differences(try Tokenizer(description), texts, fixture.ids)
        #expect(found.count == 0, "\(found.shown.joined(separator: "\n"))")
        if fixture.gguf {
            let converted = differences(try Tokenizer(description.ggufVocabulary()), texts, fixture.ids)
            #expect(converted.count == 0, "as GGUF: \(converted.shown.joined(separator: "\n"))")
        } else {
            let error = #expect(throws: PromptError.self) { try description.ggufVocabulary() }
            #expect(error?.code == .unsupportedComponent)
        }
    }

    @Test("two texts get the types and the tokens between them", arguments: TokenizerCases.names)
    func pairs(name: String) throws {
        let fixture = try TokenizerCases.small(name)
        let tokenizer = try Tokenizer(fixture.description())
        for pair in fixture.pairs where tokenizer.template.pair != nil {
            let tokens = try #require(tokenizer.encode(pair.first, with: pair.second))
            #expect(tokens.tokens.map(\.rawValue) == pair.ids)
            #expect(tokens.types == pair.types)
        }
    }

    @Test(
        "decoding gives words back, also token by token",
        arguments: ["wordpiece-uncased", "unigram-t5", "spiece-t5", "bpe-llama"]
    )
    func decoding(name: String) throws {
        let tokenizer = try Tokenizer(TokenizerCases.small(name).description())
        for text in ["the water of the people, which was long.", "who? it! was"] {
            let tokens = tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: true)
            #expect(tokenizer.decode(tokens) == text)
            var decoder = TokenStreamDecoder(tokenizer, dropsSpacePrefix: true)
            #expect(tokens.map { decoder.append($0) }.joined() + decoder.finish() == text)
        }
    }

    @Test("people's text never becomes a special token, the template's does", arguments: TokenizerCases.names)
    func specialTokens(name: String) throws {
        let tokenizer = try Tokenizer(TokenizerCases.small(name).description())
        for text in ["[CLS]", "[SEP]", "</s>", "<pad>"] {
            let content = tokenizer.encode("a \(text) b", parsingSpecialTokens: false, addingSpecialTokens: false)
            #expect(!content.contains { tokenizer.kind(of: $0) == .control && $0 != tokenizer.unknown })
            guard let token = tokenizer.addedToken(text) else { continue }
            let template = tokenizer.encode("a \(text) b", parsingSpecialTokens: true, addingSpecialTokens: false)
            #expect(template.contains(token))
        }
    }

    @Test("the pieces of XLM-RoBERTa are numbered as fairseq numbers them")
    func fairseq() throws {
        let fixture = try TokenizerCases.small("spiece-identity-bytes")
        let data = try #require(fixture.files["spiece.model"].flatMap { Data(base64Encoded: $0) })
        let tokenizer = try Tokenizer(TokenizerDescription(TokenizerFiles(["sentencepiece.bpe.model": Array(data)])))
        for (text, line) in zip(try #require(fixture.texts), fixture.ids) {
            let pieces = TokenizerFixtures.ids(line ?? "").dropLast().map { $0 == 0 ? 3 : $0 + 1 }
            let tokens = tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: true)
            #expect(tokens.map(\.rawValue) == [0] + pieces + [2])
        }
        let pair = try #require(tokenizer.encode("", with: ""))
        #expect(pair.tokens.map(\.rawValue) == [0, 2, 2, 2])
    }

    @Test("GPT-2's two files with added tokens, as ruDialoGPT has them")
    func twoFiles() throws {
        let base = try TokenizerFixtures.byteLevel()
        let vocabulary = Dictionary(uniqueKeysWithValues: base.tokens.enumerated().map { ($1, $0) })
        let added = ["@@ПЕРВЫЙ@@": base.tokens.count, "@@ВТОРОЙ@@": base.tokens.count + 1]
        let encoder = JSONEncoder()
        let files = TokenizerFiles([
            "vocab.json": Array(try encoder.encode(vocabulary)),
            "merges.txt": Array(("#version: 0.2\n" + base.merges.joined(separator: "\n") + "\n").utf8),
            "added_tokens.json": Array(try encoder.encode(added)),
            "special_tokens_map.json": Array(#"{"additional_special_tokens": ["@@ПЕРВЫЙ@@", "@@ВТОРОЙ@@"]}"#.utf8),
        ])
        let description = try TokenizerDescription(files)
        let tokenizer = try Tokenizer(description)
        let texts: [String] = try TokenizerCases.load("texts", from: nil)
        let expected = try #require(try components(in: nil)["gpt2"])
        #expect(differences(tokenizer, texts, expected.ids).count == 0)
        let tokens = tokenizer.encode([.template("@@ПЕРВЫЙ@@"), .content("@@ВТОРОЙ@@"), .template("@@ВТОРОЙ@@")])
        #expect(tokens.first == TokenID(Int32(base.tokens.count)))
        #expect(tokens.last == TokenID(Int32(base.tokens.count + 1)))
        #expect(tokens.dropFirst().dropLast().allSatisfy { !tokenizer.isControl($0) })
        let keys = try description.ggufVocabulary().metadata.map(\.key)
        #expect(keys.contains("tokenizer.ggml.merges"))
    }

    struct Component: Decodable {
        let file: String
        let gguf: Bool
        let ids: [String?]
    }

    private func components(in folder: URL?) throws -> [String: Component] {
        try TokenizerCases.load("components", from: folder)
    }

    private func description(_ component: Component, _ base: TokenizerFixtures.ByteLevel) throws -> TokenizerDescription
    {
        let vocabulary = Dictionary(uniqueKeysWithValues: base.tokens.enumerated().map { ($1, $0) })
        let encoder = JSONEncoder()
        let file = component.file
            .replacing("\"@VOCAB@\"", with: String(decoding: try encoder.encode(vocabulary), as: UTF8.self))
            .replacing("\"@MERGES@\"", with: String(decoding: try encoder.encode(base.merges), as: UTF8.self))
        return try TokenizerDescription(TokenizerFiles(["tokenizer.json": Array(file.utf8)]))
    }

    @Test("each component of tokenizer.json does what the library's does")
    func components() throws {
        let base = try TokenizerFixtures.byteLevel()
        for folder in [nil, TokenizerCases.folder] {
            if folder == nil || TokenizerCases.folder != nil {
                let texts: [String] = try TokenizerCases.load("texts", from: folder)
                for (name, component) in try components(in: folder).sorted(by: { $0.key < $1.key }) {
                    let description = try description(component, base)
                    let found = differences(try Tokenizer(description), texts, component.ids)
                    #expect(found.count == 0, "\(name): \(found.count): \(found.shown.joined(separator: "\n"))")
                    if component.gguf {
                        let converted = differences(try Tokenizer(description.ggufVocabulary()), texts, component.ids)
                        #expect(converted.count == 0, "\(name) as GGUF: \(converted.shown.joined(separator: "\n"))")
                    }
                }
            }
            if TokenizerCases.folder == nil { break }
        }
    }

    @Test(
        "cases of another folder agree too, and are no slower than the reference",
        .enabled(
            if: TokenizerCases.folder != nil,
            "set MARTLET_TOKENIZER_CASES to a folder of make-tokenizer-files --out"
        )
    )
    func largeCases() throws {
        let folder = try #require(TokenizerCases.folder)
        let shared: [String] = try TokenizerCases.load("texts", from: folder)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        for name in files.map({ $0.deletingPathExtension().lastPathComponent }).sorted()
        where name != "texts" && name != "components" {
            let fixture: TokenizerCase = try TokenizerCases.load(name, from: folder)
            let texts = fixture.texts ?? shared
            let clock = ContinuousClock()
            var tokenizer: Tokenizer?
            let loading = try clock.measure { tokenizer = try Tokenizer(fixture.description()) }
            let ready = try #require(tokenizer)
            let found = differences(ready, texts, fixture.ids)
            #expect(
                found.count == 0,
                "\(name): \(found.count) of \(texts.count): \(found.shown.joined(separator: "\n"))"
            )
            var count = 0
            // Time of the processor, as the reference's: other programs take their share of the clock's.
            let start = processorSeconds()
            for text in texts {
                count += ready.encode(text, parsingSpecialTokens: false, addingSpecialTokens: true).count
            }
            let encoding = processorSeconds() - start
            let ratio = (fixture.seconds ?? 0) / encoding
            print(
                "\(name): \(texts.count) texts, \(found.count) differ; \(count) tokens in \(encoding) s, \(ratio) times the reference; made in \(loading)"
            )
        }
    }
}

/// How long this process has computed.
private func processorSeconds() -> Double {
    Double(clock()) / Double(CLOCKS_PER_SEC)
}
