import MartletWeights
import Testing

/// One way to break a good file, and how the reader must answer.
struct Corruption: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let code: GGUFError.Code
    let change: @Sendable (inout RawGGUF) -> Void

    init(_ description: String, _ code: GGUFError.Code, _ change: @escaping @Sendable (inout RawGGUF) -> Void) {
        testDescription = description
        self.code = code
        self.change = change
    }

    static let header: [Corruption] = [
        Corruption("other magic", .notGGUF) { $0.magic = Array("GGML".utf8) },
        Corruption("version 0", .unsupportedVersion) { $0.version = 0 },
        Corruption("version 1", .unsupportedVersion) { $0.version = 1 },
        Corruption("version 4", .unsupportedVersion) { $0.version = 4 },
        Corruption("big-endian", .unsupportedVersion) { $0.version = UInt32(3).byteSwapped },
        Corruption("2^63 tensors", .invalidCount) { $0.tensorCount = 1 << 63 },
        Corruption("2^40 tensors", .invalidCount) { $0.tensorCount = 1 << 40 },
        Corruption("2^64 - 1 keys", .invalidCount) { $0.keyCount = .max },
        Corruption("more keys than fit", .invalidCount) { $0.keyCount = 1000 },
    ]

    static let values: [Corruption] = [
        Corruption("empty key", .invalidText) { $0.entries[1].key = [] },
        Corruption("key that is no UTF-8", .invalidText) { $0.entries[1].key = [0xff, 0x41] },
        Corruption("key with a zero byte", .invalidText) { $0.entries[1].key = [0x41, 0] },
        Corruption("key twice", .duplicateName) { $0.entries[1].key = $0.entries[2].key },
        Corruption("unknown value type", .invalidValue) { $0.entries[1].type = 13 },
        Corruption("bool of 2", .invalidValue) { $0.entries[5].payload = [2] },
        Corruption("bool array with 2", .invalidValue) { $0.entries[9].payload = array(7, count: 2, [1, 2]) },
        Corruption("text of 2^64 - 1 bytes", .invalidCount) { $0.entries[0].payload = little(UInt64.max) },
        Corruption("array of 2^61 texts", .invalidCount) { $0.entries[7].payload = array(8, count: 1 << 61, []) },
        Corruption("array of 2^62 int32", .invalidCount) { $0.entries[8].payload = array(5, count: 1 << 62, []) },
        Corruption("array of unknown type", .invalidValue) { $0.entries[8].payload = array(99, count: 0, []) },
        Corruption("arrays a thousand deep", .invalidValue) { raw in
            var payload = array(0, count: 0, [])
            for _ in 0..<1000 { payload = array(9, count: 1, payload) }
            raw.entries[10].payload = payload
        },
        Corruption("part of a split model", .splitFile) {
            $0.entries.append(.init("split.count", type: 2, little(UInt16(3))))
        },
        Corruption("split count of the wrong type", .wrongType) {
            $0.entries.append(.init("split.count", type: 8, text([])))
        },
    ]

    static let alignments: [Corruption] =
        [0, 1, 4, 24, 48, UInt32.max].map { alignment in
            Corruption("alignment \(alignment)", .invalidAlignment) {
                $0.entries.append(.init("general.alignment", type: 4, little(alignment)))
            }
        } + [
            Corruption("alignment as text", .invalidAlignment) {
                $0.entries.append(.init("general.alignment", type: 8, text(Array("32".utf8))))
            },
            Corruption("alignment as uint64", .invalidAlignment) {
                $0.entries.append(.init("general.alignment", type: 10, little(UInt64(32))))
            },
            Corruption("alignment of 2^31", .invalidAlignment) {
                $0.entries.append(.init("general.alignment", type: 4, little(UInt32(1) << 31)))
            },
            Corruption("data that the alignment pushes out of the file", .outOfBounds) {
                $0.entries.append(.init("general.alignment", type: 4, little(UInt32(1) << 31)))
                $0.tensors = [.init("one", [4, 2], offset: 0)]
            },
        ]

    static let tensors: [Corruption] = [
        Corruption("empty name", .invalidText) { $0.tensors[0].name = [] },
        Corruption("name that is no UTF-8", .invalidText) { $0.tensors[0].name = [0xc0] },
        Corruption("name twice", .duplicateName) { $0.tensors[0].name = $0.tensors[1].name },
        Corruption("no dimensions", .invalidShape) { $0.tensors[0].dimensions = [] },
        Corruption("five dimensions", .invalidShape) { $0.tensors[0].dimensions = [1, 1, 1, 1, 1] },
        Corruption("2^32 - 1 dimensions", .invalidShape) { $0.tensors[0].dimensionCount = .max },
        Corruption("dimension 0", .invalidShape) { $0.tensors[0].dimensions = [4, 0] },
        Corruption("dimension 2^63", .invalidShape) { $0.tensors[0].dimensions = [1 << 63] },
        Corruption("product of 2^64", .invalidShape) { $0.tensors[0].dimensions = [1 << 32, 1 << 32] },
        Corruption("product that fits, bytes that don't", .invalidShape) { $0.tensors[0].dimensions = [1 << 62] },
        Corruption("rows of half a block", .invalidShape) { $0.tensors[1].dimensions = [16, 2] },
        Corruption("unknown format", .unsupportedFormat) { $0.tensors[0].format = 12345 },
        Corruption("format of other programs", .unsupportedFormat) { $0.tensors[0].format = 16 },
        Corruption("offset off the alignment", .invalidAlignment) { $0.tensors[1].offset = 36 },
        Corruption("offset past the end", .outOfBounds) { $0.tensors[1].offset = 64 },
        Corruption("offset 2^63", .outOfBounds) { $0.tensors[1].offset = 1 << 63 },
        Corruption("offset near 2^63", .outOfBounds) { $0.tensors[1].offset = (1 << 63) - 32 },
        Corruption("data one byte short", .outOfBounds) { $0.dataByteCount -= 1 },
        Corruption("no data at all", .outOfBounds) { $0.dataByteCount = 0 },
        Corruption("the same bytes for both", .overlappingTensors) { $0.tensors[1].offset = 0 },
    ]
}

@Suite("GGUF files, broken")
struct GGUFCorruptionTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(
        "refuses each broken field with its own error",
        arguments: Corruption.header + Corruption.values + Corruption.alignments + Corruption.tensors
    )
    func refuses(corruption: Corruption) throws {
        var raw = RawGGUF.sample
        _ = try folder.open(raw.bytes)
        corruption.change(&raw)
        let error = #expect(throws: GGUFError.self) { try folder.open(raw.bytes) }
        #expect(error?.code == corruption.code)
        #expect(error?.path == folder.file("model.gguf"))
        #expect(error?.remedy.isEmpty == false)
    }

    @Test("refuses a file cut at any byte")
    func refusesEveryTruncation() throws {
        let bytes = RawGGUF.sample.bytes
        for count in 0..<bytes.count {
            let error = #expect(throws: GGUFError.self) { try folder.open(Array(bytes[..<count])) }
            let expected: Set<GGUFError.Code> = [.truncated, .invalidCount, .outOfBounds]
            #expect(error.map { expected.contains($0.code) } == true, "cut at \(count): \(String(describing: error))")
        }
    }

    @Test("names the tensor and the key that are wrong, and how to join a split model")
    func namesThePlace() throws {
        var raw = RawGGUF.sample
        raw.tensors[0].format = 16
        let tensor = #expect(throws: GGUFError.self) { try folder.open(raw.bytes) }
        #expect(tensor?.tensor == "one")
        #expect(tensor?.description.contains("IQ2_XXS") == true)

        raw = RawGGUF.sample
        raw.entries[7].payload = array(8, count: 1 << 61, [])
        let key = #expect(throws: GGUFError.self) { try folder.open(raw.bytes) }
        #expect(key?.key == "a.texts")
        #expect(key?.offset != nil)

        raw = RawGGUF.sample
        raw.entries.append(.init("split.count", type: 2, little(UInt16(3))))
        let part = #expect(throws: GGUFError.self) { try folder.open(raw.bytes) }
        #expect(part?.description.contains("split over 3 files") == true)
        #expect(part?.description.contains("--merge") == true)
    }

    @Test("keeps control characters of a hostile file out of its messages")
    func messagesAreHarmless() throws {
        var raw = RawGGUF.sample
        raw.tensors[0].name = Array("evil\u{1B}[2J\u{202E}\n".utf8)
        raw.tensors[0].format = 77
        let error = #expect(throws: GGUFError.self) { try folder.open(raw.bytes) }
        let text = try #require(error?.description)
        #expect(text.contains("evil\\u{1B}[2J\\u{202E}\\n"))
        #expect(!text.unicodeScalars.contains { $0.value < 32 || $0 == "\u{202E}" })
    }
}
