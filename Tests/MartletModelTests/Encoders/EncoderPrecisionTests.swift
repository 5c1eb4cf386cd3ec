import CMartletKernels
import MartletModel
import MartletWeights
import Testing

/// What bytes cost where an encoder's rows have a few values far larger than the others, as those of real ones do.
@Suite("Encoders keep their precision beside outliers")
struct EncoderPrecisionTests {
    /// Texts of random tokens, of this many each.
    private func texts(_ lengths: [Int]) -> [(tokens: [Int32], types: [Int32])] {
        var random = SplitMix(state: 3)
        return lengths.map { length in
            let tokens = (0..<length).map { _ in Int32(random.next() % UInt64(OutlierModel.vocabularyCount)) }
            return (tokens, [Int32](repeating: 0, count: length))
        }
    }

    /// The least cosine between the means that two files give for the texts.
    private func leastCosine(
        _ files: [GGUFFile],
        _ texts: [(tokens: [Int32], types: [Int32])],
        kernels: String
    ) throws -> Double {
        let rows = try files.map { file in
            try Encoder(file: file, options: .small { $0.kernels = kernels }).rows(of: texts)
        }
        let width = OutlierModel.width
        let means = rows.map { rows in
            rows.map { row in
                (0..<width).map { i in stride(from: i, to: row.count, by: width).reduce(Float(0)) { $0 + row[$1] } }
            }
        }
        return zip(means[0], means[1]).map { cosineSimilarity($0, $1) }.min() ?? 0
    }

    @Test("vectors of 8-bit weights point the same way", arguments: Decoder.availableKernels)
    func quantised(kernels: String) throws {
        let model = OutlierModel()
        let files = try [model.open(), model.open(.q8_0)]
        #expect(try leastCosine(files, texts([1, 2, 3, 5, 8, 9, 12, 20, 40]), kernels: kernels) > 0.999)
    }

    @Test(
        "8-bit inputs cost less than 8-bit weights do, and in short texts nothing",
        arguments: Decoder.availableKernels
    )
    func activations(kernels: String) throws {
        // The same weights on both sides: what differs is what they are multiplied with.
        let model = OutlierModel()
        let files = try [model.open(rounded: true), model.open(.q8_0)]
        #expect(try leastCosine(files, texts([7, 8, 9, 10, 12, 20, 40]), kernels: kernels) > 0.9998)
        #expect(try leastCosine(files, texts([1, 2, 3, 4, 6]), kernels: kernels) > 0.999_999)
    }

    @Test("a text has the same rows whatever lies beside it", arguments: Decoder.availableKernels)
    func neighbours(kernels: String) throws {
        let file = try OutlierModel().open(.q8_0)
        let texts = texts([3, 12, 4, 5, 9, 6, 6, 30, 1, 2])
        let alone = try Encoder(file: file, options: .small { $0.kernels = kernels })
        let expected = try texts.map { try alone.rows(of: [$0])[0] }
        for threadCount in [1, 2] {
            let together = try Encoder(
                file: file,
                options: .small {
                    $0.kernels = kernels
                    $0.threadCount = threadCount
                    $0.maximumRowCount = 1024
                }
            )
            // Few texts are read by all workers together, many by each alone.
            for count in [1, 4] {
                let batch = (0..<count).flatMap { _ in texts }
                for (index, rows) in try together.rows(of: batch).enumerated() {
                    #expect(largestDifference(rows, expected[index % texts.count]) < 1e-4)
                }
            }
        }
    }
}

/// A random BERT whose norms make two channels twenty times as large as the others, but for the last norm.
private struct OutlierModel {
    static let width = 384
    static let vocabularyCount = 90
    private let layerCount = 3
    private let headCount = 6
    private let inner = 768

    /// Writes the model and opens it.
    ///
    /// - Parameter rounded: Whether F32 matrices hold what Q8_0 makes of them.
    func open(_ format: TensorFormat = .f32, rounded: Bool = false) throws -> GGUFFile {
        var random = SplitMix(state: 17)
        var writer = GGUFWriter()
        writer.metadata["general.architecture"] = .string("bert")
        let numbers = [
            ("context_length", 64), ("embedding_length", Self.width), ("block_count", layerCount),
            ("feed_forward_length", inner), ("attention.head_count", headCount), ("pooling_type", 1),
        ]
        for (key, value) in numbers { writer.metadata["bert.\(key)"] = .uint32(UInt32(value)) }
        writer.metadata["bert.attention.layer_norm_epsilon"] = .float32(1e-12)

        func matrix(_ name: String, _ columns: Int, _ rows: Int) throws {
            let floats = (0..<rows * columns).map { _ in random.normal() * 1.2 / Float(columns).squareRoot() }
            let bytes = TinyModel.packed(floats, rounded ? .q8_0 : format)
            if rounded {
                try writer.add(name, shape: [columns, rows], floats: Self.unpacked(bytes, count: floats.count))
            } else {
                try writer.add(name, shape: [columns, rows], format: format, bytes: bytes)
            }
        }
        func norm(_ name: String, hasOutliers: Bool = true) throws {
            var weight = (0..<Self.width).map { _ in 1 + 0.1 * random.normal() }
            if hasOutliers { for channel in [7, 200] { weight[channel] *= 20 } }
            try writer.add("\(name).weight", shape: [Self.width], floats: weight)
            try writer.add(
                "\(name).bias",
                shape: [Self.width],
                floats: (0..<Self.width).map { _ in 0.1 * random.normal() }
            )
        }
        func table(_ name: String, _ rows: Int) throws {
            let floats = (0..<rows * Self.width).map { _ in random.normal() }
            try writer.add(name, shape: [Self.width, rows], floats: floats)
        }
        try table("token_embd.weight", Self.vocabularyCount)
        try table("position_embd.weight", 64)
        try table("token_types.weight", 2)
        try norm("token_embd_norm")
        for layer in 0..<layerCount {
            let block = "blk.\(layer)"
            for part in ["q", "k", "v", "output"] { try matrix("\(block).attn_\(part).weight", Self.width, Self.width) }
            try norm("\(block).attn_output_norm")
            try matrix("\(block).ffn_up.weight", Self.width, inner)
            try matrix("\(block).ffn_down.weight", inner, Self.width)
            try norm("\(block).layer_output_norm", hasOutliers: layer < layerCount - 1)
        }
        return try openTemporary(try writer.encoded())
    }

    private static func unpacked(_ bytes: [UInt8], count: Int) -> [Float] {
        var floats = [Float](repeating: 0, count: count)
        bytes.withUnsafeBytes { bytes in
            // The bytes of a matrix are not empty.
            martlet_kernels_best().pointee.dequantize(MARTLET_Q8_0, bytes.baseAddress!, &floats, count)
        }
        return floats
    }
}
