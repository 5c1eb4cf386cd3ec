import Foundation
import MartletCore
import MartletPrompt
import Testing

/// What `scripts/fixtures/make-tokenizer-fixtures` wrote.
enum TokenizerFixtures {
    struct ByteLevel: Decodable {
        let tokens: [String]
        let merges: [String]
        /// For each rule's name, the ids of each text, as numbers with spaces between them.
        let expected: [String: [String]]

        func description(rule: String) -> VocabularyDescription {
            var description = VocabularyDescription(model: "gpt2", tokens: TokenTable(tokens), name: "fixture")
            description.merges = TokenTable(merges)
            description.preTokenizer = rule
            return description
        }
    }

    struct SentencePiece: Decodable {
        let tokens: [String]
        let types: [Int32]
        let scores: [Float]
        let prefix: Bool
        let collapses: Bool
        /// Nil for texts that sentencepiece cannot take.
        let expected: [String?]

        var description: VocabularyDescription {
            var description = VocabularyDescription(model: "llama", tokens: TokenTable(tokens), name: "fixture")
            description.types = types
            description.scores = scores
            description.addsSpacePrefix = prefix
            description.removesExtraWhitespace = collapses
            return description
        }
    }

    private static let loadedTexts = Result<[String], any Error> { try load("texts") }
    private static let loadedByteLevel = Result<ByteLevel, any Error> { try load("byte-level") }
    private static let loadedSentencePiece = Result<[String: SentencePiece], any Error> { try load("sentence-piece") }

    static func texts() throws -> [String] { try loadedTexts.get() }
    static func byteLevel() throws -> ByteLevel { try loadedByteLevel.get() }
    static func sentencePiece() throws -> [String: SentencePiece] { try loadedSentencePiece.get() }

    static func ids(_ line: String) -> [Int32] {
        line.split(separator: " ").compactMap { Int32($0) }
    }

    private static func load<Value: Decodable>(_ name: String) throws -> Value {
        let url = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures")
        return try JSONDecoder().decode(Value.self, from: Data(contentsOf: #require(url)))
    }
}

/// A small byte-level vocabulary: the 256 bytes, `merges` with what they make, then added tokens.
func byteLevelDescription(
    merges: [(String, String)] = [],
    added: [(text: String, kind: TokenKind)] = [],
    rule: String = "gpt-2"
) -> VocabularyDescription {
    var tokens: [String] = []
    var next: UInt32 = 0x100
    for byte in UInt32(0)..<256 {
        let isPrintable = 0x21...0x7E ~= byte || 0xA1...0xAC ~= byte || 0xAE...0xFF ~= byte
        tokens.append(String(Character(Unicode.Scalar(isPrintable ? byte : next) ?? " ")))
        if !isPrintable { next += 1 }
    }
    tokens += merges.map { $0 + $1 }
    var description = VocabularyDescription(model: "gpt2", tokens: TokenTable(tokens + added.map(\.text)), name: "tiny")
    description.merges = TokenTable(merges.map { "\($0) \($1)" })
    description.types = tokens.map { _ in 1 } + added.map(\.kind.rawValue)
    description.preTokenizer = rule
    return description
}

/// A small SentencePiece vocabulary: `<unk>`, `<s>`, `</s>`, the 256 bytes, then `pieces` with their scores and kinds.
func sentencePieceDescription(_ pieces: [(text: String, score: Float, kind: TokenKind)]) -> VocabularyDescription {
    let digits = Array("0123456789ABCDEF")
    let bytes = (0..<256).map { "<0x\(digits[$0 / 16])\(digits[$0 % 16])>" }
    let tokens = ["<unk>", "<s>", "</s>"] + bytes + pieces.map(\.text)
    var description = VocabularyDescription(model: "llama", tokens: TokenTable(tokens), name: "tiny")
    description.types = [2, 3, 3] + bytes.map { _ in 6 } + pieces.map(\.kind.rawValue)
    description.scores = [Float](repeating: 0, count: 259) + pieces.map(\.score)
    return description
}
