import Foundation
import MartletConversion
import MartletWeights
import Testing

@Suite("Folders that are broken or hostile")
struct HostileFolderTests {
    private func edit(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        change(&bytes)
        try Data(bytes).write(to: URL(filePath: path))
    }

    private func replace(_ text: String, by other: String, in path: String) throws {
        let old = try String(contentsOfFile: path, encoding: .utf8)
        try #require(old.contains(text))
        try old.replacingOccurrences(of: text, with: other).write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test("what is missing is named with its remedy")
    func missing() throws {
        let bert = try ConversionFixture("bert")
        let pooling = try bert.failure { try FileManager.default.removeItem(atPath: "\($0)/1_Pooling/config.json") }
        #expect(pooling.file == "1_Pooling/config.json" && pooling.remedy.contains("--pooling"))
        let modules = try bert.failure { try FileManager.default.removeItem(atPath: "\($0)/modules.json") }
        #expect(modules.file == "modules.json" && modules.remedy.contains("--pooling mean"))
        try bert.withCopy { copy in
            try FileManager.default.removeItem(atPath: "\(copy)/modules.json")
            let named = try ConversionFixture.convert(copy, pooling: 2)
            #expect(try named.metadata.integer("bert.pooling_type") == 2)
        }
        let weights = try bert.failure { try FileManager.default.removeItem(atPath: "\($0)/model.safetensors") }
        #expect(weights.remedy.contains("model.safetensors"))
        let dense = try ConversionFixture("instructor").failure {
            try FileManager.default.removeItem(atPath: "\($0)/2_Dense/pytorch_model.bin")
        }
        #expect(dense.remedy.contains("pytorch_model.bin"))
        let family = try bert.failure { try replace("\"bert\"", by: "\"bertt\"", in: "\($0)/config.json") }
        #expect(family.detail.contains("bertt") && family.remedy.contains("gpt2"))
        let part = try ConversionFixture("qwen3").failure {
            try FileManager.default.removeItem(atPath: "\($0)/model-00002-of-00002.safetensors")
        }
        #expect(part.file == "model-00002-of-00002.safetensors")
        let tensor = try ConversionFixture("llama3").failure {
            try replace("\"num_hidden_layers\": 2", by: "\"num_hidden_layers\": 3", in: "\($0)/config.json")
        }
        #expect(
            tensor.description.contains("attn") || tensor.description.contains("layers.2") || !tensor.detail.isEmpty
        )
    }

    @Test("what a family has no place for is refused rather than left out")
    func extra() throws {
        let error = try ConversionFixture("llama3").failure {
            try replace("\"num_hidden_layers\": 2", by: "\"num_hidden_layers\": 1", in: "\($0)/config.json")
        }
        #expect(error.tensor?.contains("layers.1") == true)
        let module = try ConversionFixture("bert").failure {
            try replace("models.Normalize", by: "models.WeightedLayerPooling", in: "\($0)/modules.json")
        }
        #expect(module.detail.contains("WeightedLayerPooling"))
        let two = try ConversionFixture("bert").failure {
            try replace(
                "\"pooling_mode_cls_token\": false",
                by: "\"pooling_mode_cls_token\": true",
                in: "\($0)/1_Pooling/config.json"
            )
        }
        #expect(two.detail.contains("2 kinds"))
        let outside = try ConversionFixture("bert").failure {
            try replace("\"1_Pooling\"", by: "\"../1_Pooling\"", in: "\($0)/modules.json")
        }
        #expect(outside.detail.contains("outside"))
    }

    @Test("a pickle that would run something is refused by the name it asks for, and runs nothing")
    func maliciousPickle() throws {
        let marker = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path
        let command = "touch \(marker)"
        // posix.system(command), as pickle writes it: GLOBAL, BINUNICODE, TUPLE1, REDUCE, STOP.
        var pickle: [UInt8] = [0x80, 2] + Array("cposix\nsystem\n".utf8) + [UInt8(ascii: "X")]
        pickle +=
            [UInt8(command.utf8.count), 0, 0, 0] + Array(command.utf8) + [0x85, UInt8(ascii: "R"), UInt8(ascii: ".")]
        let error = try ConversionFixture("gpt2").failure {
            try Data(pickle).write(to: URL(filePath: "\($0)/pytorch_model.bin"))
        }
        #expect(error.detail.contains("posix.system") && error.detail.contains("nothing was run"))
        #expect(!FileManager.default.fileExists(atPath: marker))
    }

    @Test("pickles that nest without end are refused, however they are built")
    func nesting() throws {
        let fixture = try ConversionFixture("gpt2")
        let tuples: [UInt8] =
            [0x80, 2, UInt8(ascii: "N")] + [UInt8](repeating: 0x85, count: 2_000_000) + [UInt8(ascii: ".")]
        // Lists, each put into the one before.
        var lists: [UInt8] = [0x80, 2]
        for _ in 0..<500_000 { lists.append(UInt8(ascii: "]")) }
        for _ in 0..<499_999 { lists.append(UInt8(ascii: "a")) }
        lists.append(UInt8(ascii: "."))
        let marks: [UInt8] = [0x80, 2] + [UInt8](repeating: UInt8(ascii: "("), count: 3_000_000)
        for bytes in [tuples, lists, marks] {
            _ = try fixture.failure { try Data(bytes).write(to: URL(filePath: "\($0)/pytorch_model.bin")) }
        }
    }

    @Test(
        "changed and cut files never trap",
        arguments: [
            ("llama3", "model.safetensors"), ("qwen2", "pytorch_model.bin"), ("gpt2", "pytorch_model.bin"),
            ("instructor", "2_Dense/pytorch_model.bin"), ("bert", "config.json"), ("instructor", "modules.json"),
        ]
    )
    func fuzz(name: String, file: String) throws {
        let fixture = try ConversionFixture(name)
        var random = SystemSeed(state: 11)
        try fixture.withCopy { copy in
            let path = "\(copy)/\(file)"
            let original = Array(try Data(contentsOf: URL(filePath: path)))
            for round in 0..<60 {
                var bytes = original
                if round % 4 == 0 {
                    bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
                } else {
                    // Heads and directories are where the structure is.
                    let limit = min(bytes.count, 6000)
                    for _ in 0..<Int.random(in: 1...6, using: &random) {
                        let place = Int.random(in: 0..<limit, using: &random)
                        let index = round % 2 == 0 ? place : bytes.count - 1 - place
                        bytes[index] = UInt8.random(in: 0...255, using: &random)
                    }
                }
                try Data(bytes).write(to: URL(filePath: path))
                _ = try? ConversionFixture.convert(copy)
            }
        }
    }
}

/// The same numbers on every machine (Steele, Lea and Flood).
private struct SystemSeed: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        // Wraps by design.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
