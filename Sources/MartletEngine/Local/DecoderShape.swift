internal import MartletModel
internal import MartletWeights

/// What is known of a decoder once it exists, taken from the thread that it lives on.
struct DecoderShape: Sendable {
    var contextLength: Int
    var kernels: String
    var threadCount: Int
    var weightByteCountPerToken: Int
    var blockByteCount: Int
    var blockCount: Int

    init(_ decoder: Decoder) {
        contextLength = decoder.contextLength
        kernels = decoder.kernelsName
        threadCount = decoder.threadCount
        weightByteCountPerToken = decoder.weightByteCountPerToken
        blockByteCount = decoder.cache.blockByteCount
        blockCount = decoder.cache.blockCount
    }
}

extension DecoderOptions {
    /// The decoder's part of a model's options, and a cache for contexts and for beams.
    ///
    /// - Throws: ``EngineError/Code/invalidOption`` for numbers that can't be meant.
    init(_ options: LocalModelOptions, _ configuration: DecoderConfiguration) throws(EngineError) {
        self.init()
        let length = min(options.contextLength ?? 4096, configuration.trainedContextLength)
        guard length >= 1, (1...256).contains(options.sequenceCount) else {
            throw EngineError(
                .invalidOption,
                "the context length is \(length) and the sequence count \(options.sequenceCount)",
                remedy: "Give a context of at least 1 token, and 1 to 256 sequences"
            )
        }
        contextLength = length
        threadCount = options.threadCount
        kvFormat = options.kvFormat
        kernels = options.kernels
        let contextBlocks = (length + KVCache.blockLength - 1) / KVCache.blockLength
        // Beams share their prompt but not their ends: room for twenty answers of sixty tokens and more, in memory that
        // is touched only when it is used, and at most 256 MiB of it.
        let headBytes = configuration.layerCount * configuration.kvHeadCount * configuration.headWidth * 4
        let beamBlocks = min(128, (256 << 20) / max(1, headBytes * KVCache.blockLength))
        blockCount = contextBlocks * options.sequenceCount + beamBlocks
    }
}

extension LocalModelDetails {
    init(
        path: String,
        name: String,
        file: GGUFFile,
        configuration: DecoderConfiguration,
        shape: DecoderShape,
        templateOrigin: String?,
        loadDuration: Duration
    ) {
        self.path = path
        self.name = name
        architecture = configuration.architecture.rawValue
        contextLength = shape.contextLength
        trainedContextLength = configuration.trainedContextLength
        vocabularyCount = configuration.vocabularyCount
        layerCount = configuration.layerCount
        kernels = shape.kernels
        threadCount = shape.threadCount
        fileByteCount = file.byteCount
        weightByteCountPerToken = shape.weightByteCountPerToken
        cacheByteCount = shape.blockByteCount * shape.blockCount
        cacheByteCountPerPosition = shape.blockByteCount / KVCache.blockLength
        self.templateOrigin = templateOrigin
        self.loadDuration = loadDuration
    }
}
