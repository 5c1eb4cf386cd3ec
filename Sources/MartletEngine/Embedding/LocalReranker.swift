public import MartletCore
internal import MartletModel
internal import MartletPrompt
internal import MartletWeights

/// A cross-encoder that this process runs itself, from a GGUF file.
///
/// Works as ``LocalEmbedder`` does: one thread of its own, pairs of all requests together, equal ones once.
public final class LocalReranker: Reranker {
    /// What this reranker is.
    public let information: RerankerInformation

    private let loop: ReadingLoop
    private let preparation: PairPreparation

    /// Loads a model file.
    ///
    /// - Parameter options: As for an embedder; pooling and instructions are of no meaning here.
    /// - Throws: An error whose description names the file's fault and the remedy.
    public static func load(
        path: String,
        options: LocalEmbedderOptions = LocalEmbedderOptions()
    ) async throws -> LocalReranker {
        let (loop, parts) = try await ReadingLoop.start(
            requestLimit: options.requestLimit,
            waitingTokenLimit: options.waitingTokenLimit,
            cacheByteCount: options.cacheByteCount
        ) {
            let (reader, information, preparation) = try Self.open(path: path, options: options)
            return (reader, width: 1, (information, preparation))
        }
        return LocalReranker(loop, parts.0, parts.1)
    }

    private init(_ loop: ReadingLoop, _ information: RerankerInformation, _ preparation: PairPreparation) {
        self.loop = loop
        self.information = information
        self.preparation = preparation
    }

    deinit {
        close()
    }

    /// The scores of `request`'s texts; see ``Reranker/rank(_:)``.
    ///
    /// - Throws: ``EngineError`` for what can't be ranked, before anything is computed; `CancellationError`.
    @concurrent
    public func rank(_ request: RankRequest) async throws -> RankAnswer {
        if let deadline = request.deadline, deadline <= .now { throw EngineError.deadlinePassed }
        let query = try preparation.prepare(query: request.query)
        let names = request.texts.map { TextName(query: request.query, text: $0) }
        var found = loop.find(names)
        if !request.cutsLongTexts { found = found.filter { !$0.value.isCut } }
        let hitCount = found.count
        var pairs: [(name: TextName, text: PreparedText)] = []
        var isKnown = Set(found.keys)
        for (index, name) in names.enumerated() where isKnown.insert(name).inserted {
            try Task.checkCancellation()
            let text = request.texts[index]
            pairs.append((name, try preparation.prepare(query, with: text, index: index, cuts: request.cutsLongTexts)))
        }
        loop.noteFound(
            cacheHitCount: hitCount,
            sharedCount: names.count - isKnown.count,
            isWholeRequest: pairs.isEmpty
        )
        if !pairs.isEmpty {
            let read = try await loop.read(pairs, owner: request.owner, deadline: request.deadline)
            found.merge(read) { $1 }
        }
        let texts = names.compactMap { found[$0] }
        return RankAnswer(
            scores: texts.map { $0.values[0] },
            tokenCount: texts.reduce(0) { $0 + $1.tokenCount }
        )
    }

    /// What was done so far; cheap, callable from any thread.
    public var statistics: EmbeddingStatistics { loop.statistics }

    /// Ends the reranker and waits for its thread; later requests fail with ``EngineError/Code/closed``.
    ///
    /// - Parameter draining: Whether requests that it has are answered; otherwise they fail too.
    public func close(draining: Bool = false) {
        loop.close(draining: draining)
    }

    private static func open(
        path: String,
        options: LocalEmbedderOptions
    ) throws -> (any TextReading, RerankerInformation, PairPreparation) {
        let file = try GGUFFile.open(path: path, ahead: options.reading)
        let name = try file.metadata.string("general.name") ?? path.lastComponent
        let kind = ModelKind(file)
        guard kind == .reranker, EncoderConfiguration.describes(file.metadata) else {
            let use = kind == .embedder ? "makes vectors and is no cross-encoder" : "is no cross-encoder"
            throw EngineError(
                .unusableModel,
                "\(printable(name, limit: 80)) \(use): it doesn't score pairs of texts",
                remedy: "Choose a reranking model of the BERT or XLM-RoBERTa family, such as bge-reranker-v2-m3"
            )
        }
        let encoder = try Encoder(file: file, options: EncoderOptions(options, file))
        let head = try RankHead(file: file, width: encoder.configuration.width, kernels: options.kernels)
        let tokenizer = try Tokenizer(VocabularyDescription(file.metadata))
        guard let template = tokenizer.template.pair else {
            throw EngineError(
                .unusableModel,
                "the vocabulary of \(printable(name, limit: 80)) has no rule for two texts",
                remedy: "Convert the model again with its tokenizer"
            )
        }
        let contextLength = try options.contextLength(of: encoder.configuration.contextLength)
        return (
            PairReader(
                encoder: encoder,
                head: head,
                file: file,
                rowLimit: options.batchTokenCount ?? file.batchTokenCount
            ),
            RerankerInformation(name: name, contextLength: contextLength),
            PairPreparation(tokenizer: tokenizer, template: template, limit: contextLength)
        )
    }
}

extension EncoderOptions {
    /// What an embedder's options mean for its encoder.
    init(_ options: LocalEmbedderOptions, _ file: GGUFFile) {
        self.init()
        threadCount = options.threadCount
        kernels = options.kernels
        maximumRowCount = options.batchTokenCount ?? file.batchTokenCount
    }
}
