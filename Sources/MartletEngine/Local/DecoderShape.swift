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
    /// Contexts that the cache has room for when nobody says how large it is.
    private static let defaultContextCount = 8

    /// The decoder's part of a model's options, with a cache for several contexts.
    ///
    /// - Parameter fileByteCount: Bytes of the weights, which want memory as well.
    /// - Throws: ``EngineError/Code/invalidOption`` for numbers that can't be meant.
    init(
        _ options: LocalModelOptions,
        _ configuration: DecoderConfiguration,
        fileByteCount: Int,
        memoryLimit: Int = MemoryLimit.byteCount
    ) throws(EngineError) {
        self.init()
        let length = min(options.contextLength ?? 4096, configuration.trainedContextLength)
        let total = options.cacheTokenCount ?? length
        guard length >= 1, total >= length, total <= 1 << 28 else {
            throw EngineError(
                .invalidOption,
                "the context length is \(length) and the cache has room for \(total) tokens",
                remedy: "Give a context of at least 1 token, and a cache of at least that many and at most 2^28"
            )
        }
        contextLength = length
        threadCount = options.threadCount
        kvFormat = options.kvFormat
        kernels = options.kernels
        let contextBlocks = (length + KVCache.blockLength - 1) / KVCache.blockLength
        if let wanted = options.cacheTokenCount {
            blockCount = (wanted + KVCache.blockLength - 1) / KVCache.blockLength
            return
        }
        // Keys and values; formats smaller than half-precision floats are counted as these.
        let valueBytes = options.kvFormat == .f32 ? 4 : 2
        let positionBytes =
            configuration.layerCount * configuration.kvHeadCount * configuration.headWidth * 2 * valueBytes
        let blockBytes = max(1, positionBytes * KVCache.blockLength)
        // Beams share their prompt but not their ends: room for twenty answers of sixty tokens and more, at most 256 MiB.
        let beamBlocks = min(128, (256 << 20) / blockBytes)
        let wanted = max(contextBlocks * Self.defaultContextCount, contextBlocks + beamBlocks)
        // Weights that leave little free leave less to the cache, down to one context.
        let share = min(memoryLimit / 4, max(0, memoryLimit - fileByteCount) / 2)
        blockCount = max(contextBlocks, min(wanted, share / blockBytes))
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
