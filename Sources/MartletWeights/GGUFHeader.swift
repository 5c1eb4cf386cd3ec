/// Everything in front of a GGUF file's weights, read and checked.
struct GGUFHeader {
    let version: Int
    var metadata = GGUFMetadata()
    var tensors: [GGUFTensor] = []
    var indexByName: [String: Int] = [:]
    var alignment = GGUFEncoding.defaultAlignment
    var dataOffset = 0

    /// The fewest bytes of a key with its value, and of a tensor's description.
    private static let minimumEntryByteCount = 8 + 1 + 4 + 1
    private static let minimumTensorByteCount = 8 + 1 + 4 + 8 + 4 + 8

    init(reading file: MappedFile) throws(GGUFError) {
        let source = ByteSource(file, 0..<file.byteCount)
        var cursor = ByteCursor(file.bytes)
        version = try GGUFHeader.version(from: &cursor)
        let tensorCount = try cursor.count(of: "tensors", minimumByteCount: GGUFHeader.minimumTensorByteCount)
        let keyCount = try cursor.count(of: "keys", minimumByteCount: GGUFHeader.minimumEntryByteCount)
        for _ in 0..<keyCount {
            try readEntry(from: &cursor, in: source)
        }
        try checkParts()
        try readAlignment()
        for _ in 0..<tensorCount {
            try readTensor(from: &cursor)
        }
        try placeData(after: cursor.offset, in: file.byteCount)
        try checkOverlap()
    }

    private static func version(from cursor: inout ByteCursor) throws(GGUFError) -> Int {
        let magic = try cursor.integer(UInt32.self)
        guard magic == GGUFEncoding.magic else {
            throw GGUFError(
                .notGGUF,
                "This is not a GGUF file: it doesn't start with \"GGUF\".",
                remedy: "Fetch the model's .gguf file; other forms of a model have to be converted first.",
                offset: 0
            )
        }
        let version = try cursor.integer(UInt32.self)
        switch version {
        case 2, 3:
            return Int(version)
        case 1:
            throw GGUFError(
                .unsupportedVersion,
                "This is a GGUF file of version 1, which was in use for a few weeks of 2023.",
                remedy: "Fetch a newer conversion of the model.",
                offset: 4
            )
        case let swapped where (1...3).contains(swapped.byteSwapped):
            throw GGUFError(
                .unsupportedVersion,
                "This is a big-endian GGUF file.",
                remedy: "Fetch the model's usual little-endian file.",
                offset: 4
            )
        default:
            throw GGUFError(
                .unsupportedVersion,
                "This is a GGUF file of version \(version); Martlet reads versions 2 and 3.",
                remedy: "Update Martlet, or fetch another conversion of the model.",
                offset: 4
            )
        }
    }

    private mutating func readEntry(from cursor: inout ByteCursor, in source: ByteSource) throws(GGUFError) {
        let start = cursor.offset
        let key = try cursor.name("A key")
        do throws(GGUFError) {
            guard metadata[key] == nil else {
                throw GGUFError(.duplicateName, "The key comes twice.", offset: start)
            }
            let type = try GGUFEncoding.valueType(from: &cursor)
            metadata[key] = try GGUFEncoding.value(of: type, from: &cursor, in: source, depth: 0)
        } catch {
            var located = error
            located.key = key
            throw located
        }
    }

    private func checkParts() throws(GGUFError) {
        guard let partCount = try metadata.unsignedInteger("split.count"), partCount > 1 else { return }
        let part = try metadata.unsignedInteger("split.no") ?? 0
        throw GGUFError(
            .splitFile,
            "This is part \(part &+ 1) of a model that is split over \(partCount) files.",
            remedy: "Join them with `llama-gguf-split --merge FIRST-PART OUTPUT`, or fetch the model as one file."
        )
    }

    private mutating func readAlignment() throws(GGUFError) {
        let key = GGUFEncoding.alignmentKey
        guard let value = metadata[key] else { return }
        guard case .uint32(let raw) = value, raw >= 8, raw.nonzeroBitCount == 1 else {
            throw GGUFError(
                .invalidAlignment,
                "The alignment is \(value.summary), not a uint32 that is a power of two of at least 8.",
                key: key
            )
        }
        alignment = Int(raw)
    }

    private mutating func readTensor(from cursor: inout ByteCursor) throws(GGUFError) {
        let start = cursor.offset
        let name = try cursor.name("A tensor's name")
        do throws(GGUFError) {
            guard indexByName.updateValue(tensors.count, forKey: name) == nil else {
                throw GGUFError(.duplicateName, "The tensor comes twice.")
            }
            let dimensionCount = try cursor.integer(UInt32.self)
            guard (1...4).contains(dimensionCount) else {
                throw GGUFError(.invalidShape, "It has \(dimensionCount) dimensions; 1 to 4 are possible.")
            }
            var shape: [Int] = []
            for _ in 0..<dimensionCount {
                let raw = try cursor.integer(UInt64.self)
                guard let dimension = Int(exactly: raw) else {
                    throw GGUFError(.invalidShape, "A dimension is \(raw).")
                }
                shape.append(dimension)
            }
            let number = try cursor.integer(UInt32.self)
            guard let format = TensorFormat(number: number) else {
                throw GGUFHeader.unsupported(format: number)
            }
            let rawOffset = try cursor.integer(UInt64.self)
            guard let offset = Int(exactly: rawOffset) else {
                throw GGUFError(.outOfBounds, "Its data would start \(rawOffset) bytes into the data section.")
            }
            guard offset.isMultiple(of: alignment) else {
                throw GGUFError(
                    .invalidAlignment,
                    "Its data starts at \(offset), which is no multiple of the alignment \(alignment)."
                )
            }
            tensors.append(try GGUFTensor(name: name, shape: shape, format: format, offset: offset))
        } catch {
            var located = error
            located.tensor = name
            located.offset = located.offset ?? start
            throw located
        }
    }

    private static func unsupported(format number: UInt32) -> GGUFError {
        let name = TensorFormat.foreignNames[number].map { " (\($0))" } ?? ""
        return GGUFError(
            .unsupportedFormat,
            "It is stored in format \(number)\(name), which Martlet doesn't read.",
            remedy: "Fetch the model in another format; Q4_K_M and Q8_0 are the usual ones."
        )
    }

    private mutating func placeData(after headerEnd: Int, in fileByteCount: Int) throws(GGUFError) {
        // A header's end is at most the file's size and the alignment at most 2^31: the sum can't overflow 64 bits.
        dataOffset = (headerEnd + alignment - 1) / alignment * alignment
        let available = fileByteCount - dataOffset
        for tensor in tensors {
            guard tensor.byteCount <= available, tensor.offset <= available - tensor.byteCount else {
                throw GGUFError(
                    .outOfBounds,
                    "Its \(tensor.byteCount) bytes at \(tensor.offset) of the data section run past the end of the "
                        + "file, which has \(max(available, 0)) bytes of data.",
                    remedy: "The file is incomplete: fetch it again.",
                    tensor: tensor.name
                )
            }
        }
    }

    private func checkOverlap() throws(GGUFError) {
        let ordered = tensors.sorted { $0.offset < $1.offset }
        for (previous, next) in zip(ordered, ordered.dropFirst())
        where previous.offset + previous.byteCount > next.offset {
            throw GGUFError(
                .overlappingTensors,
                "It shares bytes with the tensor \"\(printable(previous.name, limit: 80))\".",
                tensor: next.name
            )
        }
    }
}

extension TensorFormat {
    /// Names of formats that other programs write and Martlet doesn't read, for messages.
    static let foreignNames: [UInt32: String] = [
        15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 21: "IQ3_S", 22: "IQ2_S", 24: "I8",
        25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
    ]
}
