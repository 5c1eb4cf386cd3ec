/// An open model file: what it says about itself, and its tensors where they lie in memory.
///
/// Opening reads the header alone. Weights are read by the operating system when they are first touched, or ahead of that
/// by ``reading``. The file must not be cut short while it is open: replace model files by renaming a complete one over
/// them.
public final class GGUFFile: Sendable {
    /// Where the file is.
    public let path: String
    /// GGUF's version, 2 or 3.
    public let version: Int
    /// The keys and values.
    public let metadata: GGUFMetadata
    /// The tensors in the file's order.
    public let tensors: [GGUFTensor]
    /// The data section's alignment in bytes, a power of two.
    public let alignment: Int
    /// Where the data section starts, in bytes from the start of the file.
    public let dataOffset: Int

    /// The reading of the weights ahead of their use; nil when they are read when they are used.
    public let reading: WeightReading?

    private let mapping: MappedFile
    private let indexByName: [String: Int]

    private init(path: String, mapping: MappedFile, header: GGUFHeader, reading: WeightReading?) {
        self.path = path
        self.mapping = mapping
        version = header.version
        metadata = header.metadata
        tensors = header.tensors
        alignment = header.alignment
        dataOffset = header.dataOffset
        indexByName = header.indexByName
        self.reading = reading
    }

    deinit {
        reading?.cancel()
    }

    /// Opens the file at `path`, checks everything that its header says, and begins to read its weights.
    ///
    /// - Parameter options: How the weights are read; nil reads them when they are used.
    /// - Throws: `GGUFError`, for a file that can't be read, is damaged, or uses what Martlet doesn't know.
    /// - Complexity: O(header); allocations are bounded by a small multiple of the header's size.
    public static func open(path: String, reading options: ReadingOptions? = nil) throws(GGUFError) -> GGUFFile {
        guard let options, options.mode != .lazy else { return try open(path: path) { _, _ in nil } }
        return try open(path: path, readsAhead: true) { mapping, header in
            let plan = ReadingPlan(
                tensors: header.tensors,
                dataOffset: header.dataOffset,
                fileByteCount: mapping.byteCount,
                byteLimit: options.byteLimit
            )
            let onCell = options.onCell.map { onCell in
                { @Sendable (number: Int, range: Range<Int>) in
                    onCell(number, UnsafeRawBufferPointer(rebasing: mapping.bytes[range]))
                }
            }
            let mode = options.mode
            return WeightReading(plan, threadCount: options.threadCount, onCell: onCell) {
                DiskReader(file: mapping, mode: mode).read
            }
        }
    }

    /// Opens a file whose weights come through something else, such as a test's slow disk.
    ///
    /// - Parameter wrap: Makes what reads out of what would; called on each thread.
    package static func open(
        path: String,
        threadCount: Int,
        through wrap: @escaping @Sendable (@escaping WeightReading.ReadChunk) -> WeightReading.ReadChunk
    ) throws(GGUFError) -> GGUFFile {
        try open(path: path) { mapping, header in
            let plan = ReadingPlan(
                tensors: header.tensors,
                dataOffset: header.dataOffset,
                fileByteCount: mapping.byteCount
            )
            return WeightReading(plan, threadCount: threadCount) { wrap(DiskReader(file: mapping, mode: .eager).read) }
        }
    }

    private static func open(
        path: String,
        readsAhead: Bool = false,
        _ beginReading: (MappedFile, GGUFHeader) -> WeightReading?
    ) throws(GGUFError) -> GGUFFile {
        let mapping = try MappedFile(path: path)
        if readsAhead {
            mapping.preferHugePages()
            mapping.readStart()
        }
        do throws(GGUFError) {
            let header = try GGUFHeader(reading: mapping)
            return GGUFFile(path: path, mapping: mapping, header: header, reading: beginReading(mapping, header))
        } catch {
            var located = error
            located.path = path
            throw located
        }
    }

    /// The whole file in memory, header and all; valid while this object lives.
    public var bytes: UnsafeRawBufferPointer { mapping.bytes }

    /// Bytes of the whole file.
    public var byteCount: Int { mapping.byteCount }

    /// The tensor of that name.
    public func tensor(named name: String) -> GGUFTensor? {
        indexByName[name].map { tensors[$0] }
    }

    /// A tensor's numbers in memory, aligned to ``alignment``; valid while this object lives.
    ///
    /// - Precondition: `tensor` is one of ``tensors``.
    public func bytes(of tensor: GGUFTensor) -> UnsafeRawBufferPointer {
        let start = dataOffset + tensor.offset
        precondition(start >= dataOffset && start + tensor.byteCount <= byteCount, "a tensor of another file")
        return UnsafeRawBufferPointer(rebasing: mapping.bytes[start..<start + tensor.byteCount])
    }

    /// Makes sure that the file wasn't cut short since it was opened, and that its weights could be read so far.
    ///
    /// - Throws: `truncated`, or why reading failed.
    /// - Complexity: One system call.
    public func checkReadability() throws(GGUFError) {
        if let failure = reading?.failure { throw failure }
        try mapping.checkLength()
    }

    /// Whether `path` names this very file, by whatever name.
    public func isSameFile(as path: String) -> Bool {
        mapping.isSameFile(as: path)
    }

    /// Lets the system forget what it has of the file in memory, so that it is read from the disk again; a hint.
    func forget() {
        mapping.forget()
    }

    /// Lets go of the pages of a tensor's first `byteCount` bytes; they are read again when they are touched again.
    func release(_ tensor: GGUFTensor, upTo byteCount: Int) {
        let start = dataOffset + tensor.offset
        mapping.release(start..<start + byteCount)
    }
}
