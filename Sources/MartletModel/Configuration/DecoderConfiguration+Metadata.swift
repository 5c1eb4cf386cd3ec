public import MartletWeights

extension DecoderConfiguration {
    /// Reads and checks a file's metadata.
    ///
    /// - Parameters:
    ///   - metadata: The file's metadata.
    ///   - tensors: The file's tensor table; the vocabulary's size and the head's kind come from it.
    /// - Throws: ``ModelError`` naming the key, what it holds and what to do; nothing is trusted.
    public init(metadata: GGUFMetadata, tensors: [GGUFTensor]) throws(ModelError) {
        let architecture = try Self.architecture(of: metadata)
        let reader = MetadataReader(metadata: metadata, prefix: architecture.rawValue)

        let width = try reader.required("embedding_length", in: 1...(1 << 20))
        let layerCount = try reader.required("block_count", in: 1...1024)
        let headCount = try reader.required("attention.head_count", in: 1...4096)
        let kvHeadCount = try reader.integer("attention.head_count_kv", in: 1...4096) ?? headCount
        guard headCount % kvHeadCount == 0 else {
            throw reader.failure(
                "attention.head_count_kv",
                "\(headCount) heads don't divide into \(kvHeadCount) kv heads"
            )
        }
        let headWidth = try Self.headWidth(reader, width: width, headCount: headCount)
        guard try reader.integer("expert_count", in: 0...65536) ?? 0 == 0 else {
            throw ModelError(
                .invalidConfiguration,
                "a mixture of experts",
                remedy: "Martlet runs dense models only: choose another model.",
                key: reader.key("expert_count")
            )
        }
        let embedding = try tensors.tokenEmbedding(width: width)

        let window = try Self.window(reader, architecture: architecture, layerCount: layerCount)
        let rotary = try Self.rotary(reader, architecture: architecture, headWidth: headWidth)
        self.architecture = architecture
        self.layerCount = layerCount
        self.width = width
        self.headCount = headCount
        self.kvHeadCount = kvHeadCount
        self.headWidth = headWidth
        self.feedForwardWidth = try reader.required("feed_forward_length", in: 1...(1 << 22))
        self.vocabularyCount = embedding.rows
        self.trainedContextLength = try reader.required("context_length", in: 1...(1 << 26))
        let epsilonName = "attention.layer_norm\(architecture.usesLayerNorm ? "" : "_rms")_epsilon"
        self.normEpsilon = try reader.float(epsilonName, in: 0...1) ?? 1e-5
        self.attentionScale = try Self.attentionScale(
            reader,
            architecture: architecture,
            layerCount: layerCount,
            headWidth: headWidth,
            perHead: width / headCount
        )
        self.embeddingScale = architecture.scalesEmbedding ? Float(width).squareRoot() : 1
        self.attentionSoftCap = try Self.softCap(reader, "attn_logit_softcapping")
        self.logitSoftCap = try Self.softCap(reader, "final_logit_softcapping")
        self.slidingWindow = window.length
        self.isWindowed = window.layers
        self.rotary = rotary
        self.windowedRotary =
            window.length == nil ? nil : try Self.windowedRotary(reader, architecture: architecture, full: rotary)
        self.originalContextLength = try reader.integer("rope.scaling.original_context_length", in: 1...(1 << 26))
        self.hasTiedHead = !tensors.contains { $0.name == "output.weight" }
    }

    private static func architecture(of metadata: GGUFMetadata) throws(ModelError) -> DecoderArchitecture {
        guard case .string(let name)? = metadata["general.architecture"] else {
            throw ModelError(
                .unknownArchitecture,
                "the file doesn't name its architecture",
                remedy: "The file is damaged or badly converted: fetch or convert it again.",
                key: "general.architecture"
            )
        }
        return try DecoderArchitecture(named: printable(name.text, limit: 64))
    }

    private static func headWidth(
        _ reader: MetadataReader,
        width: Int,
        headCount: Int
    ) throws(ModelError) -> Int {
        let limit = 1...4096
        let keys = try reader.integer("attention.key_length", in: limit)
        let values = try reader.integer("attention.value_length", in: limit)
        if keys == nil || values == nil, width % headCount != 0 {
            throw reader.failure("attention.head_count", "\(headCount) heads don't divide the width \(width)")
        }
        let (keyWidth, valueWidth) = (keys ?? width / headCount, values ?? width / headCount)
        guard keyWidth == valueWidth else {
            throw reader.failure(
                "attention.value_length",
                "keys are \(keyWidth) wide and values \(valueWidth); Martlet needs them equal"
            )
        }
        guard limit.contains(keyWidth) else {
            throw reader.failure("attention.head_count", "heads \(keyWidth) wide are outside 1...4096")
        }
        guard keyWidth * headCount <= 1 << 20 else {
            throw reader.failure(
                "attention.head_count",
                "\(headCount) heads \(keyWidth) wide are more than 2^20 values"
            )
        }
        return keyWidth
    }

    private static func softCap(_ reader: MetadataReader, _ name: String) throws(ModelError) -> Float? {
        guard let cap = try reader.float(name, in: 0...1e6), cap > 0 else { return nil }
        return cap
    }

    /// The largest Gemmas scale by width per head rather than head width; their files don't say so.
    private static func attentionScale(
        _ reader: MetadataReader,
        architecture: DecoderArchitecture,
        layerCount: Int,
        headWidth: Int,
        perHead: Int
    ) throws(ModelError) -> Float {
        if let scale = try reader.float("attention.scale", in: 0...1e6), scale > 0 { return scale }
        let isLargest = (architecture == .gemma2 && layerCount == 46) || (architecture == .gemma3 && layerCount == 62)
        return 1 / Float(isLargest ? max(1, perHead) : headWidth).squareRoot()
    }

    /// The sliding window and the layers that have it.
    private static func window(
        _ reader: MetadataReader,
        architecture: DecoderArchitecture,
        layerCount: Int
    ) throws(ModelError) -> (length: Int?, layers: [Bool]) {
        let none: (Int?, [Bool]) = (nil, Array(repeating: false, count: layerCount))
        let fallback = architecture == .gemma2 ? 4096 : 0
        let length = try reader.integer("attention.sliding_window", in: 0...Int(Int32.max)) ?? fallback
        guard length > 0 else { return none }

        let patternName = "attention.sliding_window_pattern"
        if case .array(let array)? = reader.metadata[reader.key(patternName)], let layers = array.bools {
            guard layers.count >= layerCount else {
                throw reader.failure(patternName, "\(layers.count) entries for \(layerCount) layers")
            }
            return (length, Array(layers.prefix(layerCount)))
        }
        let pattern = try reader.integer(patternName, in: 0...1024) ?? architecture.windowPattern
        guard let pattern, pattern > 1 else {
            // A pattern of 1 means that every layer is a full one, none at all that every layer has the window.
            return pattern == nil || pattern == 0 ? (length, Array(repeating: true, count: layerCount)) : none
        }
        return (length, (0..<layerCount).map { $0 % pattern < pattern - 1 })
    }
}
