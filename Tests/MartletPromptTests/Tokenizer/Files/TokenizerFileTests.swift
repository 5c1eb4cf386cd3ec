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
            let encoding = clock.measure {
                for text in texts {
                    count += ready.encode(text, parsingSpecialTokens: false, addingSpecialTokens: true).count
                }
            }
            let ratio = (fixture.seconds ?? 0) / (encoding / .seconds(1))
            print(
                "\(name): \(texts.count) texts, \(found.count) differ; \(count) tokens in \(encoding), \(ratio) times the reference; made in \(loading)"
            )
        }
    }
}
