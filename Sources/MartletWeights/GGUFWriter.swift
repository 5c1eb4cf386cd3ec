/// Writes GGUF files: metadata and tensors in the order in which they were added.
public struct GGUFWriter {
    /// Takes a tensor's next bytes; see ``add(_:shape:format:produce:)``.
    public typealias Emit = (UnsafeRawBufferPointer) throws -> Void

    private struct Entry {
        let name: String
        let shape: [Int]
        let format: TensorFormat
        let byteCount: Int
        let produce: (Emit) throws -> Void
    }

    /// The keys and values; `general.alignment` sets the alignment of the tensors' data, which is 32 without it.
    public var metadata: GGUFMetadata
    private let version: Int
    private var entries: [Entry] = []
    private var names: Set<String> = []

    /// Starts a file without tensors.
    ///
    /// - Precondition: `version` is 2 or 3.
    public init(metadata: GGUFMetadata = GGUFMetadata(), version: Int = 3) {
        precondition(version == 2 || version == 3, "GGUF versions 2 and 3 are written")
        self.metadata = metadata
        self.version = version
    }

    /// Adds a tensor whose bytes `produce` hands over in pieces while the file is written.
    ///
    /// - Parameters:
    ///   - name: 1 to 65535 bytes; other programs take up to 63.
    ///   - shape: 1 to 4 dimensions, fastest first; rows are whole blocks of `format`.
    ///   - format: How the bytes are to be read.
    ///   - produce: Called once for each written file, with a function that takes the next bytes.
    /// - Throws: `invalidShape`, `invalidText` or `duplicateName`.
    public mutating func add(
        _ name: String,
        shape: [Int],
        format: TensorFormat,
        produce: @escaping (Emit) throws -> Void
    ) throws(GGUFError) {
        try GGUFWriter.check(name: name)
        guard names.insert(name).inserted else {
            throw GGUFError(.duplicateName, "The tensor comes twice.", remedy: "Give each its own name.", tensor: name)
        }
        let tensor = try GGUFTensor(name: name, shape: shape, format: format, offset: 0)
        entries.append(
            Entry(name: name, shape: shape, format: format, byteCount: tensor.byteCount, produce: produce)
        )
    }

    /// Adds a tensor whose bytes are in memory.
    public mutating func add(
        _ name: String,
        shape: [Int],
        format: TensorFormat,
        bytes: [UInt8]
    ) throws(GGUFError) {
        try add(name, shape: shape, format: format) { emit in
            try bytes.withUnsafeBytes { try emit($0) }
        }
    }

    /// Adds a tensor of 32-bit floats.
    public mutating func add(_ name: String, shape: [Int], floats: [Float]) throws(GGUFError) {
        try add(name, shape: shape, format: .f32) { emit in
            try floats.withUnsafeBytes { try emit($0) }
        }
    }

    /// Writes the file, which appears under `path` only when it is complete.
    ///
    /// - Parameters:
    ///   - path: The file to write.
    ///   - replacingExisting: Whether an existing file may be replaced.
    ///   - check: Looks at the complete file under a temporary name before it gets its own.
    /// - Throws: `unwritable` or `diskFull`; `invalidRequest` for an existing file that isn't to be replaced;
    ///   `invalidShape` when a tensor's bytes are more or fewer than its shape says; whatever a producer or `check` throws.
    public func write(
        to path: String,
        replacingExisting: Bool = true,
        check: (String) throws -> Void = { _ in }
    ) throws {
        let header = try encodedHeader()
        let file = try ReplacementFile(path: path, replacingExisting: replacingExisting)
        try file.checkSpace(byteCount: try totalByteCount(header: header))
        try write(header: header) { try file.write($0) }
        try file.commit(check: check)
    }

    /// The whole file in memory, for small ones.
    public func encoded() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try write(header: try encodedHeader()) { bytes.append(contentsOf: $0) }
        return bytes
    }

    private func write(header: [UInt8], to emit: Emit) throws {
        let padding = [UInt8](repeating: 0, count: try alignment())
        try header.withUnsafeBytes { try emit($0) }
        for entry in entries {
            var count = 0
            try entry.produce { bytes in
                count += bytes.count
                guard count <= entry.byteCount else { throw GGUFWriter.wrongByteCount(entry.name, entry.byteCount) }
                try emit(bytes)
            }
            guard count == entry.byteCount else { throw GGUFWriter.wrongByteCount(entry.name, entry.byteCount) }
            let rest = GGUFWriter.padded(count, padding.count) - count
            try padding.withUnsafeBytes { try emit(UnsafeRawBufferPointer(rebasing: $0[..<rest])) }
        }
    }

    private func alignment() throws(GGUFError) -> Int {
        guard let value = metadata[GGUFEncoding.alignmentKey] else { return GGUFEncoding.defaultAlignment }
        guard case .uint32(let raw) = value, raw >= 8, raw.nonzeroBitCount == 1 else {
            throw GGUFError(
                .invalidAlignment,
                "The alignment is \(value.summary).",
                remedy: "Set a uint32 that is a power of two of at least 8.",
                key: GGUFEncoding.alignmentKey
            )
        }
        return Int(raw)
    }

    /// The header, padded so that data can follow; a file without tensors has no padding.
    private func encodedHeader() throws(GGUFError) -> [UInt8] {
        let alignment = try alignment()
        var bytes: [UInt8] = []
        GGUFEncoding.append(GGUFEncoding.magic, to: &bytes)
        GGUFEncoding.append(UInt32(version), to: &bytes)
        GGUFEncoding.append(UInt64(entries.count), to: &bytes)
        GGUFEncoding.append(UInt64(metadata.keys.count), to: &bytes)
        for key in metadata.keys {
            guard let value = metadata[key] else { continue }
            try GGUFWriter.check(name: key)
            GGUFEncoding.append(text: key.utf8, to: &bytes)
            GGUFEncoding.append(value.type.rawValue, to: &bytes)
            GGUFEncoding.append(value, to: &bytes)
        }
        var offset = 0
        for entry in entries {
            GGUFEncoding.append(text: entry.name.utf8, to: &bytes)
            GGUFEncoding.append(UInt32(entry.shape.count), to: &bytes)
            for dimension in entry.shape { GGUFEncoding.append(UInt64(dimension), to: &bytes) }
            GGUFEncoding.append(entry.format.number, to: &bytes)
            GGUFEncoding.append(UInt64(offset), to: &bytes)
            offset = try GGUFWriter.sum(offset, entry.byteCount, alignment, tensor: entry.name)
        }
        if !entries.isEmpty {
            bytes.append(
                contentsOf: repeatElement(0, count: GGUFWriter.padded(bytes.count, alignment) - bytes.count)
            )
        }
        return bytes
    }

    private func totalByteCount(header: [UInt8]) throws(GGUFError) -> Int {
        let alignment = try alignment()
        var total = header.count
        for entry in entries { total = try GGUFWriter.sum(total, entry.byteCount, alignment, tensor: entry.name) }
        return total
    }

    /// `offset` plus `byteCount`, rounded up to `alignment`.
    private static func sum(
        _ offset: Int,
        _ byteCount: Int,
        _ alignment: Int,
        tensor: String
    ) throws(GGUFError) -> Int {
        let (end, overflow) = offset.addingReportingOverflow(byteCount)
        guard !overflow, end <= Int.max - alignment else {
            throw GGUFError(
                .invalidShape,
                "The tensors are too large for a file.",
                remedy: "Leave some out.",
                tensor: tensor
            )
        }
        return padded(end, alignment)
    }

    private static func padded(_ count: Int, _ alignment: Int) -> Int {
        (count + alignment - 1) / alignment * alignment
    }

    private static func check(name: String) throws(GGUFError) {
        guard (1...65535).contains(name.utf8.count), !name.utf8.contains(0) else {
            throw GGUFError(
                .invalidText,
                "A key or a tensor's name is empty, longer than 65535 bytes, or contains a zero byte.",
                remedy: "Give it another name."
            )
        }
    }

    private static func wrongByteCount(_ name: String, _ expected: Int) -> GGUFError {
        GGUFError(
            .invalidShape,
            "Its bytes are not the \(expected) that its shape and format come to.",
            remedy: "Hand over exactly that many.",
            tensor: name
        )
    }
}
