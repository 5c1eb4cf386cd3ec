internal import MartletCore
internal import MartletModel
internal import MartletPrompt
internal import MartletWeights

/// Everything of an embedder that its callers use, beside its thread.
struct EmbedderParts: Sendable {
    var information: EmbedderInformation
    var details: LocalEmbedderDetails
    var preparation: InputPreparation
    /// Whether the file says that vectors have length 1.
    var normalizes: Bool

    /// Opens a model file and makes what reads texts with it; on the thread that will read them.
    ///
    /// - Throws: An error whose description names the file's fault and the remedy.
    static func open(
        path: String,
        options: LocalEmbedderOptions
    ) throws -> (reader: any TextReading, parts: EmbedderParts) {
        let start = ContinuousClock.now
        let file = try GGUFFile.open(path: path, ahead: options.reading)
        let name = try file.metadata.string("general.name") ?? path.lastComponent
        let kind = ModelKind(file)
        guard options.pooling != .rank else {
            throw EngineError(
                .invalidOption,
                "pooling rank gives scores of pairs and no vectors",
                remedy: "Name mean, cls or last, or use the model for ranking",
                parameter: "pooling"
            )
        }
        guard kind == .embedder || options.pooling != nil else { throw EngineError.noEmbedder(name, kind) }
        let model = try EmbeddingModel(file: file, options: options)
        let (instructions, source) = try InstructionHandling.of(file, name: name, asked: options.instructions)
        let prompts = try EmbeddingPrompts(file.metadata)
        let contextLength = try Self.contextLength(of: model, file: file, options: options)
        let tokenizer = try Tokenizer(VocabularyDescription(file.metadata))
        let parts = EmbedderParts(
            information: EmbedderInformation(
                name: name,
                width: model.head.width,
                contextLength: contextLength,
                sources: model.head.sources + [source] + prompts.sources
            ),
            details: LocalEmbedderDetails(
                path: path,
                name: name,
                architecture: model.architecture,
                pooling: model.head.pooling,
                instructions: instructions,
                prompts: prompts.texts,
                defaultPrompt: prompts.defaultName,
                contextLength: contextLength,
                batchTokenCount: model.reader.rowLimit,
                layerCount: model.layerCount,
                kernels: model.kernels,
                threadCount: model.threadCount,
                fileByteCount: file.byteCount,
                loadDuration: .now - start
            ),
            preparation: InputPreparation(
                tokenizer: tokenizer,
                instructions: instructions,
                defaultInstruction: prompts.defaultText,
                limit: contextLength,
                vocabularyCount: model.vocabularyCount
            ),
            normalizes: model.head.normalizes
        )
        return (model.reader, parts)
    }

    /// Tokens of a text at most: what was asked for, or what the model was made for, which may be less than it has
    /// positions.
    private static func contextLength(
        of model: EmbeddingModel,
        file: GGUFFile,
        options: LocalEmbedderOptions
    ) throws -> Int {
        let key = "martlet.embedding.maximum_length"
        guard options.contextLength == nil, let length = try file.metadata.integer(key) else {
            return model.contextLength
        }
        guard length >= 4 else {
            throw EngineError(.unusableModel, "\(key) is \(length)", remedy: "Convert the model again")
        }
        return min(length, model.contextLength)
    }
}

extension LocalEmbedderOptions {
    /// Tokens of a text at most, for a model of such a limit.
    func contextLength(of limit: Int) throws(EngineError) -> Int {
        guard let contextLength else { return limit }
        guard contextLength >= 4 else {
            throw EngineError(
                .invalidOption,
                "texts of \(contextLength) tokens were asked for",
                remedy: "Ask for 4 or more",
                parameter: "context"
            )
        }
        return min(contextLength, limit)
    }
}

extension InstructionHandling {
    /// The key under which `martlet convert` says what becomes of instructions.
    static let key = "martlet.embedding.instruction"

    /// What becomes of a file's instructions, and where that is written.
    static func of(
        _ file: GGUFFile,
        name: String,
        asked: InstructionHandling?
    ) throws -> (InstructionHandling, source: String) {
        func line(_ handling: InstructionHandling, _ source: String) -> (InstructionHandling, source: String) {
            (handling, "instructions \(handling.rawValue) in the vector: \(source)")
        }
        if let asked { return line(asked, "asked for") }
        if let word = try file.metadata.string(key) {
            guard let handling = InstructionHandling(rawValue: word) else {
                throw EngineError(
                    .unusableModel,
                    "\(key) is '\(printable(word, limit: 40))', which is none that Martlet knows",
                    remedy: "Convert the model again, or name what becomes of instructions"
                )
            }
            return line(handling, "\(key) of the file")
        }
        // Other converters leave out what Instructor does with instructions; they keep its name.
        let isT5 = (try file.metadata.string("general.architecture") ?? "").hasPrefix("t5")
        if isT5, name.lowercased().contains("instructor") { return line(.excluded, "the custom of Instructor models") }
        return line(.included, "the custom for files that say nothing of them")
    }
}

extension GGUFFile {
    /// Opens a file whose weights are read ahead of their use, as far as there is memory for them.
    static func open(path: String, ahead mode: ReadingMode) throws(GGUFError) -> GGUFFile {
        var reading = ReadingOptions()
        reading.mode = mode
        reading.byteLimit = ModelSource.readAheadLimit(available: MemoryLimit.availableByteCount)
        return try open(path: path, reading: reading)
    }

    /// Tokens that a model of this size reads together.
    ///
    /// A batch takes some tenths of a second on two cores, and more than this many rows make no product faster.
    var batchTokenCount: Int {
        switch byteCount {
        case ..<(64 << 20): 2048
        case ..<(192 << 20): 1024
        case ..<(512 << 20): 512
        default: 256
        }
    }
}

extension String {
    /// What stands behind a path's last slash.
    var lastComponent: String { split(separator: "/").last.map { String($0) } ?? self }
}

extension EngineError {
    /// A file that makes no vectors, and what to do.
    static func noEmbedder(_ name: String, _ kind: ModelKind) -> EngineError {
        switch kind {
        case .reranker:
            EngineError(
                .unusableModel,
                "\(printable(name, limit: 80)) is a reranker: it scores pairs of texts and makes no vectors",
                remedy: "Choose an embedding model, or use this one for ranking"
            )
        case .decoder, .embedder:
            EngineError(
                .unusableModel,
                "\(printable(name, limit: 80)) continues texts and says nothing of vectors",
                remedy:
                    "Choose an embedding model (martlet pull --list), or name how its rows become one vector, such as "
                    + "--pooling last"
            )
        }
    }
}
