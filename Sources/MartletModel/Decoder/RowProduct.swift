internal import CMartletKernels

/// Products of rows that lie ready with parts of a matrix; decoders and encoders share it.
struct RowProduct {
    let kernels: UnsafePointer<martlet_kernels>
    let activations: ActivationRows
    let rowCount: Int
    let scratch: UnsafeMutableRawPointer

    /// Rows of a matrix that one unit of work takes: enough units for an even end, big enough to stream; whole tiles.
    ///
    /// A few rows of tokens read weights at the memory's speed, which a jump to another unit interrupts.
    @inline(__always)
    func unit(of total: Int, workers: Int, limit: Int) -> Int {
        let quantum = Int(MARTLET_ROW_TILE)
        let unitCount = rowCount <= 16 ? 3 : 8
        let wanted = min(limit, max(32, total / (workers * unitCount)))
        return max(1, (wanted + quantum - 1) / quantum) * quantum
    }

    /// Whole heads that one unit takes, of `parts` matrices of `count` heads; their rows are whole tiles too.
    @inline(__always)
    func unit(ofHeads count: Int, width: Int, parts: Int, workers: Int) -> Int {
        let wanted = unit(of: parts * count * width, workers: workers, limit: 512)
        // The fewest heads whose rows MARTLET_ROW_TILE, a power of two, divides.
        let quantum = max(1, Int(MARTLET_ROW_TILE) >> width.trailingZeroBitCount)
        return (wanted + width * quantum - 1) / (width * quantum) * quantum
    }

    /// One product with a part of a matrix, for all rows; the part of an unpacked matrix begins at a tile's first row.
    @inline(__always)
    func multiply(_ matrix: Matrix, rows range: Range<Int>, to output: UnsafeMutablePointer<Float>, stride: Int) {
        let isQ8 = matrix.activation == .q8
        let kind = isQ8 ? MARTLET_ACTIVATION_Q8 : MARTLET_ACTIVATION_F32
        var operation = martlet_matmul(
            format: matrix.format,
            weights: matrix.weights + range.lowerBound * matrix.rowByteCount,
            weight_row_bytes: matrix.rowByteCount,
            columns: matrix.columnCount,
            rows: range.count,
            activations: isQ8 ? activations.bytes : activations.floats,
            activation_row_bytes: martlet_activation_row_bytes(kind, matrix.columnCount),
            activation_rows: rowCount,
            output: output,
            output_stride: stride,
            scratch: scratch,
            unpacked: matrix.unpacked.map { $0.base + range.lowerBound / Int(MARTLET_ROW_TILE) * $0.tileByteCount }
        )
        kernels.pointee.matmul(&operation)
    }
}
