/// A GGUF file spelled out field by field, so that tests can write what no writer would.
struct RawGGUF {
    struct Entry {
        var key: [UInt8]
        var type: UInt32
        var payload: [UInt8]

        init(_ key: String, type: UInt32, _ payload: [UInt8]) {
            self.key = Array(key.utf8)
            self.type = type
            self.payload = payload
        }
    }

    struct Tensor {
        var name: [UInt8]
        var dimensions: [UInt64]
        var dimensionCount: UInt32?
        var format: UInt32
        var offset: UInt64

        init(_ name: String, _ dimensions: [UInt64], format: UInt32 = 0, offset: UInt64) {
            self.name = Array(name.utf8)
            self.dimensions = dimensions
            self.format = format
            self.offset = offset
        }
    }

    var magic: [UInt8] = Array("GGUF".utf8)
    var version: UInt32 = 3
    var tensorCount: UInt64?
    var keyCount: UInt64?
    var entries: [Entry] = []
    var tensors: [Tensor] = []
    var alignment = 32
    var dataByteCount = 0

    var bytes: [UInt8] {
        var bytes = magic + little(version)
        bytes += little(tensorCount ?? UInt64(tensors.count))
        bytes += little(keyCount ?? UInt64(entries.count))
        for entry in entries { bytes += text(entry.key) + little(entry.type) + entry.payload }
        for tensor in tensors {
            bytes += text(tensor.name) + little(tensor.dimensionCount ?? UInt32(tensor.dimensions.count))
            for dimension in tensor.dimensions { bytes += little(dimension) }
            bytes += little(tensor.format) + little(tensor.offset)
        }
        if dataByteCount > 0 {
            while !bytes.count.isMultiple(of: alignment) { bytes.append(0) }
            bytes += (0..<dataByteCount).map { UInt8(truncatingIfNeeded: $0) }
        }
        return bytes
    }

    /// A valid file with every kind of value and two tensors.
    static var sample: RawGGUF {
        var raw = RawGGUF()
        raw.entries = [
            Entry("general.architecture", type: 8, text(Array("llama".utf8))),
            Entry("a.uint8", type: 0, [7]),
            Entry("a.int16", type: 3, little(Int16(-2))),
            Entry("a.uint32", type: 4, little(UInt32(42))),
            Entry("a.float32", type: 6, little(Float(0.5).bitPattern)),
            Entry("a.bool", type: 7, [1]),
            Entry("a.int64", type: 11, little(Int64(-5))),
            Entry("a.texts", type: 9, array(8, count: 2, text(Array("x".utf8)) + text([]))),
            Entry("a.numbers", type: 9, array(5, count: 3, little(Int32(1)) + little(Int32(2)) + little(Int32(3)))),
            Entry("a.bools", type: 9, array(7, count: 2, [1, 0])),
            Entry("a.nested", type: 9, array(9, count: 2, array(0, count: 1, [9]) + array(0, count: 0, []))),
        ]
        raw.tensors = [
            Tensor("one", [4, 2], offset: 0),
            Tensor("two", [32], format: 8, offset: 32),
        ]
        raw.dataByteCount = 32 + 34
        return raw
    }
}

func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

func text(_ bytes: [UInt8]) -> [UInt8] {
    little(UInt64(bytes.count)) + bytes
}

func array(_ type: UInt32, count: UInt64, _ elements: [UInt8]) -> [UInt8] {
    little(type) + little(count) + elements
}
