internal import CMartletKernels
public import MartletWeights

/// From a pair's first row to its score: the classifier of a cross-encoder.
///
/// score = out(tanh(dense(x))) in the RoBERTa family's form, `cls` and `cls.output` in GGUF files; or out(x) alone.
public final class RankHead {
    private let dense: Matrix?
    private let denseBias: UnsafePointer<Float>?
    private let output: UnsafePointer<Float>
    private let outputBias: Float
    private let kernels: UnsafePointer<martlet_kernels>
    private let vectors: AlignedBuffer
    private let file: GGUFFile

    /// Reads a file's classifier of one label.
    ///
    /// - Throws: ``ModelError`` where the file has none, or one with several labels.
    public init(file: GGUFFile, width: Int, kernels: String? = nil) throws(ModelError) {
        let table = try kernelTable(named: kernels)
        var resolver = try TensorResolver(file: file, kernels: table)
        let hasDense = file.tensor(named: "cls.output.weight") != nil
        dense = hasDense ? try resolver.matrix("cls.weight", columns: width, rows: width) : nil
        denseBias = hasDense ? try resolver.optionalVector("cls.bias", count: width) : nil
        let name = hasDense ? "cls.output" : "cls"
        guard file.tensor(named: "\(name).weight").map({ $0.rows == 1 }) ?? false else {
            throw ModelError(
                .missingTensor,
                "the file has no classifier with one score",
                remedy: "Choose a reranking model: a cross-encoder with one label.",
                tensor: "\(name).weight"
            )
        }
        output = try resolver.vector("\(name).weight", count: width)
        outputBias = try resolver.optionalVector("\(name).bias", count: 1).map { $0[0] } ?? 0
        self.kernels = table
        vectors = resolver.owner
        self.file = file
    }

    /// The score of the pair whose rows begin at `first`, before any squashing.
    public func score(of rows: EncodedRows, first: Int) -> Float {
        var values = Array(rows[first])
        if let dense {
            var row = [Float](repeating: 0, count: values.count)
            var inner = values
            for index in 0..<dense.rowCount {
                kernels.pointee.dequantize(
                    dense.format,
                    dense.weights + index * dense.rowByteCount,
                    &row,
                    dense.columnCount
                )
                inner[index] = hyperbolicTangent(dotProduct(row, values) + (denseBias.map { $0[index] } ?? 0))
            }
            values = inner
        }
        var score = outputBias
        for i in 0..<values.count { score += output[i] * values[i] }
        return score
    }
}
