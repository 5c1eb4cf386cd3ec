internal import CMartletKernels
internal import MartletWeights

/// All weights of an encoder, checked against its configuration.
///
/// Matrices stay in the mapped file as they are; only vectors are copied. The object keeps both alive.
final class EncoderWeights {
    /// Token embeddings, `[V, D]`.
    let embedding: Matrix
    /// Embeddings of segments, `[types, D]`.
    let tokenTypes: Matrix?
    /// Learned positions, `[positions, D]`.
    let positions: Matrix?
    /// Norm of the embeddings, `[D]`, and its bias.
    let embeddingNorm: UnsafePointer<Float>?
    let embeddingNormBias: UnsafePointer<Float>?
    /// The last norm, `[D]`, in families that norm first.
    let outputNorm: UnsafePointer<Float>?
    /// The layers, `[L]`.
    let layers: UnsafeMutableBufferPointer<EncoderLayer>
    /// What is added to a head's scores by the bucket of the distance, `[H][buckets]`; empty where the family has none.
    let relativeBias: [[Float]]

    private let file: GGUFFile
    private let vectors: AlignedBuffer

    init(
        file: GGUFFile,
        configuration: EncoderConfiguration,
        kernels: UnsafePointer<martlet_kernels>
    ) throws(ModelError) {
        do {
            // What is copied now; matrices are waited for when a batch comes to them.
            try file.reading?.wait(for: configuration.architecture.hasRelativeBias ? .layer(0) : .vectors)
        } catch {
            throw ModelError(unreadable: error)
        }
        var resolver = try TensorResolver(file: file, kernels: kernels)
        let family = configuration.architecture
        let width = configuration.width
        embedding = try resolver.matrix("token_embd.weight", columns: width, rows: configuration.vocabularyCount)
        tokenTypes =
            configuration.tokenTypeCount > 0
            ? try resolver.matrix("token_types.weight", columns: width, rows: configuration.tokenTypeCount) : nil
        if family.hasLearnedPositions {
            let rows = file.tensor(named: "position_embd.weight")?.rows ?? configuration.contextLength
            positions = try resolver.matrix("position_embd.weight", columns: width, rows: rows)
        } else {
            positions = nil
        }
        embeddingNorm = family.normsFirst ? nil : try resolver.vector("token_embd_norm.weight", count: width)
        embeddingNormBias = family.normsFirst ? nil : try resolver.vector("token_embd_norm.bias", count: width)
        outputNorm = family.normsFirst ? try resolver.vector("enc.output_norm.weight", count: width) : nil
        var layers: [EncoderLayer] = []
        for index in 0..<configuration.layerCount {
            layers.append(try EncoderLayer(&resolver, configuration: configuration, index: index))
        }
        relativeBias =
            family.hasRelativeBias
            ? try Self.relativeBias(&resolver, configuration: configuration, kernels: kernels) : []
        try resolver.checkAllUsed(prefix: family.layerPrefix)
        self.layers = .allocate(capacity: layers.count)
        _ = self.layers.initialize(from: layers)
        self.file = file
        vectors = resolver.owner
    }

    deinit {
        layers.deallocate()
    }

    /// Every matrix that takes part in a product.
    var matrices: [Matrix] { layers.flatMap(\.matrices) }

    /// The table of the first layer, which all layers share, by heads.
    private static func relativeBias(
        _ resolver: inout TensorResolver,
        configuration: EncoderConfiguration,
        kernels: UnsafePointer<martlet_kernels>
    ) throws(ModelError) -> [[Float]] {
        let table = try resolver.matrix(
            "enc.blk.0.attn_rel_b.weight",
            columns: configuration.headCount,
            rows: configuration.relativeBucketCount
        )
        var result = [[Float]](repeating: [], count: configuration.headCount)
        var row = [Float](repeating: 0, count: configuration.headCount)
        for bucket in 0..<table.rowCount {
            kernels.pointee.dequantize(
                table.format,
                table.weights + bucket * table.rowByteCount,
                &row,
                configuration.headCount
            )
            for head in 0..<configuration.headCount { result[head].append(row[head]) }
        }
        return result
    }
}
