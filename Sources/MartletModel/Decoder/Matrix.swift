internal import CMartletKernels
internal import MartletWeights

/// A weight matrix in the mapped file; plain data, valid while the file is open.
struct Matrix {
    /// Row 0.
    var weights: UnsafeRawPointer
    /// Rows, R: outputs.
    var rowCount: Int
    /// Columns, K: inputs.
    var columnCount: Int
    /// Bytes from row to row.
    var rowByteCount: Int
    /// How the rows are stored.
    var format: martlet_format
    /// What the rows are multiplied with.
    var activation: ActivationKinds
    /// The same rows as the kernels have them ready in memory, where they are kept so.
    var unpacked: UnpackedRows?

    init(_ bytes: UnsafeRawBufferPointer, of tensor: GGUFTensor) {
        // A tensor has at least one element, so its bytes have an address; the kernel library knows all its formats.
        weights = bytes.baseAddress.unsafelyUnwrapped
        rowCount = tensor.rows
        columnCount = tensor.columns
        rowByteCount = tensor.rowByteCount
        format = martlet_format(rawValue: tensor.format.number)
        activation = martlet_activation_kind_of(format) == MARTLET_ACTIVATION_Q8 ? .q8 : .f32
    }

    /// A part of the rows as a matrix of its own.
    func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows outside the matrix")
        var part = self
        part.weights = weights + range.lowerBound * rowByteCount
        part.rowCount = range.count
        part.unpacked = nil
        return part
    }

    /// Bytes of scratch memory that a product needs.
    var scratchByteCount: Int { martlet_matmul_scratch_bytes(format, columnCount) }
}

/// A matrix as the kernels unpacked it; plain data, valid while whoever holds the memory lives.
struct UnpackedRows {
    /// Row 0.
    var base: UnsafeRawPointer
    /// Bytes that each `MARTLET_ROW_TILE` rows take.
    var tileByteCount: Int
}

/// The forms of an input that matrices ask for.
struct ActivationKinds: OptionSet {
    let rawValue: UInt8
    /// Floats.
    static let f32 = ActivationKinds(rawValue: 1)
    /// Bytes with scales.
    static let q8 = ActivationKinds(rawValue: 2)
}
