import CMartletKernels

/// A random matrix product: weights in a format, float activations, and the ways to compute it.
struct MatmulProduct {
    let format: martlet_format
    let columns: Int
    let rows: Int
    let tokens: Int
    /// Two bytes longer than the matrix, which starts at byte 2: files promise no more than even addresses.
    var weights: [UInt8] = [0, 0]
    var activations: [Float] = []

    /// How the activations become rows of bytes.
    enum Input: CaseIterable {
        /// As they are.
        case plain
        /// With their largest values apart.
        case apart
        /// With their largest values apart, and then what that leaves out, whose product is added.
        case fine
    }

    var traits: martlet_format_traits { martlet_format_traits_of(format.rawValue).pointee }
    var weightRowByteCount: Int { columns / traits.block_length * traits.block_bytes }
    var isQuantized: Bool { martlet_activation_kind_of(format) == MARTLET_ACTIVATION_Q8 }

    init(_ format: martlet_format, columns: Int, rows: Int, tokens: Int, outlier: Float = 20) {
        self.format = format
        self.columns = columns
        self.rows = rows
        self.tokens = tokens
        var random = SplitMix(state: UInt64(columns * 31 + rows * 7 + tokens))
        let traits = martlet_format_traits_of(format.rawValue).pointee
        let byteCount = rows * columns / traits.block_length * traits.block_bytes
        weights.reserveCapacity(byteCount + 2)
        while weights.count < byteCount + 2 {
            switch format {
            case MARTLET_F32: weights.append(contentsOf: bytes(of: random.signed().bitPattern))
            case MARTLET_BF16: weights.append(contentsOf: bytes(of: UInt16(random.signed().bitPattern >> 16)))
            case MARTLET_F16: weights.append(contentsOf: bytes(of: half(random.signed())))
            default: weights.append(UInt8(truncatingIfNeeded: random.next()))
            }
        }
        if isQuantized {
            for start in stride(from: 2, to: weights.count, by: traits.block_bytes) {
                for offset in Self.scaleOffsets(of: format) {
                    setHalf(half(random.signed() * 0.01), at: start + offset)
                }
            }
        }
        activations = (0..<tokens * columns).map { index in random.signed() * (index % 97 == 3 ? outlier : 1) }
    }

    /// Where the halves lie in a block; random bits there would be infinities.
    static func scaleOffsets(of format: martlet_format) -> [Int] {
        switch format {
        case MARTLET_Q4_0, MARTLET_Q5_0, MARTLET_Q8_0, MARTLET_IQ4_NL, MARTLET_IQ4_XS: [0]
        case MARTLET_Q4_1, MARTLET_Q5_1, MARTLET_Q4_K, MARTLET_Q5_K: [0, 2]
        case MARTLET_Q2_K: [80, 82]
        case MARTLET_Q3_K: [108]
        case MARTLET_Q6_K: [208]
        default: []
        }
    }

    mutating func setScales(_ bits: UInt16) {
        for start in stride(from: 2, to: weights.count, by: traits.block_bytes) {
            for offset in Self.scaleOffsets(of: format) { setHalf(bits, at: start + offset) }
        }
    }

    private mutating func setHalf(_ bits: UInt16, at offset: Int) {
        weights[offset] = UInt8(truncatingIfNeeded: bits)
        weights[offset + 1] = UInt8(bits >> 8)
    }

    /// The activation rows as `kernels` writes them, their length in bytes, and rows of what they leave out.
    func activationRows(
        _ kernels: martlet_kernels,
        input: Input = .plain
    ) -> (bytes: [UInt8], rowByteCount: Int, residues: [UInt8]) {
        let kind = isQuantized && input != .plain ? MARTLET_ACTIVATION_Q8_APART : martlet_activation_kind_of(format)
        let rowByteCount = martlet_activation_row_bytes(kind, columns)
        let residueByteCount = martlet_activation_row_bytes(martlet_activation_kind_of(format), columns)
        let memory = aligned(byteCount: rowByteCount * tokens)
        let residues = aligned(byteCount: residueByteCount * tokens)
        defer {
            memory.deallocate()
            residues.deallocate()
        }
        var values = activations
        var scratch = [Float](repeating: 0, count: columns)
        values.withUnsafeMutableBufferPointer { values in
            for token in 0..<tokens {
                let row = memory.baseAddress! + token * rowByteCount  // not empty: a row has at least 64 bytes
                let x = values.baseAddress! + token * columns
                if !isQuantized {
                    row.copyMemory(from: x, byteCount: columns * 4)
                } else if input == .plain {
                    kernels.quantize_activation(x, columns, row)
                } else {
                    let residue = residues.baseAddress! + token * residueByteCount  // as above
                    withUnsafePointer(to: kernels) { kernels in
                        martlet_quantize_activation_apart(
                            kernels,
                            x,
                            columns,
                            row,
                            input == .fine ? residue : nil,
                            &scratch
                        )
                    }
                }
            }
        }
        precondition(zip(values, activations).allSatisfy { $0.bitPattern == $1.bitPattern }, "the row was changed")
        return (Array(memory), rowByteCount, Array(residues))
    }

    /// y[t][r] by the kernels; columns of y between the rows' ends and the stride must stay as they were.
    ///
    /// - Parameter unpacks: Whether the kernels see the weights unpacked before, and the file's blocks not at all.
    func run(
        _ kernels: martlet_kernels,
        padding: Int = 0,
        unpacks: Bool = false,
        input: Input = .plain
    ) -> [Float] {
        let (rowBytes, rowByteCount, residueBytes) = activationRows(kernels, input: input)
        let tileByteCount = unpacks ? kernels.unpacked_bytes(format, columns) : 0
        let tileCount = (rows + Int(MARTLET_ROW_TILE) - 1) / Int(MARTLET_ROW_TILE)
        let unpacked = aligned(byteCount: tileByteCount * tileCount + 64)
        unpacked.initializeMemory(as: UInt8.self, repeating: 0xa5)
        let inputs = aligned(byteCount: rowBytes.count)
        let residues = aligned(byteCount: residueBytes.count)
        let scratch = aligned(byteCount: martlet_matmul_scratch_bytes(format, columns))
        defer { for memory in [unpacked, inputs, residues, scratch] { memory.deallocate() } }
        inputs.copyBytes(from: rowBytes)
        residues.copyBytes(from: residueBytes)
        scratch.initializeMemory(as: UInt8.self, repeating: 0xff)
        let stride = rows + padding
        var output = [Float](repeating: 12345, count: tokens * stride)
        weights.withUnsafeBytes { weights in
            output.withUnsafeMutableBufferPointer { output in
                var operation = martlet_matmul()
                operation.format = format
                operation.weights = weights.baseAddress! + 2  // at least two bytes long
                operation.weight_row_bytes = weightRowByteCount
                operation.columns = columns
                operation.rows = rows
                operation.activations = UnsafeRawPointer(inputs.baseAddress)
                operation.activation_row_bytes = rowByteCount
                operation.activation_rows = tokens
                operation.output = output.baseAddress
                operation.output_stride = stride
                operation.scratch = scratch.baseAddress
                operation.has_outliers = isQuantized && input != .plain
                if tileByteCount > 0 {
                    kernels.unpack(&operation, unpacked.baseAddress)
                    operation.unpacked = UnsafeRawPointer(unpacked.baseAddress)
                }
                kernels.matmul(&operation)
                guard isQuantized && input == .fine else { return }
                operation.activations = UnsafeRawPointer(residues.baseAddress)
                operation.activation_row_bytes = residueBytes.count / tokens
                operation.has_outliers = false
                operation.adds = true
                kernels.matmul(&operation)
            }
        }
        precondition(unpacked[(tileByteCount * tileCount)...].allSatisfy { $0 == 0xa5 }, "written beyond the end")
        return output
    }

    /// The dequantised weights, `[rows][columns]`.
    func weightValues() -> [Float] {
        var values = [Float](repeating: 0, count: rows * columns)
        let count = values.count
        weights.withUnsafeBytes { bytes in
            let reference = martlet_kernels_named("reference").pointee
            reference.dequantize(format, bytes.baseAddress! + 2, &values, count)  // at least two bytes long
        }
        return values
    }

    /// In double precision from unquantised activations: y, and the sum of the magnitudes of its terms.
    func exact() -> (values: [Double], magnitudes: [Double]) {
        let weights = weightValues()
        var values: [Double] = []
        var magnitudes: [Double] = []
        for token in 0..<tokens {
            for row in 0..<rows {
                var sum = 0.0
                var magnitude = 0.0
                for column in 0..<columns {
                    let term = Double(weights[row * columns + column]) * Double(activations[token * columns + column])
                    sum += term
                    magnitude += abs(term)
                }
                values.append(sum)
                magnitudes.append(magnitude)
            }
        }
        return (values, magnitudes)
    }
}

/// Zeros at a 64-byte border.
private func aligned(byteCount: Int) -> UnsafeMutableRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    return memory
}

private func bytes(of value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

/// Truncates; good for normal values.
private func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let exponent = Int(bits >> 23 & 0xff) - 112
    guard exponent > 0 else { return UInt16(bits >> 16 & 0x8000) }
    return UInt16(bits >> 16 & 0x8000) | UInt16(exponent) << 10 | UInt16(bits >> 13 & 0x3ff)
}

/// SplitMix64: small, seedable, the same everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in -1 ..< 1.
    mutating func signed() -> Float { Float(next() >> 40) * 0x1p-23 - 1 }
}

/// The names of the tables that this machine runs.
let allTables: [String] = {
    var tables = [UnsafePointer<martlet_kernels>?](repeating: nil, count: 16)
    let count = martlet_kernels_available(&tables, 16)
    return tables[..<count].compactMap { $0.map { String(cString: $0.pointee.name) } }
}()

let allFormats: [martlet_format] = {
    var formats: [martlet_format] = []
    while let traits = martlet_format_traits_at(formats.count) { formats.append(traits.pointee.format) }
    return formats
}()
