public import MartletCore
internal import MartletModel
public import MartletPrompt

/// A model that this process runs itself to turn texts into vectors, from a GGUF file.
///
/// All computing is done on one thread of its own with its workers. Texts of all requests are read together, equal ones
/// once, and their vectors remembered. Dropping the last reference fails what still waits and joins the thread.
public final class LocalEmbedder: Embedder {
    /// What this embedder is.
    public let information: EmbedderInformation
    /// What was loaded.
    public let details: LocalEmbedderDetails
    /// Turns text into the model's tokens.
    public let tokenizer: Tokenizer

    private let loop: ReadingLoop
    private let preparation: InputPreparation
    private let normalizes: Bool

    /// Loads a model file.
    ///
    /// Takes as long as reading the file's header and vocabulary, on a thread of its own. The weights are mapped, and read
    /// meanwhile and after that.
    /// - Throws: An error whose description names the file's fault and the remedy; one of a model that chats names
    ///   what to do too.
    public static func load(
        path: String,
        options: LocalEmbedderOptions = LocalEmbedderOptions()
    ) async throws -> LocalEmbedder {
        let (loop, parts) = try await ReadingLoop.start(
            requestLimit: options.requestLimit,
            waitingTokenLimit: options.waitingTokenLimit,
            cacheByteCount: options.cacheByteCount
        ) {
            let (reader, parts) = try EmbedderParts.open(path: path, options: options)
            return (reader, width: parts.information.width, parts)
        }
        return LocalEmbedder(loop, parts)
    }

    private init(_ loop: ReadingLoop, _ parts: EmbedderParts) {
        self.loop = loop
        information = parts.information
        details = parts.details
        tokenizer = parts.preparation.tokenizer
        preparation = parts.preparation
        normalizes = parts.normalizes
    }

    deinit {
        close()
    }

    /// The vectors of `request`'s texts; see ``Embedder/embed(_:)``.
    ///
    /// - Throws: ``EngineError`` for what can't be embedded, before anything is computed; `CancellationError`.
    /// - Complexity: Tokenizing happens in the calling task, on the cooperative pool; all else on the embedder's thread.
    @concurrent
    public func embed(_ request: EmbeddingRequest) async throws -> EmbeddingAnswer {
        try check(request)
        let names = request.inputs.map { TextName($0) }
        var found = loop.find(names)
        // A vector of a text that was cut is no answer to somebody who wants whole texts.
        if !request.cutsLongTexts { found = found.filter { !$0.value.isCut } }
        let hitCount = found.count
        var texts: [(name: TextName, text: PreparedText)] = []
        var isKnown = Set(found.keys)
        for (index, name) in names.enumerated() where isKnown.insert(name).inserted {
            try Task.checkCancellation()
            // Others get their turn on the pool while many texts become tokens.
            if texts.count % 64 == 63 { await Task.yield() }
            let place = names.count == 1 ? "the text" : "the text at index \(index)"
            texts.append(
                (name, try preparation.prepare(request.inputs[index], place: place, cuts: request.cutsLongTexts))
            )
        }
        loop.noteFound(
            cacheHitCount: hitCount,
            sharedCount: names.count - isKnown.count,
            isWholeRequest: texts.isEmpty
        )
        if !texts.isEmpty {
            let read = try await loop.read(texts, owner: request.owner, deadline: request.deadline)
            found.merge(read) { $1 }
        }
        return try answer(request, names.map { found[$0] })
    }

    /// The tokens of an input as the model reads it, its instruction's and special ones included.
    ///
    /// - Parameter cutsLongTexts: Whether a text beyond the model's length is cut at its end.
    /// - Throws: ``EngineError`` for an input that is empty, or too long and not to be cut.
    public func tokenCount(of input: EmbeddingInput, cutsLongTexts: Bool = false) throws -> Int {
        try preparation.prepare(input, place: "the text", cuts: cutsLongTexts).tokens.count
    }

    /// What was done so far; cheap, callable from any thread.
    public var statistics: EmbeddingStatistics { loop.statistics }

    /// Ends the embedder and waits for its thread; later requests fail with ``EngineError/Code/closed``.
    ///
    /// - Parameter draining: Whether requests that it has are answered; otherwise they fail too.
    public func close(draining: Bool = false) {
        loop.close(draining: draining)
    }

    private func check(_ request: EmbeddingRequest) throws(EngineError) {
        if let dimensions = request.dimensions, !(1...information.width).contains(dimensions) {
            throw EngineError(
                .invalidOption,
                "\(dimensions) dimensions were asked for",
                remedy: "This model's vectors have 1 to \(information.width)",
                parameter: "dimensions"
            )
        }
        if let deadline = request.deadline, deadline <= .now { throw .deadlinePassed }
    }

    /// Cuts vectors to what is wanted of them and brings them to length 1.
    private func answer(_ request: EmbeddingRequest, _ texts: [ReadText?]) throws -> EmbeddingAnswer {
        let isUnit = request.normalizes ?? (normalizes || request.dimensions != nil)
        var answer = EmbeddingAnswer(vectors: [], tokenCounts: [])
        answer.vectors.reserveCapacity(texts.count)
        for (index, text) in texts.enumerated() {
            guard let text else { preconditionFailure("every text was found or read") }
            var vector = text.values
            if let dimensions = request.dimensions { vector.removeSubrange(dimensions...) }
            if isUnit { EmbeddingHead.normalize(&vector) }
            answer.vectors.append(vector)
            answer.tokenCounts.append(text.tokenCount)
            if text.isCut { answer.cutInputs.append(index) }
        }
        return answer
    }
}
