internal import CMartletKernels
internal import MartletWeights

/// All weights of a decoder, checked against its configuration.
///
/// Matrices stay in the mapped file as they are; only vectors are copied. The object keeps both alive.
final class DecoderWeights {
    /// Token embeddings, `[V, D]`.
    let embedding: Matrix
    /// Learned positions, `[positions, D]`.
    let positions: Matrix?
    /// The layers, `[L]`.
    let layers: UnsafeMutableBufferPointer<LayerWeights>
    /// The last norm, `[D]`, and its bias.
    let outputNorm: UnsafePointer<Float>
    let outputNormBias: UnsafePointer<Float>?
    /// The head, `[V, D]`.
    let head: Matrix
    /// Divisors of rotary frequencies, `[rotated / 2]`.
    let rotaryFactors: [Float]?

    /// The mapped file.
    let file: GGUFFile
    private let vectors: AlignedBuffer
    private var joinedBiases: [UnsafeMutablePointer<Float>]

    init(
        file: GGUFFile,
        configuration: DecoderConfiguration,
        contextLength: Int,
        kernels: UnsafePointer<martlet_kernels>
    ) throws(ModelError) {
        do {
            // They are copied now; matrices are waited for when a step comes to them.
            try file.reading?.wait(for: .vectors)
        } catch {
            throw ModelError(unreadable: error)
        }
        var resolver = try TensorResolver(file: file, kernels: kernels)
        let width = configuration.width
        let vocabulary = configuration.vocabularyCount
        embedding = try resolver.matrix("token_embd.weight", columns: width, rows: vocabulary)
        positions =
            configuration.architecture.hasLearnedPositions
            ? try resolver.matrix("position_embd.weight", columns: width, rows: configuration.trainedContextLength)
            : nil
        outputNorm = try resolver.vector("output_norm.weight", count: width)
        outputNormBias =
            configuration.architecture.usesLayerNorm
            ? try resolver.vector("output_norm.bias", count: width) : nil
        head =
            configuration.hasTiedHead
            ? embedding : try resolver.matrix("output.weight", columns: width, rows: vocabulary)
        rotaryFactors = try Self.rotaryFactors(&resolver, configuration, contextLength: contextLength)

        var layers: [LayerWeights] = []
        var joined: [UnsafeMutablePointer<Float>] = []
        do throws(ModelError) {
            for index in 0..<configuration.layerCount {
                var reader = LayerReader(resolver: resolver, configuration: configuration, index: index)
                layers.append(try reader.read(joining: &joined))
                resolver = reader.resolver
            }
            try resolver.checkAllUsed()
        } catch {
            for pointer in joined { pointer.deallocate() }
            throw error
        }
        self.layers = .allocate(capacity: layers.count)
        _ = self.layers.initialize(from: layers)
        self.file = file
        vectors = resolver.owner
        joinedBiases = joined
    }

    deinit {
        layers.deallocate()
        for pointer in joinedBiases { pointer.deallocate() }
    }

    /// Every matrix that takes part in a product.
    var matrices: [Matrix] {
        layers.flatMap { layer in
            [layer.query, layer.key, layer.value, layer.output, layer.up, layer.down] + (layer.gate.map { [$0] } ?? [])
        } + [head]
    }

    /// Llama's divisors, or longrope's: the long ones when the context goes beyond the one first trained on.
    private static func rotaryFactors(
        _ resolver: inout TensorResolver,
        _ configuration: DecoderConfiguration,
        contextLength: Int
    ) throws(ModelError) -> [Float]? {
        guard let rotary = configuration.rotary else { return nil }
        let isLong = contextLength > configuration.originalContextLength ?? configuration.trainedContextLength
        let longName = isLong ? "rope_factors_long.weight" : "rope_factors_short.weight"
        for name in ["rope_freqs.weight", longName] {
            guard let factors = try resolver.optionalVector(name, count: rotary.rotatedCount / 2) else { continue }
            let values = Array(UnsafeBufferPointer(start: factors, count: rotary.rotatedCount / 2))
            guard values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
                throw ModelError(
                    .invalidConfiguration,
                    "a factor isn't a positive number",
                    remedy: "The file is damaged or badly converted: fetch or convert it again.",
                    tensor: name
                )
            }
            return values
        }
        return nil
    }
}
