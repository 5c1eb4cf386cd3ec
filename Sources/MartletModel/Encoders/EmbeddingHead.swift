internal import CMartletKernels
public import MartletWeights

/// From a text's rows to its vector: pooling, dense layers, unit length, as the model's file says.
///
/// - SeeAlso: the modules `Pooling`, `Dense` and `Normalize` of sentence-transformers, from which these keys come.
public final class EmbeddingHead {
    /// How rows become one vector.
    public let pooling: PoolingKind
    /// Whether vectors are brought to length 1.
    public let normalizes: Bool
    /// Values of a vector.
    public let width: Int
    /// What the head is made of and where that is written, a line for each part.
    public let sources: [String]

    private let layers: [DenseLayer]
    private let file: GGUFFile

    /// Reads a file's head.
    ///
    /// - Parameters:
    ///   - width: Values of a row.
    ///   - prefix: The architecture's name, under which the file has its keys.
    ///   - override: A kind of pooling that a person asked for, in the place of the file's.
    /// - Throws: ``ModelError`` where the file says nothing of pooling and nobody else does, or where a part is broken:
    ///   a default would give vectors that only look right.
    public init(
        file: GGUFFile,
        width: Int,
        prefix: String,
        pooling override: PoolingKind? = nil,
        kernels: String? = nil
    ) throws(ModelError) {
        let table = try kernelTable(named: kernels)
        let reader = MetadataReader(metadata: file.metadata, prefix: prefix)
        var sources: [String] = []
        let number = try reader.integer("pooling_type", in: 0...1000)
        if let override {
            pooling = override
            sources.append("pooling \(override.rawValue): asked for")
        } else if let number, let kind = PoolingKind(number: number) {
            pooling = kind
            sources.append("pooling \(kind.rawValue): \(reader.key("pooling_type")) of the file")
        } else {
            throw ModelError(
                .invalidConfiguration,
                "the file does not say how rows become one vector",
                remedy: "Convert the model again from its folder with 1_Pooling, or name the kind with --pooling "
                    + "mean, cls or last.",
                key: reader.key("pooling_type")
            )
        }
        var layers: [DenseLayer] = []
        var inner = width
        for index in 2..<2 + DenseLayer.maximumCount {
            guard let layer = try DenseLayer(file: file, index: index, inputWidth: inner, kernels: table) else { break }
            layers.append(layer)
            sources.append("dense \(inner) to \(layer.outputWidth): dense_\(index) of the file")
            inner = layer.outputWidth
        }
        if let stray = file.tensors.first(where: {
            $0.name.hasPrefix("dense_") && !layers.map(\.name).contains($0.name)
        }),
            !stray.name.hasSuffix(".bias")
        {
            throw ModelError(
                .unexpectedTensor,
                "a dense layer out of turn",
                remedy: "Convert the model again: leaving the layer out would change its vectors.",
                tensor: printable(stray.name, limit: 64)
            )
        }
        let key = "martlet.embedding.normalize"
        if let stored = file.metadata[key] {
            guard case .bool(let value) = stored else {
                throw ModelError(
                    .invalidConfiguration,
                    "expected true or false",
                    remedy: "Convert the model again.",
                    key: key
                )
            }
            normalizes = value
            sources.append(value ? "unit length: \(key) of the file" : "length as it comes: \(key) of the file")
        } else {
            normalizes = true
            sources.append("unit length: the custom for files that say nothing of it")
        }
        self.width = inner
        self.layers = layers
        self.sources = sources
        self.file = file
    }

    /// A text's vector, `[width]`.
    ///
    /// - Parameters:
    ///   - text: The text's rows in the batch.
    ///   - skippedCount: Rows at the text's beginning that don't count in a mean, such as an instruction's.
    /// - Throws: ``ModelError`` with `invalidPlan` when nothing is left to count, or the rows aren't finite.
    /// - Complexity: O(rows · D + dense layers).
    public func vector(
        of rows: EncodedRows,
        text: Range<Int>,
        skipping skippedCount: Int = 0
    ) throws(ModelError) -> [Float] {
        var values = try values(of: rows, text: text, skipping: skippedCount)
        if normalizes { Self.normalize(&values) }
        return values
    }

    /// A text's vector before it is brought to length 1; otherwise as ``vector(of:text:skipping:)``.
    public func values(
        of rows: EncodedRows,
        text: Range<Int>,
        skipping skippedCount: Int = 0
    ) throws(ModelError) -> [Float] {
        var values = try pooled(rows, text: text, skipping: skippedCount)
        for layer in layers { values = layer.apply(values) }
        guard values.allSatisfy(\.isFinite) else {
            throw ModelError(
                .invalidConfiguration,
                "the model computed numbers that are none",
                remedy: "Its file is damaged, or its weights are: fetch or convert it again."
            )
        }
        return values
    }

    /// Brings a vector to length 1; one of zeros stays.
    ///
    /// The length is summed in double precision, so that it does not depend on the order.
    public static func normalize(_ values: inout [Float]) {
        let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard squares > 0 else { return }
        let factor = Float(1 / max(squares.squareRoot(), 1e-12))
        for i in values.indices { values[i] *= factor }
    }

    private func pooled(_ rows: EncodedRows, text: Range<Int>, skipping count: Int) throws(ModelError) -> [Float] {
        switch pooling {
        case .first, .rank: return Array(rows[text.lowerBound])
        case .last: return Array(rows[text.upperBound - 1])
        case .mean:
            let counted = text.dropFirst(count)
            guard !counted.isEmpty else {
                throw ModelError(
                    .invalidPlan,
                    "nothing is left of the text behind its instruction",
                    remedy: "Give a text, or a shorter instruction."
                )
            }
            var sums = [Float](repeating: 0, count: rows.width)
            for row in counted {
                let values = rows[row]
                for i in 0..<rows.width { sums[i] += values[i] }
            }
            let factor = 1 / Float(counted.count)
            for i in 0..<rows.width { sums[i] *= factor }
            return sums
        }
    }
}
