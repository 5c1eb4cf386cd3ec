import CMartletKernels
import Foundation
import MartletModel
import MartletWeights

/// A random model of any shape and weight format, written to a file of its own.
struct TinyModel {
    var architecture = "llama"
    var width = 256
    var headCount = 4
    var kvHeadCount = 2
    var headWidth = 64
    var feedForwardWidth = 512
    var layerCount = 2
    var vocabularyCount = 80
    var contextLength = 256
    /// The matrices' format; vectors are F32, as in all files.
    var format = TensorFormat.f32
    /// More metadata, by the key's part after the architecture.
    var more: [(String, GGUFValue)] = []
    var seed: UInt64 = 1

    /// Writes the model, opens it, and removes the name: the mapping keeps the data.
    func open() throws -> GGUFFile { try openTemporary(try encoded()) }

    /// The model's file.
    func encoded() throws -> [UInt8] {
        var random = SplitMix(state: seed)
        var writer = GGUFWriter()
        writer.metadata["general.architecture"] = .string(architecture)
        let numbers = [
            ("context_length", contextLength), ("embedding_length", width), ("block_count", layerCount),
            ("feed_forward_length", feedForwardWidth), ("attention.head_count", headCount),
            ("attention.head_count_kv", kvHeadCount), ("attention.key_length", headWidth),
            ("attention.value_length", headWidth),
        ]
        for (key, value) in numbers { writer.metadata["\(architecture).\(key)"] = .uint32(UInt32(value)) }
        writer.metadata["\(architecture).attention.layer_norm_rms_epsilon"] = .float32(1e-5)
        for (key, value) in more { writer.metadata["\(architecture).\(key)"] = value }

        func matrix(_ name: String, _ columns: Int, _ rows: Int, scale: Float? = nil) throws {
            let size = scale ?? 1.5 / Float(columns).squareRoot()
            let floats = (0..<rows * columns).map { _ in random.normal() * size }
            try writer.add(name, shape: [columns, rows], format: format, bytes: Self.packed(floats, format))
        }
        func vector(_ name: String, _ count: Int) throws {
            try writer.add(name, shape: [count], floats: (0..<count).map { _ in 1 + 0.2 * random.normal() })
        }
        try matrix("token_embd.weight", width, vocabularyCount, scale: 1)
        try vector("output_norm.weight", width)
        try matrix("output.weight", width, vocabularyCount)
        for layer in 0..<layerCount {
            let block = "blk.\(layer)"
            try vector("\(block).attn_norm.weight", width)
            try vector("\(block).ffn_norm.weight", width)
            try matrix("\(block).attn_q.weight", width, headCount * headWidth)
            try matrix("\(block).attn_k.weight", width, kvHeadCount * headWidth)
            try matrix("\(block).attn_v.weight", width, kvHeadCount * headWidth)
            try matrix("\(block).attn_output.weight", headCount * headWidth, width)
            try matrix("\(block).ffn_gate.weight", width, feedForwardWidth)
            try matrix("\(block).ffn_up.weight", width, feedForwardWidth)
            try matrix("\(block).ffn_down.weight", feedForwardWidth, width)
        }
        return try writer.encoded()
    }

    /// The floats in blocks of `format`.
    static func packed(_ floats: [Float], _ format: TensorFormat) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: floats.count / format.blockLength * format.blockByteCount)
        let traits = martlet_format_traits_of(format.number)!  // Every TensorFormat comes from this table.
        bytes.withUnsafeMutableBytes { traits.pointee.quantize(floats, $0.baseAddress!, floats.count) }
        return bytes
    }
}

/// Opens bytes as a model file.
func openTemporary(_ bytes: [UInt8]) throws -> GGUFFile {
    let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).gguf").path
    defer { unlink(path) }
    try Data(bytes).write(to: URL(filePath: path))
    return try GGUFFile.open(path: path)
}

/// Steele, Lea and Flood's generator: the same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        // Wraps by design.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A normally distributed number, by the sum of twelve uniform ones.
    mutating func normal() -> Float {
        (0..<12).reduce(-6) { sum, _ in sum + Float.random(in: 0..<1, using: &self) }
    }
}
