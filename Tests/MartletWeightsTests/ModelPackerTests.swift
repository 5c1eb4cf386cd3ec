import Foundation
import MartletWeights
import Testing

@Suite("Packing a model")
struct ModelPackerTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A file whose tensors lie anyhow, in several formats.
    private func source(alignment: UInt32? = nil) throws -> GGUFFile {
        var writer = GGUFWriter()
        writer.metadata["general.architecture"] = .string("llama")
        writer.metadata["general.name"] = .string("unsorted")
        if let alignment { writer.metadata["general.alignment"] = .uint32(alignment) }
        var random = SplitMix(state: 5)
        let names = [
            "output.weight", "blk.1.ffn_down.weight", "blk.0.ffn_down.weight", "blk.0.attn_q.weight",
            "token_embd.weight",
            "blk.1.attn_k.weight", "blk.1.attn_q.weight",
        ]
        for name in names {
            let rows = Int.random(in: 2...9, using: &random)
            let bytes = (0..<rows * 2 * 18).map { _ in UInt8.random(in: 0...255, using: &random) }
            try writer.add(name, shape: [64, rows], format: .q4_0, bytes: bytes)
        }
        for name in ["blk.1.attn_norm.weight", "output_norm.weight", "blk.0.attn_norm.weight"] {
            try writer.add(name, shape: [64], floats: (0..<64).map { _ in Float.random(in: -1...1, using: &random) })
        }
        let path = folder.file("source.gguf")
        try writer.write(to: path)
        return try GGUFFile.open(path: path)
    }

    @Test("tensors lie in the order of use, each at a page, and are what they were")
    func order() throws {
        let source = try source()
        #expect(!source.isInOrderOfUse)
        let summary = try ModelPacker(source: source).pack(to: folder.file("packed.gguf"))
        let packed = try GGUFFile.open(path: folder.file("packed.gguf"))
        #expect(packed.isInOrderOfUse && !summary.wasInOrder)
        #expect(
            packed.tensors.map(\.name) == [
                "blk.0.attn_norm.weight", "blk.1.attn_norm.weight", "output_norm.weight", "token_embd.weight",
                "blk.0.attn_q.weight", "blk.0.ffn_down.weight", "blk.1.attn_q.weight", "blk.1.attn_k.weight",
                "blk.1.ffn_down.weight", "output.weight",
            ]
        )
        #expect(packed.alignment == 4096 && packed.dataOffset.isMultiple(of: 4096))
        for tensor in packed.tensors {
            let original = try #require(source.tensor(named: tensor.name))
            #expect((packed.dataOffset + tensor.offset).isMultiple(of: 4096))
            #expect(tensor.shape == original.shape && tensor.format == original.format)
            #expect(packed.bytes(of: tensor).elementsEqual(source.bytes(of: original)))
        }
        for key in source.metadata.keys where key != "general.alignment" {
            #expect(packed.metadata[key] == source.metadata[key])
        }
        #expect(summary.fileByteCount == packed.byteCount && summary.tensorCount == 10)
        let again = try ModelPacker(source: packed).pack(to: folder.file("again.gguf"))
        #expect(again.wasInOrder)
        #expect(try folder.read("again.gguf") == folder.read("packed.gguf"))
    }

    @Test("a larger alignment than a page's stays")
    func alignment() throws {
        let source = try source(alignment: 16384)
        _ = try ModelPacker(source: source).pack(to: folder.file("packed.gguf"))
        #expect(try GGUFFile.open(path: folder.file("packed.gguf")).alignment == 16384)
    }

    @Test("progress goes through writing and reading back, and stopping it leaves nothing behind")
    func interruption() throws {
        let source = try source()
        var phases: [ModelPacker.Progress.Phase] = []
        _ = try ModelPacker(source: source).pack(to: folder.file("packed.gguf")) { progress in
            if phases.last != progress.phase { phases.append(progress.phase) }
            #expect(progress.completedByteCount <= progress.totalByteCount)
        }
        #expect(phases == [.writing, .verifying])
        for phase in phases {
            #expect(throws: CancellationError.self) {
                try ModelPacker(source: source).pack(to: folder.file("stopped.gguf")) { progress in
                    if progress.phase == phase, progress.completedByteCount > 0 { throw CancellationError() }
                }
            }
            #expect(folder.names == ["packed.gguf", "source.gguf"])
        }
    }

    @Test("neither the source nor an existing file is written over unasked")
    func refusals() throws {
        let source = try source()
        let packer = ModelPacker(source: source)
        let own = #expect(throws: GGUFError.self) { try packer.pack(to: source.path, replacingExisting: true) }
        #expect(own?.code == .invalidRequest)
        _ = try folder.write([1, 2, 3], as: "there.gguf")
        let existing = #expect(throws: GGUFError.self) { try packer.pack(to: folder.file("there.gguf")) }
        #expect(existing?.code == .invalidRequest)
        #expect(try folder.read("there.gguf") == [1, 2, 3])
        _ = try packer.pack(to: folder.file("there.gguf"), replacingExisting: true)
        #expect(try GGUFFile.open(path: folder.file("there.gguf")).isInOrderOfUse)
        let nowhere = #expect(throws: GGUFError.self) { try packer.pack(to: folder.file("no/such/folder.gguf")) }
        #expect(nowhere?.code == .unwritable)
    }
}
