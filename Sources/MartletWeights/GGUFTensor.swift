/// A tensor's name, shape, format and place; the numbers themselves stay in the file.
public struct GGUFTensor: Sendable, Hashable {
    /// The name, such as `blk.0.attn_q.weight`.
    public let name: String
    /// 1 to 4 dimensions of at least 1, in GGUF's order: fastest first, so a matrix is `[columns, rows]`.
    public let shape: [Int]
    /// How the numbers are stored.
    public let format: TensorFormat
    /// Where the numbers start, in bytes from the start of the data section.
    public let offset: Int
    /// The product of the dimensions.
    public let elementCount: Int
    /// Bytes of all numbers.
    public let byteCount: Int

    /// Describes a tensor, checking its shape against its format.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - shape: The dimensions, fastest first.
    ///   - format: How the numbers are stored.
    ///   - offset: Where they start in the data section.
    /// - Throws: `invalidShape` for no or more than four dimensions, a dimension below 1, a size beyond `Int`, or rows
    ///   that are not a whole number of the format's blocks.
    public init(name: String, shape: [Int], format: TensorFormat, offset: Int = 0) throws(GGUFError) {
        guard (1...4).contains(shape.count) else {
            throw GGUFError(.invalidShape, "It has \(shape.count) dimensions; 1 to 4 are possible.", tensor: name)
        }
        var elementCount = 1
        for dimension in shape {
            let (product, overflow) = elementCount.multipliedReportingOverflow(by: dimension)
            guard dimension >= 1, !overflow else {
                throw GGUFError(.invalidShape, "Its dimensions \(shape) are impossible.", tensor: name)
            }
            elementCount = product
        }
        guard shape[0].isMultiple(of: format.blockLength) else {
            throw GGUFError(
                .invalidShape,
                "Its rows of \(shape[0]) numbers are no multiple of \(format)'s blocks of \(format.blockLength).",
                tensor: name
            )
        }
        guard let byteCount = format.byteCount(of: elementCount) else {
            throw GGUFError(.invalidShape, "Its dimensions \(shape) are impossible.", tensor: name)
        }
        self.name = name
        self.shape = shape
        self.format = format
        self.offset = offset
        self.elementCount = elementCount
        self.byteCount = byteCount
    }

    /// Numbers in a row: the fastest dimension.
    public var columns: Int { shape[0] }
    /// Rows: all other dimensions together.
    public var rows: Int { elementCount / shape[0] }
    /// Bytes of a row.
    public var rowByteCount: Int { byteCount / rows }
}
