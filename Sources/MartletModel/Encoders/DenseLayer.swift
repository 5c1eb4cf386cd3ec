internal import CMartletKernels
internal import MartletWeights

/// A dense layer behind the pooling: y = f(W x + b).
struct DenseLayer {
    /// Layers that a head may have.
    static let maximumCount = 8

    /// What follows the product.
    enum Activation: String {
        case identity, tanh, gelu, relu
    }

    /// The weight's name in the file.
    let name: String
    /// Rows of W.
    var outputWidth: Int { matrix.rowCount }
    private let matrix: Matrix
    private let bias: UnsafePointer<Float>?
    private let activation: Activation
    private let kernels: UnsafePointer<martlet_kernels>
    private let vectors: AlignedBuffer

    /// Reads `dense_INDEX.weight`; nil where the file has none.
    init?(
        file: GGUFFile,
        index: Int,
        inputWidth: Int,
        kernels: UnsafePointer<martlet_kernels>
    ) throws(ModelError) {
        name = "dense_\(index).weight"
        guard let tensor = file.tensor(named: name) else { return nil }
        var resolver = try TensorResolver(file: file, kernels: kernels)
        matrix = try resolver.matrix(name, columns: inputWidth, rows: tensor.rows)
        bias = try resolver.optionalVector("dense_\(index).bias", count: tensor.rows)
        let reader = MetadataReader(metadata: file.metadata, prefix: "martlet.dense_\(index)")
        let word = try reader.string("activation") ?? Activation.identity.rawValue
        guard let activation = Activation(rawValue: word) else {
            throw reader.failure("activation", "'\(printable(word, limit: 40))' is none that Martlet knows")
        }
        self.activation = activation
        self.kernels = kernels
        vectors = resolver.owner
    }

    /// The layer's values for one row.
    func apply(_ input: [Float]) -> [Float] {
        var output = [Float](repeating: 0, count: outputWidth)
        var row = [Float](repeating: 0, count: matrix.columnCount)
        // One row after the other in floats: a head is small beside the model before it, and exact this way.
        for index in 0..<outputWidth {
            kernels.pointee.dequantize(
                matrix.format,
                matrix.weights + index * matrix.rowByteCount,
                &row,
                matrix.columnCount
            )
            output[index] = dotProduct(row, input) + (bias.map { $0[index] } ?? 0)
        }
        switch activation {
        case .identity: break
        case .tanh: for i in output.indices { output[i] = hyperbolicTangent(output[i]) }
        case .gelu: kernels.pointee.gelu_exact(&output, output.count)
        case .relu: kernels.pointee.relu(&output, output.count)
        }
        return output
    }
}
