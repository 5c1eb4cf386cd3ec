import Foundation
import MartletWeights
import Synchronization
import Testing

@Suite("Model files, converted")
struct QuantizerTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes a little model in F32: a matrix of 70 rows of 1024 in a bell-like distribution, and a norm.
    func makeModel(rows: Int = 70, changing change: (inout [Float]) -> Void = { _ in }) throws -> GGUFFile {
        var random = SeededGenerator(seed: 7)
        var floats = (0..<rows * 1024).map { _ in
            (0..<4).reduce(Float(0)) { sum, _ in sum + Float.random(in: -0.05...0.05, using: &random) }
        }
        change(&floats)
        var writer = GGUFWriter()
        writer.metadata["general.architecture"] = .string("llama")
        writer.metadata["llama.block_count"] = .uint32(1)
        writer.metadata["general.file_type"] = .uint32(0)
        try writer.add("blk.0.attn_q.weight", shape: [1024, rows], floats: floats)
        try writer.add("blk.0.attn_norm.weight", shape: [1024], floats: Array(floats.prefix(1024)))
        try writer.write(to: folder.file("in.gguf"))
        return try GGUFFile.open(path: folder.file("in.gguf"))
    }

    func convert(_ file: GGUFFile, to name: String, as output: String, threadCount: Int = 2) throws -> GGUFFile {
        let target = try #require(QuantizationTarget(name: name))
        let path = folder.file(output)
        _ = try Quantizer(source: file, target: target).convert(to: path, threadCount: threadCount)
        return try GGUFFile.open(path: path)
    }

    func floats(_ name: String, of file: GGUFFile) throws -> [Float] {
        let tensor = try #require(file.tensor(named: name))
        try #require(tensor.format == .f32)
        return Array(file.bytes(of: tensor).bindMemory(to: Float.self))
    }

    /// Root of the mean squared error relative to the root mean square of random weights like these, with room of a
    /// fifth over what the format's step comes to.
    static let tolerances: [(String, TensorFormat, Float)] = [
        ("F16", .f16, 0.0004), ("BF16", .bf16, 0.003), ("Q8_0", .q8_0, 0.007), ("Q6_K", .q6_K, 0.025),
        ("Q5_0", .q5_0, 0.06), ("Q5_1", .q5_1, 0.045), ("Q5_K_S", .q5_K, 0.045),
        ("Q4_0", .q4_0, 0.12), ("Q4_1", .q4_1, 0.095), ("Q4_K_S", .q4_K, 0.09),
    ]

    @Test("keeps the numbers within the format's precision, there and back", arguments: tolerances)
    func keepsNumbers(name: String, format: TensorFormat, tolerance: Float) throws {
        let original = try makeModel()
        let converted = try convert(original, to: name, as: "there.gguf")
        let matrix = try #require(converted.tensor(named: "blk.0.attn_q.weight"))
        #expect(matrix.format == format)
        let back = try convert(converted, to: "F32", as: "back.gguf")
        let before = try floats("blk.0.attn_q.weight", of: original)
        let after = try floats("blk.0.attn_q.weight", of: back)
        let power = before.reduce(Float(0)) { $0 + $1 * $1 }
        let error = zip(before, after).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let relative = (error / power).squareRoot()
        #expect(relative < tolerance)
        #expect(relative > tolerance / 20, "a tolerance that nothing reaches tests nothing")
        let norm = try floats("blk.0.attn_norm.weight", of: converted)
        #expect(norm == Array(before.prefix(1024)))
    }

    @Test("writes the same bytes with one thread and with several, over many slabs")
    func threadsChangeNothing() throws {
        // 9 million numbers: three slabs, the last one and its last piece cut short.
        let original = try makeModel(rows: 9001)
        _ = try convert(original, to: "Q8_0", as: "one.gguf", threadCount: 1)
        _ = try convert(original, to: "Q8_0", as: "three.gguf", threadCount: 3)
        #expect(try folder.read("one.gguf") == (try folder.read("three.gguf")))
        let back = try convert(try GGUFFile.open(path: folder.file("three.gguf")), to: "F32", as: "back.gguf")
        let before = try floats("blk.0.attn_q.weight", of: original)
        let after = try floats("blk.0.attn_q.weight", of: back)
        let largest = zip(before, after).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(largest < 0.2 / 127 && largest > 0)
    }

    @Test("states the file's type and keeps all other metadata")
    func updatesMetadata() throws {
        let original = try makeModel()
        let converted = try convert(original, to: "Q4_K_M", as: "out.gguf")
        #expect(converted.metadata["general.file_type"] == .uint32(15))
        #expect(converted.metadata["general.quantization_version"] == .uint32(2))
        #expect(converted.metadata["llama.block_count"] == .uint32(1))
        #expect(converted.metadata.keys == original.metadata.keys + ["general.quantization_version"])
    }

    @Test("copies tensors that have their format already, bit for bit")
    func copiesUnchanged() throws {
        let original = try makeModel()
        let half = try convert(original, to: "F16", as: "half.gguf")
        let again = try convert(half, to: "F16", as: "again.gguf")
        #expect(try folder.read("half.gguf") == (try folder.read("again.gguf")))
        #expect(again.tensors == half.tensors)
    }

    @Test("reports progress that only grows and ends at the whole")
    func reportsProgress() throws {
        let quantizer = try Quantizer(
            source: try makeModel(rows: 5000),
            target: #require(QuantizationTarget(name: "F16"))
        )
        var reports: [Quantizer.Progress] = []
        let reported = Mutex<[Quantizer.Progress]>([])
        let summary = try quantizer.convert(to: folder.file("out.gguf"), threadCount: 2) { progress in
            reported.withLock { $0.append(progress) }
        }
        reports = reported.withLock { $0 }
        let counts = reports.map(\.completedByteCount)
        #expect(counts == counts.sorted())
        #expect(counts.first == 0)
        #expect(counts.last == summary.sourceByteCount)
        #expect(reports.allSatisfy { $0.totalByteCount == summary.sourceByteCount && $0.tensorCount == 2 })
        #expect(Set(counts).count > 3)
        #expect(summary.targetByteCount == 5000 * 1024 * 2 + 4096)
    }

    @Test("stops when the caller throws, and leaves no file")
    func stopsOnCancellation() throws {
        let quantizer = try Quantizer(source: try makeModel(), target: #require(QuantizationTarget(name: "F16")))
        #expect(throws: CancellationError.self) {
            try quantizer.convert(to: folder.file("out.gguf"), threadCount: 1) { progress in
                if progress.tensorIndex == 1 { throw CancellationError() }
            }
        }
        #expect(folder.names == ["in.gguf"])
    }

    @Test("refuses to write over its own input, by any name")
    func refusesItsInput() throws {
        let original = try makeModel()
        let before = try folder.read("in.gguf")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.gguf"),
            withDestinationPath: folder.file("in.gguf")
        )
        let target = try #require(QuantizationTarget(name: "Q8_0"))
        for name in ["in.gguf", "./in.gguf", "link.gguf"] {
            let error = #expect(throws: GGUFError.self) {
                try Quantizer(source: original, target: target)
                    .convert(to: folder.file(name), replacingExisting: true, threadCount: 1)
            }
            #expect(error?.code == .invalidRequest)
        }
        #expect(try folder.read("in.gguf") == before)
    }

    @Test("refuses an existing output unless told to replace it")
    func asksBeforeReplacing() throws {
        let original = try makeModel()
        _ = try folder.write([9], as: "out.gguf")
        let quantizer = try Quantizer(source: original, target: #require(QuantizationTarget(name: "F16")))
        #expect(throws: GGUFError.self) { try quantizer.convert(to: folder.file("out.gguf"), threadCount: 1) }
        #expect(try folder.read("out.gguf") == [9])
        _ = try quantizer.convert(to: folder.file("out.gguf"), replacingExisting: true, threadCount: 1)
        #expect(try GGUFFile.open(path: folder.file("out.gguf")).tensors.count == 2)
        #expect(folder.names == ["in.gguf", "out.gguf"])
    }

    @Test("refuses weights that are no numbers", arguments: [Float.nan, .infinity, -.infinity])
    func refusesNonFinite(value: Float) throws {
        let original = try makeModel { $0[40_000] = value }
        let error = #expect(throws: GGUFError.self) { try convert(original, to: "Q8_0", as: "out.gguf") }
        #expect(error?.code == .invalidValue)
        #expect(error?.tensor == "blk.0.attn_q.weight")
        #expect(folder.names == ["in.gguf"])
    }

    @Test("refuses numbers that half-precision floats can't hold, which BF16 can")
    func refusesOverflow() throws {
        let original = try makeModel { $0[3] = 70_000 }
        let error = #expect(throws: GGUFError.self) { try convert(original, to: "F16", as: "out.gguf") }
        #expect(error?.code == .invalidValue)
        #expect(error?.remedy.contains("BF16") == true)
        _ = try convert(original, to: "BF16", as: "out.gguf")
    }
}
