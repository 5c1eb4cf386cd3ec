import Foundation
import MartletCore
import MartletPrompt
import Testing

@Suite("Damaged and hostile tokenizer files")
struct HostileFileTests {
    private func expect(_ files: [String: String], _ code: PromptError.Code, _ words: String) {
        let contents = files.mapValues { Array($0.utf8) }
        let error = #expect(throws: PromptError.self) { try TokenizerDescription(TokenizerFiles(contents)) }
        #expect(error?.code == code)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    private func file(
        normalizer: String = "null",
        splitter: String = "null",
        processor: String = "null",
        decoder: String = "null",
        model: String = #"{"type": "WordPiece", "unk_token": "u", "vocab": {"u": 0, "a": 1}}"#,
        added: String = "[]"
    ) -> [String: String] {
        let text = """
            {"added_tokens": \(added), "normalizer": \(normalizer), "pre_tokenizer": \(splitter),
            "post_processor": \(processor), "decoder": \(decoder), "model": \(model)}
            """
        return ["tokenizer.json": text]
    }

    @Test("a component that isn't known is named")
    func unknownComponents() {
        expect(file(normalizer: #"{"type": "Fancy"}"#), .unsupportedComponent, "the normalizer Fancy")
        expect(
            file(splitter: #"{"type": "UnicodeScripts"}"#),
            .unsupportedComponent,
            "the pre-tokenizer UnicodeScripts"
        )
        expect(file(processor: #"{"type": "Other"}"#), .unsupportedComponent, "the post-processor Other")
        expect(file(decoder: #"{"type": "CTC"}"#), .unsupportedComponent, "the decoder CTC")
        expect(file(model: #"{"type": "WordLevel", "vocab": {}}"#), .unsupportedComponent, "the model WordLevel")
        let expression = #"{"type": "Split", "pattern": {"Regex": "(a)\\1"}, "behavior": "Isolated", "invert": false}"#
        expect(file(splitter: expression), .unsupportedComponent, "the unknown escape")
        let script = #"{"type": "Split", "pattern": {"Regex": "\\p{Han}+"}, "behavior": "Isolated", "invert": false}"#
        expect(file(splitter: script), .unsupportedComponent, "\\p{Han}")
    }

    @Test("what contradicts itself is refused")
    func contradictions() {
        expect([:], .invalidVocabulary, "tokenizer.json; spiece.model")
        expect(["tokenizer.json": "{"], .invalidVocabulary, "a string is missing")
        expect(["tokenizer.json": "{}"], .invalidVocabulary, "no model")
        expect(["tokenizer.json": String(repeating: "[", count: 100_000)], .invalidVocabulary, "tokenizer.json")
        expect(file(model: #"{"type": "WordPiece", "vocab": {"a": 0, "b": 0}}"#), .invalidVocabulary, "the id 0")
        expect(file(model: #"{"type": "WordPiece", "vocab": {"a": 16777215}}"#), .invalidVocabulary, "no token")
        expect(file(model: #"{"type": "WordPiece", "vocab": {"a": 1e30}}"#), .invalidVocabulary, "an id")
        expect(file(model: #"{"type": "WordPiece", "vocab": {"a": -1}}"#), .invalidVocabulary, "an id")
        expect(
            file(model: #"{"type": "WordPiece", "unk_token": "x", "vocab": {"a": 0}}"#),
            .invalidVocabulary,
            "unknown"
        )
        expect(file(model: #"{"type": "Unigram", "unk_id": 9, "vocab": [["a", 0]]}"#), .invalidVocabulary, "unknown")
        expect(file(model: #"{"type": "Unigram", "vocab": [["a"]]}"#), .invalidVocabulary, "pair")
        expect(file(added: #"[{"id": 1, "content": "z", "special": true}]"#), .invalidVocabulary, "another token")
        expect(file(added: #"[{"id": 999999999, "content": "z"}]"#), .invalidVocabulary, "added token")
        expect(
            file(processor: #"{"type": "BertProcessing", "sep": ["x", 77], "cls": ["y", 1]}"#),
            .invalidVocabulary,
            "post-processor"
        )
        expect(
            file(normalizer: #"{"type": "Precompiled", "precompiled_charsmap": "AAAA"}"#),
            .invalidVocabulary,
            "character map"
        )
        expect(["vocab.txt": "a\nb\n"], .invalidVocabulary, "[UNK]")
        expect(["vocab.json": "{\"a\": 0}", "merges.txt": "a b\n"], .invalidVocabulary, "merge 0")
    }

    @Test("expressions that repeat without end still end")
    func hardExpressions() throws {
        for source in ["(a*)*b", "(a|a)+$", "(?:a?){50}a{50}", "(x+x+)+y", "(?=(a+)+)b"] {
            let splitter =
                #"{"type": "Split", "pattern": {"Regex": "\#(source)"}, "behavior": "Isolated", "invert": false}"#
            let files = file(splitter: splitter).mapValues { Array($0.utf8) }
            let tokenizer = try Tokenizer(TokenizerDescription(TokenizerFiles(files)))
            let text = String(repeating: "a", count: 200) + String(repeating: "x", count: 200)
            #expect(!tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: false).isEmpty)
        }
    }

    @Test(
        "files with bytes changed, cut or doubled never crash",
        arguments: ["spiece-identity-bytes", "spiece-t5", "wordpiece-uncased", "bpe-llama", "unigram-bytes"]
    )
    func fuzz(name: String) throws {
        let fixture = try TokenizerCases.small(name)
        let (file, text) = try #require(fixture.files.first)
        let good = Array(try #require(Data(base64Encoded: text)))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<60 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<min(bytes.count, Bool.random() ? 200 : bytes.count), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.removeSubrange(place..<min(place + Int.random(in: 1...40, using: &random), bytes.count))
                case 2: bytes.insert(contentsOf: bytes[place..<min(place + 30, bytes.count)], at: place)
                default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            do {
                let tokenizer = try Tokenizer(TokenizerDescription(TokenizerFiles([file: bytes])))
                _ = tokenizer.encode("Führer 漢字 \u{FB01} don't", parsingSpecialTokens: true, addingSpecialTokens: true)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test("character maps of noise never crash")
    func fuzzMaps() throws {
        var map = try TokenizerCases.small("spiece-t5").description().vocabulary
        let good = map.characterMap
        var random = SystemRandomNumberGenerator()
        for round in 0..<40 {
            var bytes = good
            for _ in 0..<(round + 1) * 50 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            map.characterMap = bytes
            guard let tokenizer = try? Tokenizer(map) else { continue }
            let text = String(
                String.UnicodeScalarView(
                    (0..<400).compactMap { _ in
                        Unicode.Scalar(UInt32.random(in: 0...0x1FFFF, using: &random))
                    }
                )
            )
            _ = tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: true)
        }
    }
}
