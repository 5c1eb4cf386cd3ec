import MartletWeights
import Testing

/// A small generator of numbers with a known seed, so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("GGUF files, fuzzed")
struct GGUFFuzzTests {
    /// Numbers that counts, lengths and offsets go wrong at.
    static let oddNumbers: [UInt64] = [
        0, 1, 2, 7, 8, 31, 32, 33, 255, 65535, 65536, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 61) - 1, 1 << 61,
        (1 << 63) - 32, (1 << 63) - 1, 1 << 63, .max - 31, .max,
    ]

    /// Reads everything that a file offers; whatever it says, this must end, and end in a value or a `GGUFError`.
    func exhaust(_ bytes: [UInt8], in folder: TemporaryFolder) throws -> Bool {
        let path = try folder.write(bytes)
        let file: GGUFFile
        do {
            file = try GGUFFile.open(path: path)
        } catch {
            // `open` throws nothing but GGUFError; its text must be harmless as well.
            #expect(!error.description.unicodeScalars.contains { $0.value < 32 })
            return false
        }
        var sum = 0
        for key in file.metadata.keys {
            if let array = file.metadata[key]?.array {
                sum &+= array.reduce(0) { count, _ in count + 1 }
                #expect(array.reduce(0) { count, _ in count + 1 } == array.count)
                sum &+= array.strings?.count ?? array.integers?.count ?? array.floats?.count ?? 0
            }
        }
        for tensor in file.tensors {
            let data = file.bytes(of: tensor)
            #expect(data.count == tensor.byteCount)
            sum &+= Int(data.first ?? 0) &+ Int(data.last ?? 0)
        }
        var writer = GGUFWriter(metadata: file.metadata, version: file.version)
        for tensor in file.tensors {
            try writer.add(tensor.name, shape: tensor.shape, format: tensor.format) { try $0(file.bytes(of: tensor)) }
        }
        _ = try writer.encoded()
        return true
    }

    @Test("survives 12,000 files with random bytes changed, inserted and removed", arguments: 0..<4)
    func survivesRandomDamage(seed: Int) throws {
        let folder = try TemporaryFolder(inMemory: true)
        var random = SeededGenerator(seed: UInt64(seed))
        let sources = [RawGGUF.sample.bytes, try fixture("python.gguf")]
        var acceptedCount = 0
        for _ in 0..<3000 {
            var bytes = sources[Int.random(in: 0...1, using: &random)]
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                // Mostly in the header, where the structure is.
                let reach = Bool.random(using: &random) ? bytes.count : min(bytes.count, 600)
                let place = Int.random(in: 0..<reach, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                case 4: bytes.remove(at: place)
                default:
                    let number = little(GGUFFuzzTests.oddNumbers.randomElement(using: &random) ?? 0)
                    for (index, byte) in number.enumerated() where place + index < bytes.count {
                        bytes[place + index] = byte
                    }
                }
            }
            if try exhaust(bytes, in: folder) { acceptedCount += 1 }
        }
        // Bytes of text and data may change freely; if nothing got through, the test would test too little.
        #expect(acceptedCount > 50)
    }

    @Test("survives 12,000 files with one or two fields replaced by odd numbers", arguments: 0..<4)
    func survivesOddFields(seed: Int) throws {
        let folder = try TemporaryFolder(inMemory: true)
        var random = SeededGenerator(seed: UInt64(1000 + seed))
        var acceptedCount = 0
        for _ in 0..<3000 {
            var raw = RawGGUF.sample
            for _ in 0..<Int.random(in: 1...2, using: &random) { mutate(&raw, using: &random) }
            if try exhaust(raw.bytes, in: folder) { acceptedCount += 1 }
        }
        #expect(acceptedCount > 50)
    }

    private func mutate(_ raw: inout RawGGUF, using random: inout SeededGenerator) {
        let odd = GGUFFuzzTests.oddNumbers.randomElement(using: &random) ?? 0
        let entry = Int.random(in: 0..<raw.entries.count, using: &random)
        let tensor = Int.random(in: 0..<raw.tensors.count, using: &random)
        switch Int.random(in: 0..<14, using: &random) {
        case 0: raw.tensorCount = odd
        case 1: raw.keyCount = odd
        case 2: raw.entries[entry].type = UInt32(truncatingIfNeeded: odd)
        case 3: raw.entries[entry].type = UInt32.random(in: 0...13, using: &random)
        case 4:
            raw.entries[entry].payload.replaceSubrange(..<min(8, raw.entries[entry].payload.count), with: little(odd))
        case 5: raw.entries[entry].payload = array(.random(in: 0...13, using: &random), count: odd, little(odd))
        case 6: raw.entries.swapAt(entry, Int.random(in: 0..<raw.entries.count, using: &random))
        case 7: raw.tensors[tensor].dimensionCount = UInt32(truncatingIfNeeded: odd)
        case 8: raw.tensors[tensor].dimensions = (0..<Int.random(in: 0...5, using: &random)).map { _ in odd }
        case 9: raw.tensors[tensor].dimensions.insert(odd, at: 0)
        case 10: raw.tensors[tensor].format = .random(in: 0...40, using: &random)
        case 11: raw.tensors[tensor].offset = odd
        case 12: raw.entries.append(.init("general.alignment", type: 4, little(UInt32(truncatingIfNeeded: odd))))
        default: raw.dataByteCount = Int.random(in: 0...200, using: &random)
        }
    }
}
