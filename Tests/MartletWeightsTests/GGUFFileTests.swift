import MartletWeights
import Testing

@Suite("GGUF files, read")
struct GGUFFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("reads what Python's gguf package wrote: every type of value, to the bit")
    func readsPythonMetadata() throws {
        let file = try folder.open(try fixture("python.gguf"))
        let metadata = file.metadata
        #expect(file.version == 3)
        #expect(metadata["test.uint8"] == .uint8(200))
        #expect(metadata["test.int8"] == .int8(-100))
        #expect(metadata["test.uint16"] == .uint16(60000))
        #expect(metadata["test.int16"] == .int16(-30000))
        #expect(metadata["test.uint32"] == .uint32(4_000_000_000))
        #expect(metadata["test.int32"] == .int32(-2_000_000_000))
        #expect(metadata["test.uint64"] == .uint64(18_000_000_000_000_000_000))
        #expect(metadata["test.int64"] == .int64(-9_000_000_000_000_000_000))
        #expect(metadata["test.float32"] == .float32(0.25))
        #expect(metadata["test.float64"] == .float64(-1e300))
        #expect(metadata["test.bool"] == .bool(true))
        #expect(metadata["test.string"] == .string("naïve – 雨燕\n"))
        let texts = try #require(try metadata.strings("test.strings"))
        #expect((0..<texts.count).map { texts.text(at: $0) } == ["<s>", "", "ё"])
        #expect(texts.bytes == Array("<s>ё".utf8))
        #expect(texts.offsets == [0, 3, 3, 5])
        #expect(try metadata.integers("test.integers") == [3, -4, 5])
        #expect(try metadata.floats("test.floats") == [0.5, -0.25])
        #expect(try metadata.bools("test.bools") == [true, false, true])
        #expect(metadata.keys.first == "general.architecture")
        #expect(metadata.keys.last == "test.bools")
    }

    @Test("reads what Python's gguf package wrote: tensors, shapes and bytes")
    func readsPythonTensors() throws {
        let file = try folder.open(try fixture("python.gguf"))
        #expect(file.tensors.map(\.name) == ["plain", "half", "blocks", "norm", "cube"])
        #expect(file.tensors.map(\.shape) == [[64, 3], [64, 3], [64, 3], [3], [4, 3, 2]])
        #expect(file.tensors.map(\.format) == [.f32, .f16, .q8_0, .f32, .f32])
        let plain = try #require(file.tensor(named: "plain"))
        #expect(plain.columns == 64 && plain.rows == 3 && plain.rowByteCount == 256 && plain.elementCount == 192)
        let floats = file.bytes(of: plain).bindMemory(to: Float.self)
        #expect(Array(floats) == (0..<192).map { Float($0) - 96 })
        let blocks = try #require(file.tensor(named: "blocks"))
        #expect(blocks.byteCount == 6 * 34)
        // The first block holds -96...-65: its scale is 96/127 as a half float, its first number -127.
        let bytes = Array(file.bytes(of: blocks).prefix(3))
        #expect(bytes[2] == UInt8(bitPattern: -127))
        #expect(file.tensor(named: "absent") == nil)
        for tensor in file.tensors {
            #expect(UInt(bitPattern: file.bytes(of: tensor).baseAddress).isMultiple(of: 32))
        }
    }

    @Test("reads version 2 like version 3", arguments: [2, 3] as [UInt32])
    func readsBothVersions(version: UInt32) throws {
        var raw = RawGGUF.sample
        raw.version = version
        let file = try folder.open(raw.bytes)
        #expect(file.version == Int(version))
        #expect(file.tensors.count == 2)
        let nested = try #require(try file.metadata.array("a.nested"))
        #expect(nested.map { $0.array?.integers } == [[9], []])
    }

    @Test("honours the file's alignment", arguments: [8, 64, 4096])
    func honoursAlignment(alignment: Int) throws {
        var raw = RawGGUF.sample
        raw.entries.append(.init("general.alignment", type: 4, little(UInt32(alignment))))
        raw.alignment = alignment
        raw.tensors = [.init("one", [4], offset: 0), .init("two", [2], offset: UInt64(max(alignment, 16)))]
        raw.dataByteCount = max(alignment, 16) + 8
        let file = try folder.open(raw.bytes)
        #expect(file.alignment == alignment)
        #expect(file.dataOffset.isMultiple(of: alignment))
        #expect(file.bytes(of: file.tensors[1]).first == UInt8(truncatingIfNeeded: max(alignment, 16)))
    }

    @Test("reads a file of nothing but metadata")
    func readsVocabularyOnly() throws {
        var raw = RawGGUF.sample
        raw.tensors = []
        raw.dataByteCount = 0
        #expect(try folder.open(raw.bytes).tensors.isEmpty)
    }

    @Test("names what is wrong with a path that is no file")
    func refusesOddPaths() throws {
        for path in [folder.path, "/dev/null", folder.file("absent"), ""] {
            let error = #expect(throws: GGUFError.self) { try GGUFFile.open(path: path) }
            #expect(error?.code == .unreadable)
            #expect(error?.description.isEmpty == false)
        }
        let empty = try folder.write([])
        #expect(throws: GGUFError.self) { try GGUFFile.open(path: empty) }
    }

    @Test("keeps arrays readable after the file object is gone")
    func arraysOutliveTheFile() throws {
        let array = try #require(try folder.open(RawGGUF.sample.bytes).metadata.array("a.numbers"))
        #expect(array.integers == [1, 2, 3])
    }

    @Test("says which key has the wrong type, what was expected and what was found")
    func reportsWrongTypes() throws {
        let metadata = try folder.open(RawGGUF.sample.bytes).metadata
        let error = #expect(throws: GGUFError.self) { try metadata.unsignedInteger("a.int64") }
        #expect(error?.code == .wrongType)
        #expect(error?.key == "a.int64")
        #expect(error?.description.contains("Expected an integer of at least 0, found int64 -5.0") == true)
        #expect(throws: GGUFError.self) { try metadata.string("a.uint32") }
        #expect(throws: GGUFError.self) { try metadata.strings("a.numbers") }
        #expect(throws: GGUFError.self) { try metadata.floats("a.texts") }
        #expect(throws: GGUFError.self) { try metadata.bool("a.uint8") }
        #expect(try metadata.string("absent") == nil)
        #expect(try metadata.unsignedInteger("a.uint8") == 7)
        #expect(try metadata.float("a.uint32") == 42)
    }
}
