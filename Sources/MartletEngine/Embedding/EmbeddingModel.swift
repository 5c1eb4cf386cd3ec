internal import MartletModel
internal import MartletWeights

/// A model with its head, set up for a file.
struct EmbeddingModel {
    let reader: any TextReading
    let head: EmbeddingHead
    let architecture: String
    let contextLength: Int
    let layerCount: Int
    let vocabularyCount: Int
    let kernels: String
    let threadCount: Int

    /// Positions of a decoder's texts when nobody says otherwise: their keys and values take memory.
    private static let decoderContextLength = 8192

    /// Sets up an encoder or a decoder, whichever the file has.
    ///
    /// - Throws: An error whose description names the file's fault and the remedy.
    init(file: GGUFFile, options: LocalEmbedderOptions) throws {
        if EncoderConfiguration.describes(file.metadata) {
            try self.init(encoderOf: file, options: options)
        } else {
            try self.init(decoderOf: file, options: options)
        }
    }

    private init(encoderOf file: GGUFFile, options: LocalEmbedderOptions) throws {
        let encoderOptions = EncoderOptions(options, file)
        let encoder = try Encoder(file: file, options: encoderOptions)
        let configuration = encoder.configuration
        architecture = configuration.architecture.rawValue
        head = try EmbeddingHead(file: file, width: configuration.width, prefix: architecture, options: options)
        contextLength = try options.contextLength(of: configuration.contextLength)
        layerCount = configuration.layerCount
        vocabularyCount = configuration.vocabularyCount
        kernels = encoder.kernelsName
        threadCount = encoder.threadCount
        reader = EncoderReader(encoder: encoder, head: head, file: file, rowLimit: encoderOptions.maximumRowCount)
    }

    private init(decoderOf file: GGUFFile, options: LocalEmbedderOptions) throws {
        let configuration = try DecoderConfiguration(metadata: file.metadata, tensors: file.tensors)
        architecture = configuration.architecture.rawValue
        head = try EmbeddingHead(file: file, width: configuration.width, prefix: architecture, options: options)
        guard head.pooling == .last else {
            throw EngineError(
                .unusableModel,
                "pooling \(head.pooling.rawValue) is none for a decoder, whose last row alone has read the whole text",
                remedy: "Name the last row with --pooling last if the model was made for it, or choose another model"
            )
        }
        guard try file.metadata.bool("\(architecture).attention.causal") ?? true else {
            throw EngineError(
                .unusableModel,
                "this \(architecture) reads texts in both directions, and Martlet runs it in one",
                remedy: "Choose another embedding model"
            )
        }
        var asked = options
        asked.contextLength = options.contextLength ?? Self.decoderContextLength
        contextLength = try asked.contextLength(of: configuration.trainedContextLength)
        let rowLimit = options.batchTokenCount ?? file.batchTokenCount
        var decoderOptions = DecoderOptions()
        decoderOptions.threadCount = options.threadCount
        decoderOptions.kernels = options.kernels
        decoderOptions.contextLength = contextLength
        decoderOptions.maximumRowCount = min(decoderOptions.maximumRowCount, max(1, rowLimit))
        decoderOptions.blockCount = DecoderReader.blockCount(
            rowLimit: rowLimit,
            textLimit: decoderOptions.maximumLogitRowCount,
            contextLength: contextLength
        )
        let decoder = try Decoder(file: file, options: decoderOptions)
        layerCount = configuration.layerCount
        vocabularyCount = configuration.vocabularyCount
        kernels = decoder.kernelsName
        threadCount = decoder.threadCount
        reader = DecoderReader(decoder: decoder, head: head, rowLimit: rowLimit)
    }
}

extension EmbeddingHead {
    /// A file's head under the name of its architecture.
    fileprivate convenience init(
        file: GGUFFile,
        width: Int,
        prefix: String,
        options: LocalEmbedderOptions
    ) throws(ModelError) {
        try self.init(file: file, width: width, prefix: prefix, pooling: options.pooling, kernels: options.kernels)
    }
}
