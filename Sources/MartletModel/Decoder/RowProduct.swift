internal import CMartletKernels

/// Products of rows that lie ready with parts of a matrix; decoders and encoders share it.
struct RowProduct {
    let kernels: UnsafePointer<martlet_kernels>
    let activations: ActivationRows
    var bytesKind = BytesKind.plain
    let rowCount: Int
    let scratch: UnsafeMutableRawPointer

    /// What the rows of bytes are.
    enum BytesKind {
        /// Whole rows.
        case plain
        /// Rows with their largest values apart.
        case apart
        /// What rows leave out, whose product is added to theirs.
        case residue

        /// Bytes from row to row.
        @inline(__always)
        func stride(of columnCount: Int) -> Int {
            let kind = self == .apart ? MARTLET_ACTIVATION_Q8_APART : MARTLET_ACTIVATION_Q8
            return martlet_activation_row_bytes(kind, columnCount)
        }
    }

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
        var operation = martlet_matmul(
            format: matrix.format,
            weights: matrix.weights + range.lowerBound * matrix.rowByteCount,
            weight_row_bytes: matrix.rowByteCount,
            columns: matrix.columnCount,
            rows: range.count,
            activations: isQ8 ? activations.bytes : activations.floats,
            activation_row_bytes: isQ8
                ? bytesKind.stride(of: matrix.columnCount)
                : martlet_activation_row_bytes(MARTLET_ACTIVATION_F32, matrix.columnCount),
            activation_rows: rowCount,
            output: output,
            output_stride: stride,
            scratch: scratch,
            unpacked: matrix.unpacked.map { $0.base + range.lowerBound / Int(MARTLET_ROW_TILE) * $0.tileByteCount },
            has_outliers: isQ8 && bytesKind == .apart,
            adds: isQ8 && bytesKind == .residue
        )
        kernels.pointee.matmul(&operation)
    }
}
