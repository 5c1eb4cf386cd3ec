public import MartletWeights

extension EncoderConfiguration {
    /// Whether a file holds an encoder of a family that Martlet runs.
    public static func describes(_ metadata: GGUFMetadata) -> Bool {
        let name = (try? metadata.string("general.architecture")) ?? nil
        return name.flatMap(EncoderArchitecture.init(rawValue:)) != nil
    }

    /// Reads and checks a file's metadata.
    ///
    /// - Throws: ``ModelError`` naming the key, what it holds and what to do; nothing is trusted.
    public init(metadata: GGUFMetadata, tensors: [GGUFTensor]) throws(ModelError) {
        let architecture = try Self.architecture(of: metadata)
        let reader = MetadataReader(metadata: metadata, prefix: architecture.rawValue)
        let width = try reader.required("embedding_length", in: 1...(1 << 16))
        let headCount = try reader.required("attention.head_count", in: 1...1024)
        let embedding = try tensors.tokenEmbedding(width: width)
        let declaredWidth = try reader.integer("attention.key_length", in: 1...4096)
        guard declaredWidth != nil || width % headCount == 0 else {
            throw reader.failure("attention.head_count", "width \(width) doesn't divide into \(headCount) heads")
        }
        let headWidth = declaredWidth ?? width / headCount
        let epsilonKey =
            architecture.usesLayerNorm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon"
        let defaultEpsilon: Float = architecture.usesLayerNorm ? 1e-12 : 1e-6

        self.architecture = architecture
        self.width = width
        self.headCount = headCount
        self.headWidth = headWidth
        layerCount = try reader.required("block_count", in: 1...1024)
        feedForwardWidth = try reader.required("feed_forward_length", in: 1...(1 << 20))
        vocabularyCount = embedding.rows
        contextLength = try Self.contextLength(reader, architecture: architecture, tensors: tensors)
        tokenTypeCount = tensors.first { $0.name == "token_types.weight" }?.rows ?? 0
        normEpsilon = try reader.float(epsilonKey, in: 0...1) ?? defaultEpsilon
        // T5 is trained without the usual division.
        attentionScale = architecture.hasRelativeBias ? 1 : 1 / Float(headWidth).squareRoot()
        pooling = try Self.pooling(reader)
        rotary = try Self.rotary(reader, architecture: architecture, headWidth: headWidth)
        relativeBucketCount =
            architecture.hasRelativeBias
            ? try reader.integer("attention.relative_buckets_count", in: 4...4096) ?? 32 : 0
        let hasGate = tensors.contains { $0.name == "\(architecture.layerPrefix)0.ffn_gate.weight" }
        feedForward =
            switch architecture {
            case .bert: hasGate ? .gatedGELU : .gelu
            case .nomicBERT: .gatedSiLU
            case .t5, .t5Encoder: hasGate ? .gatedGELU : .relu
            }
    }

    private static func architecture(of metadata: GGUFMetadata) throws(ModelError) -> EncoderArchitecture {
        let name = (try? metadata.string("general.architecture")) ?? nil
        guard let name, let architecture = EncoderArchitecture(rawValue: name) else {
            let known = EncoderArchitecture.allCases.map(\.rawValue).joined(separator: ", ")
            throw ModelError(
                .unknownArchitecture,
                "\(name.map { "'\(printable($0, limit: 40))'" } ?? "no name") is none of \(known)",
                remedy: "Choose an embedding model of one of these families.",
                key: "general.architecture"
            )
        }
        return architecture
    }

    /// The declared limit, and not more than there are learned positions.
    private static func contextLength(
        _ reader: MetadataReader,
        architecture: EncoderArchitecture,
        tensors: [GGUFTensor]
    ) throws(ModelError) -> Int {
        let declared = try reader.required("context_length", in: 1...(1 << 20))
        guard architecture.hasLearnedPositions else { return declared }
        let rows = tensors.first { $0.name == "position_embd.weight" }?.rows ?? declared
        return min(declared, rows)
    }

    private static func pooling(_ reader: MetadataReader) throws(ModelError) -> PoolingKind? {
        guard let number = try reader.integer("pooling_type", in: 0...1000) else { return nil }
        guard number == 0 || PoolingKind(number: number) != nil else {
            throw reader.failure("pooling_type", "\(number) is no kind of pooling that Martlet knows")
        }
        return PoolingKind(number: number)
    }

    private static func rotary(
        _ reader: MetadataReader,
        architecture: EncoderArchitecture,
        headWidth: Int
    ) throws(ModelError) -> RotaryEmbedding? {
        guard architecture.isRotary else { return nil }
        let count = try reader.integer("rope.dimension_count", in: 2...4096) ?? headWidth
        guard count % 2 == 0, count <= headWidth else {
            throw reader.failure("rope.dimension_count", "\(count) of \(headWidth) values can't turn in pairs")
        }
        var scaling = RotaryEmbedding.Scaling.none
        if let factor = try reader.float("rope.scaling.factor", in: 0.001...1e6), factor != 1,
            try reader.string("rope.scaling.type") != "none"
        {
            scaling = .linear(factor: factor)
        }
        return RotaryEmbedding(
            base: try reader.float("rope.freq_base", in: 1...1e12) ?? 10000,
            rotatedCount: count,
            scaling: scaling,
            magnitude: 1
        )
    }
}
