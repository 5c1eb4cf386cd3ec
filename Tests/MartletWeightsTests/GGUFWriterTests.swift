import Foundation
import MartletWeights
import Testing

@Suite("GGUF files, written")
struct GGUFWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes `file` again, as it is.
    func copy(_ file: GGUFFile) throws -> [UInt8] {
        var writer = GGUFWriter(metadata: file.metadata, version: file.version)
        for tensor in file.tensors {
            try writer.add(tensor.name, shape: tensor.shape, format: tensor.format) { try $0(file.bytes(of: tensor)) }
        }
        return try writer.encoded()
    }

    @Test("writes a file of Python's gguf package again, byte for byte")
    func copiesPythonFile() throws {
        let bytes = try fixture("python.gguf")
        #expect(try copy(try folder.open(bytes)) == bytes)
    }

    @Test("writes nested arrays, empty texts and version 2 again, byte for byte")
    func copiesRawFile() throws {
        var raw = RawGGUF.sample
        raw.version = 2
        // A writer pads the last tensor as well.
        raw.dataByteCount = 96
        var expected = raw.bytes
        for index in expected.count - 30..<expected.count { expected[index] = 0 }
        #expect(try copy(try folder.open(raw.bytes)) == expected)
    }

    @Test("writes metadata made in memory so that it reads back the same")
    func roundTripsMetadata() throws {
        var metadata = GGUFMetadata()
        metadata["general.architecture"] = .string("llama")
        metadata["texts"] = .array(GGUFArray(["a", "", "ß"]))
        metadata["ids"] = .array(GGUFArray([1, -2] as [Int32]))
        metadata["scores"] = .array(GGUFArray([0.5, -1] as [Float]))
        metadata["none"] = .array(GGUFArray([] as [Float]))
        metadata["gone"] = .bool(true)
        metadata["gone"] = nil
        metadata["nested"] = .array(
            GGUFArray(of: .array, [.array(GGUFArray(["x"])), .array(GGUFArray([7] as [Int32]))])
        )
        metadata["bytes"] = .string(GGUFString(bytes: [0xff, 0x00, 0xfe]))
        metadata["nan"] = .float64(.nan)
        let file = try folder.open(try GGUFWriter(metadata: metadata).encoded())
        #expect(
            file.metadata.keys == ["general.architecture", "texts", "ids", "scores", "none", "nested", "bytes", "nan"]
        )
        for key in metadata.keys where key != "nan" { #expect(file.metadata[key] == metadata[key], "\(key)") }
        #expect(file.metadata["nan"]?.number?.isNaN == true)
    }

    @Test("places tensors at multiples of the alignment", arguments: [8, 32, 256] as [UInt32])
    func alignsTensors(alignment: UInt32) throws {
        var writer = GGUFWriter()
        writer.metadata["general.alignment"] = .uint32(alignment)
        for length in [1, 7, 64] {
            try writer.add("t\(length)", shape: [length], floats: (0..<length).map(Float.init))
        }
        let path = folder.file("out.gguf")
        try writer.write(to: path)
        #expect(try folder.read("out.gguf") == (try writer.encoded()))
        let file = try GGUFFile.open(path: path)
        for tensor in file.tensors {
            #expect(tensor.offset.isMultiple(of: Int(alignment)))
            #expect(Array(file.bytes(of: tensor).bindMemory(to: Float.self)) == (0..<tensor.columns).map(Float.init))
        }
    }

    @Test("refuses impossible tensors and names")
    func refusesBadTensors() throws {
        var writer = GGUFWriter()
        try writer.add("a", shape: [1], floats: [1])
        #expect(throws: GGUFError.self) { try writer.add("a", shape: [1], floats: [1]) }
        #expect(throws: GGUFError.self) { try writer.add("", shape: [1], floats: [1]) }
        #expect(throws: GGUFError.self) { try writer.add("b", shape: [], floats: []) }
        #expect(throws: GGUFError.self) { try writer.add("c", shape: [Int.max, 2], floats: []) }
        #expect(throws: GGUFError.self) { try writer.add("d", shape: [33], format: .q8_0, bytes: []) }
        writer.metadata["general.alignment"] = .uint32(12)
        let error = #expect(throws: GGUFError.self) { try writer.encoded() }
        #expect(error?.code == .invalidAlignment)
    }

    @Test("refuses bytes that don't suit the shape, and leaves no file", arguments: [0, 3, 5])
    func refusesWrongByteCounts(count: Int) throws {
        var writer = GGUFWriter()
        try writer.add("a", shape: [4], format: .f32, bytes: [UInt8](repeating: 0, count: count * 4))
        let error = #expect(throws: GGUFError.self) { try writer.write(to: folder.file("out.gguf")) }
        #expect(error?.code == .invalidShape)
        #expect(folder.names.isEmpty)
    }

    @Test("leaves the existing file alone when writing fails half way")
    func keepsExistingFileOnFailure() throws {
        struct Broken: Error {}
        let path = try folder.write([1, 2, 3], as: "out.gguf")
        var writer = GGUFWriter()
        try writer.add("a", shape: [4], format: .f32) { emit in
            try [UInt8](repeating: 0, count: 8).withUnsafeBytes { try emit($0) }
            throw Broken()
        }
        #expect(throws: Broken.self) { try writer.write(to: path) }
        #expect(folder.names == ["out.gguf"])
        #expect(try folder.read("out.gguf") == [1, 2, 3])
    }

    @Test("says why a place can't be written, and what to do")
    func refusesUnwritablePlaces() throws {
        let writer = GGUFWriter()
        let existing = try folder.write([1], as: "existing.gguf")
        let refusals: [(String, Bool, GGUFError.Code)] = [
            (folder.path, true, .unwritable),
            (folder.file("missing/out.gguf"), true, .unwritable),
            ("/dev/null", true, .unwritable),
            (existing, false, .invalidRequest),
        ]
        for (path, replacing, code) in refusals {
            let error = #expect(throws: GGUFError.self) { try writer.write(to: path, replacingExisting: replacing) }
            #expect(error?.code == code, "\(path)")
        }
        #expect(folder.names == ["existing.gguf"])
    }

    @Test("says that the disk is full, and leaves nothing behind")
    func reportsFullDisk() throws {
        // Nothing holds this much: a petabyte of zeros that are never produced.
        var writer = GGUFWriter()
        try writer.add("a", shape: [1 << 48], format: .f32) { _ in }
        let error = #expect(throws: GGUFError.self) { try writer.write(to: folder.file("out.gguf")) }
        #expect(error?.code == .diskFull)
        #expect(folder.names.isEmpty)
    }
}
