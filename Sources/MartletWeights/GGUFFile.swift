/// An open model file: what it says about itself, and its tensors where they lie in memory.
///
/// Opening reads the header alone; weights are paged in by the operating system when they are first touched.
/// The file must not be cut short while it is open: replace model files by renaming a complete one over them.
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

    private let mapping: MappedFile
    private let indexByName: [String: Int]

    private init(path: String, mapping: MappedFile, header: GGUFHeader) {
        self.path = path
        self.mapping = mapping
        version = header.version
        metadata = header.metadata
        tensors = header.tensors
        alignment = header.alignment
        dataOffset = header.dataOffset
        indexByName = header.indexByName
    }

    /// Opens the file at `path` and checks everything that its header says.
    ///
    /// - Throws: `GGUFError`, for a file that can't be read, is damaged, or uses what Martlet doesn't know.
    /// - Complexity: O(header); allocations are bounded by a small multiple of the header's size.
    public static func open(path: String) throws(GGUFError) -> GGUFFile {
        let mapping = try MappedFile(path: path)
        do throws(GGUFError) {
            let header = try GGUFHeader(reading: mapping)
            return GGUFFile(path: path, mapping: mapping, header: header)
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

    /// Asks the operating system to read the whole file ahead; returns at once.
    public func prefetch() {
        mapping.prefetch()
    }

    /// Whether `path` names this very file, by whatever name.
    public func isSameFile(as path: String) -> Bool {
        mapping.isSameFile(as: path)
    }

    /// Lets go of the pages of a tensor's first `byteCount` bytes; they are read again when they are touched again.
    func release(_ tensor: GGUFTensor, upTo byteCount: Int) {
        let start = dataOffset + tensor.offset
        mapping.release(start..<start + byteCount)
    }
}
