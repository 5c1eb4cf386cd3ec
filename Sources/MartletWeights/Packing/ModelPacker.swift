#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes a model's tensors in the order in which a step uses them, so that a cold start reads the file from its start to
/// its end and can compute what it has read so far.
///
/// The tensors' bytes stay as they are: the kernels read the file's own blocks. Each tensor begins at a page, so that no
/// page belongs to two of them and reads can go past the page cache. Any reader of GGUF reads the result.
public struct ModelPacker {
    /// How far packing is.
    public struct Progress: Sendable, Hashable {
        /// What is being done.
        public enum Phase: Sendable, Hashable {
            /// Tensors are written.
            case writing
            /// What was written is read back and compared.
            case verifying
        }

        /// What is being done.
        public let phase: Phase
        /// The tensor at hand.
        public let tensor: String
        /// Bytes of tensors that are done in this phase.
        public let completedByteCount: Int
        /// Bytes of all tensors.
        public let totalByteCount: Int
    }

    /// What packing came to.
    public struct Summary: Sendable, Hashable {
        /// Tensors that were written and read back.
        public let tensorCount: Int
        /// Bytes of the tensors.
        public let tensorByteCount: Int
        /// Bytes of the file.
        public let fileByteCount: Int
        /// Whether the source was in the order of use already.
        public let wasInOrder: Bool
    }

    /// Where tensors begin: the size of a page on every machine that the kernels run on but those of Apple, where it is four
    /// times as long and only the reading past the page cache is lost.
    public static let alignment = 4096
    private static let pieceByteCount = 4 << 20

    private let source: GGUFFile

    /// Prepares packing.
    public init(source: GGUFFile) {
        self.source = source
    }

    /// Writes the packed model, which appears under `path` only when it is complete and verified.
    ///
    /// - Parameters:
    ///   - path: Not the source's own.
    ///   - replacingExisting: Whether an existing file may be replaced.
    ///   - progress: Called for each few MiB; throwing from it ends the packing and leaves no file.
    /// - Throws: `GGUFError`: `invalidRequest`, `unwritable`, `diskFull`, `unreadable` when what was written is not what is read
    ///   back; whatever `progress` throws.
    public func pack(
        to path: String,
        replacingExisting: Bool = false,
        progress: @escaping (Progress) throws -> Void = { _ in }
    ) throws -> Summary {
        guard !source.isSameFile(as: path) else {
            throw GGUFError(
                .invalidRequest,
                "The output is the input.",
                remedy: "Name another output; rename it over the input afterwards if you like.",
                path: path
            )
        }
        let tensors = TensorOrder(source.tensors).entries.map(\.tensor)
        let total = tensors.reduce(0) { $0 + $1.byteCount }
        var metadata = source.metadata
        // At most 2^31 by the reader's own check.
        metadata[GGUFEncoding.alignmentKey] = .uint32(UInt32(max(Self.alignment, source.alignment)))
        var writer = GGUFWriter(metadata: metadata)
        var done = 0
        for tensor in tensors {
            try writer.add(tensor.name, shape: tensor.shape, format: tensor.format) { [source] emit in
                try Self.pieces(of: source.bytes(of: tensor)) { piece, end in
                    try progress(Progress(phase: .writing, tensor: tensor, completed: done, of: total))
                    try emit(piece)
                    done += piece.count
                    source.release(tensor, upTo: end)
                }
            }
        }
        try writer.write(to: path, replacingExisting: replacingExisting) { written in
            try verify(written, tensors, total: total, progress)
        }
        return Summary(
            tensorCount: tensors.count,
            tensorByteCount: total,
            fileByteCount: try GGUFFile.open(path: path).byteCount,
            wasInOrder: source.isInOrderOfUse
        )
    }

    /// Reads a written file back, from the disk where the system allows it, and compares all of it.
    private func verify(
        _ path: String,
        _ tensors: [GGUFTensor],
        total: Int,
        _ progress: (Progress) throws -> Void
    ) throws {
        let written = try GGUFFile.open(path: path)
        written.forget()
        guard written.isInOrderOfUse, written.tensors.map(\.name) == tensors.map(\.name),
            written.metadata.keys.count >= source.metadata.keys.count
        else { throw Self.mismatch(nil) }
        var done = 0
        for (tensor, copy) in zip(tensors, written.tensors) {
            let bytes = written.bytes(of: copy)
            guard copy.shape == tensor.shape, copy.format == tensor.format, bytes.count == tensor.byteCount else {
                throw Self.mismatch(tensor)
            }
            var start = 0
            try Self.pieces(of: source.bytes(of: tensor)) { piece, end in
                try progress(Progress(phase: .verifying, tensor: tensor, completed: done, of: total))
                // Tensors have at least one byte, so both have an address.
                guard
                    memcmp(
                        piece.baseAddress.unsafelyUnwrapped,
                        bytes.baseAddress.unsafelyUnwrapped + start,
                        piece.count
                    ) == 0
                else {
                    throw Self.mismatch(tensor)
                }
                start = end
                done += piece.count
                source.release(tensor, upTo: end)
                written.release(copy, upTo: end)
            }
        }
    }

    /// Hands bytes over in pieces, each with the place where it ends.
    private static func pieces(
        of bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer, Int) throws -> Void
    ) throws {
        for start in stride(from: 0, to: bytes.count, by: pieceByteCount) {
            let end = min(start + pieceByteCount, bytes.count)
            try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), end)
        }
    }

    private static func mismatch(_ tensor: GGUFTensor?) -> GGUFError {
        GGUFError(
            .unreadable,
            "What was written is not what is read back.",
            remedy: "The disk or the memory fails: check them, and write to another disk.",
            tensor: tensor?.name
        )
    }
}

extension ModelPacker.Progress {
    fileprivate init(phase: Phase, tensor: GGUFTensor, completed: Int, of total: Int) {
        self.init(phase: phase, tensor: tensor.name, completedByteCount: completed, totalByteCount: total)
    }
}
