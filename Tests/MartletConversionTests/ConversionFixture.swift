import Foundation
import MartletConversion
import MartletCore
import MartletModel
import MartletPrompt
import MartletWeights
import Testing

/// A folder of a tiny model with transformers' answer inside; see scripts/fixtures/make_conversion_fixtures.py.
struct ConversionFixture {
    static let decoders = ["llama3", "qwen2", "qwen3", "gemma2", "phi3", "gpt2"]
    static let encoders = ["bert", "instructor", "reranker"]

    let folder: String
    let text: String
    let ids: [Int32]
    let row: [Float]

    init(_ name: String) throws {
        folder = try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures")).path
        let data = try Data(contentsOf: URL(filePath: "\(folder)/expected.json"))
        let expected = try JSONValue(parsing: Array(data))
        text = try #require(expected["text"]?.string)
        ids = try #require(expected["ids"]?.array).compactMap { $0.integer.map { Int32($0) } }
        row = try #require(expected["row"]?.array).compactMap { $0.number.map { Float($0) } }
    }

    /// The folder's model as a file.
    func converted(precision: ModelConverter.Precision = .f32, pooling: Int? = nil) throws -> GGUFFile {
        try Self.convert(folder, precision: precision, pooling: pooling)
    }

    static func convert(
        _ folder: String,
        precision: ModelConverter.Precision = .f32,
        pooling: Int? = nil
    ) throws -> GGUFFile {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).gguf").path
        defer { unlink(path) }
        let converter = try ModelConverter(folder: ModelFolder(path: folder), pooling: pooling)
        _ = try converter.write(to: path, precision: precision)
        return try GGUFFile.open(path: path)
    }

    /// Runs `body` with a copy of the folder that it may spoil.
    func withCopy(_ body: (String) throws -> Void) throws {
        let copy = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        try body(copy)
    }

    /// What converting a spoilt copy of the folder fails with.
    func failure(_ spoil: (String) throws -> Void) throws -> ConversionError {
        var result: ConversionError?
        try withCopy { copy in
            try spoil(copy)
            result = try #require(throws: ConversionError.self) { _ = try Self.convert(copy) }
        }
        return try #require(result)
    }
}

/// The largest difference of two lists of numbers.
func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).map { abs($0 - $1) }.max() ?? 0
}
