import CMartletKernels
import Dispatch
import Synchronization

/// Converts one tensor after another, a few MiB at a time, on several threads.
///
/// Rows are whole blocks of both formats, so a tensor is converted as one long run of numbers.
struct TensorConverter {
    let threadCount: Int

    /// Numbers that one thread converts at a time; a multiple of every block length.
    private static let pieceLength = 65536
    /// Pieces between two writes of the output.
    private static let piecesPerSlab = 64

    /// Converts `bytes` of `tensor` and hands the result over slab by slab, with the source bytes done so far.
    func convert(
        _ bytes: UnsafeRawBufferPointer,
        of tensor: GGUFTensor,
        to format: TensorFormat,
        emit: (UnsafeRawBufferPointer, Int) throws -> Void
    ) throws {
        if tensor.format == format {
            try copy(bytes, emit: emit)
            return
        }
        guard let traits = martlet_format_traits_of(format.number), let quantize = traits.pointee.quantize else {
            throw GGUFError(
                .unsupportedFormat,
                "Martlet reads \(format) but doesn't write it.",
                remedy: "Choose another format.",
                tensor: tensor.name
            )
        }
        let work = Work(
            source: bytes,
            sourceFormat: tensor.format,
            targetFormat: format,
            quantize: quantize
        )
        let slabLength = TensorConverter.pieceLength * TensorConverter.piecesPerSlab
        let outputCount = work.targetByteCount(of: min(slabLength, tensor.elementCount))
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: outputCount, alignment: 64)
        defer { output.deallocate() }
        var start = 0
        while start < tensor.elementCount {
            let length = min(slabLength, tensor.elementCount - start)
            if let problem = convert(Slab(work: work, start: start, length: length, output: output)) {
                throw problem.error(tensor: tensor.name, format: format)
            }
            start += length
            let written = UnsafeRawBufferPointer(rebasing: output[..<work.targetByteCount(of: length)])
            try emit(written, work.sourceByteCount(of: start))
        }
    }

    private func copy(_ bytes: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer, Int) throws -> Void) throws {
        var start = 0
        while start < bytes.count {
            let end = min(start + 8 << 20, bytes.count)
            try emit(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), end)
            start = end
        }
    }

    /// Why numbers can't be converted.
    private enum Problem: Int {
        case notFinite = 1
        case tooLarge = 2

        func error(tensor: String, format: TensorFormat) -> GGUFError {
            switch self {
            case .notFinite:
                GGUFError(
                    .invalidValue,
                    "It contains infinities or values that are no numbers.",
                    remedy: "The source is damaged: fetch it again.",
                    tensor: tensor
                )
            case .tooLarge:
                GGUFError(
                    .invalidValue,
                    "It contains numbers beyond the range of \(format).",
                    remedy: "Choose BF16, which has the range of 32-bit floats.",
                    tensor: tensor
                )
            }
        }
    }

    private struct Work {
        let source: UnsafeRawBufferPointer
        let sourceFormat: TensorFormat
        let targetFormat: TensorFormat
        let quantize: @convention(c) (UnsafePointer<Float>?, UnsafeMutableRawPointer?, Int) -> Void

        func sourceByteCount(of count: Int) -> Int {
            count / sourceFormat.blockLength * sourceFormat.blockByteCount
        }

        func targetByteCount(of count: Int) -> Int {
            count / targetFormat.blockLength * targetFormat.blockByteCount
        }
    }

    /// A stretch of the tensor and the place for its result.
    // SAFETY: shared by the threads of one `concurrentPerform`, which ends before the buffers go; the source is only
    // read, and every piece of the output is written by the one thread that drew its number from the atomic counter.
    private struct Slab: @unchecked Sendable {
        let work: Work
        let start: Int
        let length: Int
        let output: UnsafeMutableRawBufferPointer
    }

    private func convert(_ slab: Slab) -> Problem? {
        let pieceLength = TensorConverter.pieceLength
        let pieceCount = (slab.length + pieceLength - 1) / pieceLength
        let next = Atomic<Int>(0)
        let problem = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: min(threadCount, pieceCount)) { _ in
            let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: pieceLength)
            defer { floats.deallocate() }
            while true {
                let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard piece < pieceCount else { return }
                let first = piece * pieceLength
                let count = min(pieceLength, slab.length - first)
                if let found = TensorConverter.convertPiece(
                    slab.work,
                    from: slab.start + first,
                    through: UnsafeMutableBufferPointer(rebasing: floats[..<count]),
                    into: slab.output.baseAddress.map { $0 + slab.work.targetByteCount(of: first) }
                ) {
                    problem.store(found.rawValue, ordering: .relaxed)
                }
            }
        }
        return Problem(rawValue: problem.load(ordering: .relaxed))
    }

    private static func convertPiece(
        _ work: Work,
        from start: Int,
        through floats: UnsafeMutableBufferPointer<Float>,
        into output: UnsafeMutableRawPointer?
    ) -> Problem? {
        let source = work.source.baseAddress.map { $0 + work.sourceByteCount(of: start) }
        martlet_kernels_best().pointee.dequantize(
            martlet_format(rawValue: work.sourceFormat.number),
            source,
            floats.baseAddress,
            floats.count
        )
        var largest: Float = 0
        var isFinite = true
        for value in floats {
            isFinite = isFinite && value.isFinite
            largest = max(largest, abs(value))
        }
        guard isFinite else { return .notFinite }
        // Half-precision floats end at 65504; from 65520 on they round to infinity.
        guard work.targetFormat == .f32 || work.targetFormat == .bf16 || largest < 65520 else { return .tooLarge }
        work.quantize(floats.baseAddress, output, floats.count)
        return nil
    }
}
