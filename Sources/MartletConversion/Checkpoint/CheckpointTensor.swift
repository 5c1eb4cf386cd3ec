import MartletWeights

/// A tensor of a checkpoint: numbers in a mapped file, seen through a shape.
struct CheckpointTensor: Sendable {
    /// The name, as PyTorch's `state_dict` has it.
    let name: String
    /// Dimensions, slowest first.
    let shape: [Int]
    /// Numbers from one index to the next, for each dimension.
    let strides: [Int]
    /// How numbers are stored.
    let type: ElementType
    private let file: MappedFile
    private let start: Int

    /// How many numbers.
    var elementCount: Int { shape.reduce(1, *) }
    /// Rows of a matrix, where the last dimension is a row.
    var rowCount: Int { shape.dropLast().reduce(1, *) }
    /// Numbers of a row.
    var columnCount: Int { shape.last ?? 1 }

    /// Makes a tensor after checking that all of its numbers lie within `bytes` of the file.
    ///
    /// - Parameters:
    ///   - strides: nil where rows follow one another.
    ///   - offset: The first number, counted in numbers from the beginning of `bytes`.
    init(
        name: String,
        shape: [Int],
        strides: [Int]? = nil,
        type: ElementType,
        file: MappedFile,
        bytes: Range<Int>,
        offset: Int = 0,
        fileName: String
    ) throws(ConversionError) {
        func wrong(_ detail: String) -> ConversionError {
            var error = ConversionError.damaged(fileName, detail)
            error.tensor = shown(name)
            return error
        }
        guard shape.count <= 8, shape.allSatisfy({ $0 >= 0 }) else { throw wrong("the shape \(shape) is none") }
        var dense = [Int](repeating: 1, count: shape.count)
        var count = 1
        for axis in shape.indices.reversed() {
            dense[axis] = count
            let (product, overflow) = count.multipliedReportingOverflow(by: shape[axis])
            guard !overflow, product <= 1 << 40 else { throw wrong("the shape \(shape) is out of reach") }
            count = product
        }
        let strides = strides ?? dense
        guard strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }), offset >= 0 else {
            throw wrong("the strides \(strides) don't suit the shape \(shape)")
        }
        // The last number, counted from the first byte; 64-bit sums of products that are each checked.
        var last = offset
        for (length, stride) in zip(shape, strides) where length > 0 {
            let (step, overflow) = (length - 1).multipliedReportingOverflow(by: stride)
            let (sum, carried) = last.addingReportingOverflow(step)
            guard !overflow, !carried else { throw wrong("the strides \(strides) are out of reach") }
            last = sum
        }
        guard bytes.lowerBound >= 0, bytes.upperBound <= file.byteCount,
            count == 0 || last < bytes.count / type.byteCount
        else { throw wrong("its numbers lie outside the file") }
        self.name = name
        self.shape = shape
        self.strides = strides
        self.type = type
        self.file = file
        start = bytes.lowerBound + offset * type.byteCount
    }

    /// Row `index` of the tensor seen as rows of its last dimension.
    func readRow(_ index: Int, into row: inout [Float]) {
        var rest = index
        var position = 0
        for axis in shape.indices.dropLast().reversed() {
            position += rest % shape[axis] * strides[axis]
            rest /= shape[axis]
        }
        read(from: position, stride: strides.last ?? 1, into: &row)
    }

    /// Column `index` of a tensor of two dimensions.
    func readColumn(_ index: Int, into column: inout [Float]) {
        read(from: index * strides[1], stride: strides[0], into: &column)
    }

    private func read(from position: Int, stride: Int, into values: inout [Float]) {
        var pointer = file.base + start + position * type.byteCount
        let step = stride * type.byteCount
        for i in values.indices {
            values[i] = type.value(at: pointer)
            pointer += step
        }
    }
}
