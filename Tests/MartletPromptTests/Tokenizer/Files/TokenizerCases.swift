import Foundation
import MartletCore
import MartletPrompt
import Testing

/// What `scripts/fixtures/make-tokenizer-files` wrote.
struct TokenizerCase: Decodable {
    struct Pair: Decodable {
        let first: String
        let second: String
        let ids: [Int32]
        let types: [Int32]
    }

    /// The tokenizer's files in base 64.
    let files: [String: String]
    /// Nil for the texts that all cases share.
    let texts: [String]?
    /// For each text its ids, as numbers with spaces between them; nil where the reference makes special tokens of people's text.
    let ids: [String?]
    let pairs: [Pair]
    /// Whether a GGUF file can hold the tokenizer.
    let gguf: Bool
    /// How long the reference took for all texts.
    let seconds: Double?

    func description(name: String = "fixture") throws -> TokenizerDescription {
        var contents: [String: [UInt8]] = [:]
        for (name, text) in files {
            let data = try #require(Data(base64Encoded: text))
            // The character map of all small models is the same: it lies in one of them only.
            guard let place = data.range(of: Data("@CHARSMAP@".utf8)) else {
                contents[name] = Array(data)
                continue
            }
            let map = Data(try TokenizerCases.small("spiece-t5").description().vocabulary.characterMap)
            contents[name] = Array(
                data[..<place.lowerBound] + Data(map.base64EncodedString().utf8) + data[place.upperBound...]
            )
        }
        return try TokenizerDescription(TokenizerFiles(contents), name: name)
    }
}

enum TokenizerCases {
    /// A folder of cases made with `--out`, often large ones.
    static let folder = ProcessInfo.processInfo.environment["MARTLET_TOKENIZER_CASES"].map { URL(filePath: $0) }

    static let names = [
        "wordpiece-uncased", "wordpiece-uncased-vocab", "wordpiece-cased-vocab", "wordpiece-accents-vocab",
        "wordpiece-stripped-vocab", "spiece-identity-bytes", "spiece-defined", "spiece-t5", "unigram-t5", "unigram-xlm",
        "unigram-bytes", "bpe-llama",
    ]

    static func small(_ name: String) throws -> TokenizerCase { try load(name, from: nil) }

    static func load<Value: Decodable>(_ name: String, from folder: URL?) throws -> Value {
        let bundled = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures/tokenizers")
        let url = try #require(folder?.appending(path: "\(name).json") ?? bundled)
        return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
    }
}

/// The texts whose ids differ from the reference, described, at most `limit` of them, and how many there are.
func differences(
    _ tokenizer: Tokenizer,
    _ texts: [String],
    _ ids: [String?],
    limit: Int = 5
) -> (count: Int, shown: [String]) {
    var count = 0
    var shown: [String] = []
    for (text, line) in zip(texts, ids) {
        guard let line else { continue }
        let tokens = tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: true).map(\.rawValue)
        let expected = TokenizerFixtures.ids(line)
        guard tokens != expected else { continue }
        count += 1
        if shown.count < limit { shown.append("\(text.debugDescription): \(tokens) instead of \(expected)") }
    }
    return (count, shown)
}
