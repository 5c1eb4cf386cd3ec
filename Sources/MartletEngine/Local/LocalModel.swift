public import MartletCore
internal import MartletModel
public import MartletPrompt
internal import MartletWeights
internal import Synchronization

/// A model that this process runs itself, from a GGUF file.
///
/// All computing is done on one thread of its own with its workers; requests wait in a bounded queue. Dropping the last
/// reference ends running requests as cancelled and joins the thread.
public final class LocalModel: LanguageModel {
    /// What this model is.
    public let information: LanguageModelInformation
    /// What was loaded.
    public let details: LocalModelDetails
    /// How the model's makers say that tokens are best chosen, over the usual defaults.
    public let recommendedSampling: SamplingOptions
    /// Turns text into the model's tokens and back.
    public let tokenizer: Tokenizer
    /// The chat template, or why there is none.
    public let template: Result<ChosenTemplate, EngineError>

    let loop: EngineLoop
    /// What is kept on disk; nil where nothing is.
    package var snapshotStore: SnapshotStore? { loop.snapshotStore }
    let builder: PromptBuilder
    let options: LocalModelOptions
    let endTokens: Set<Int32>
    /// The forms that answers were held to.
    let constraints: ConstraintLibrary
    let breakers = Mutex<(texts: [String], tokens: [[Int32]])>(([], []))

    /// Loads a model file.
    ///
    /// Blocks for as long as it takes to read the file's header and vocabulary: a few milliseconds to some tenths of a
    /// second. The weights are mapped, and read meanwhile and after that, in the order in which a prompt needs them; the
    /// first prompt is computed layer by layer as they come.
    /// - Throws: An error whose description names the file's fault and the remedy.
    public static func load(path: String, options: LocalModelOptions = LocalModelOptions()) throws -> LocalModel {
        try LocalModel(path: path, options: options)
    }

    private init(path: String, options: LocalModelOptions) throws {
        let start = ContinuousClock.now
        let source = try ModelSource(path: path, options: options)
        let file = source.file
        recommendedSampling = try SamplingOptions(recommendedBy: file.metadata)
        let configuration = try DecoderConfiguration(metadata: file.metadata, tensors: file.tensors)
        let decoderOptions = try DecoderOptions(options, configuration, fileByteCount: file.byteCount)
        let shape = Promise<DecoderShape>()
        loop = try EngineLoop(
            prefillRowCount: Self.prefillRowCount(file),
            requestLimit: max(1, options.requestLimit),
            snapshots: source.snapshots
        ) {
            let decoder = try Decoder(file: file, options: decoderOptions)
            shape.set(.success(DecoderShape(decoder)))
            return decoder
        }
        // The vocabulary is read while the decoder is set up on its thread.
        let tokenizer = try Tokenizer(VocabularyDescription(file.metadata, preTokenizer: options.preTokenizer))
        let template = Result { () throws(EngineError) in
            try ChosenTemplate(options.chatTemplate, file: file, tokenizer: tokenizer)
        }
        if options.chatTemplate != .automatic { _ = try template.get() }
        try loop.waitUntilReady()
        let name = try file.metadata.string("general.name") ?? Self.fileName(path)
        details = try LocalModelDetails(
            path: path,
            name: name,
            file: file,
            configuration: configuration,
            shape: shape.get(),
            templateOrigin: (try? template.get())?.origin,
            loadDuration: .now - start
        )
        information = LanguageModelInformation(name: name, contextLength: details.contextLength)
        self.options = options
        self.tokenizer = tokenizer
        self.template = template
        builder = PromptBuilder(
            tokenizer: tokenizer,
            template: template,
            variables: options.templateVariables,
            contextLength: details.contextLength,
            thinkingTags: options.separatesThinking ? Self.thinkingTags(tokenizer, template) : []
        )
        var ends = Set(tokenizer.endOfGeneration.map(\.rawValue))
        if (try? template.get())?.builtIn == .ruDialoGPT {
            for text in ["@@ПЕРВЫЙ@@", "@@ВТОРОЙ@@"] {
                if let token = tokenizer.addedToken(text) { ends.insert(token.rawValue) }
            }
        }
        endTokens = ends
        constraints = ConstraintLibrary(
            tokenizer,
            rendering: builder.thinkingTagTokens,
            vocabularyCount: details.vocabularyCount
        )
    }

    deinit {
        close()
    }

    /// Answers `request`; see ``LanguageModel/generate(_:)``.
    ///
    /// Rendering and tokenizing happen before this returns; all else on the engine's thread. The stream holds at most
    /// an event for each token of the answer. While it is read, it keeps the model alive.
    /// - Throws: From the stream: ``EngineError``, or a `PromptError` of the chat template.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let (stream, events) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
        let cancellation = CancellationFlag()
        events.onTermination = { [self] _ in
            cancellation.cancel()
            loop.wake()
        }
        do {
            let task = GenerationTask(try plan(request), events: events, cancellation: cancellation)
            try loop.submit(task)
        } catch {
            events.finish(throwing: error)
        }
        return stream
    }

    /// Counts the tokens that `input` comes to when rendered.
    public func tokenCount(of input: GenerationRequest.Input) async throws -> Int {
        try prompt(for: input).count
    }

    /// The tokens that the model would see of `input`, whether they fit its context or not.
    public func prompt(for input: GenerationRequest.Input) throws -> [TokenID] {
        try builder.prompt(for: input).tokens.map { TokenID($0) }
    }

    /// Ends the engine and waits for its thread; later requests fail with ``EngineError/Code/closed``.
    ///
    /// - Parameter draining: Whether requests that it has are finished; otherwise they end as cancelled.
    public func close(draining: Bool = false) {
        loop.close(draining: draining)
    }

    /// Rows of a prompt that are computed between two looks at cancellations and deadlines.
    ///
    /// Large models get small pieces, so that a piece takes about a second on two cores, or two at most; very small
    /// ones would cost speed, as weights are unpacked once for each. It depends on the file alone, so that the same
    /// request takes the same steps every time.
    private static func prefillRowCount(_ file: GGUFFile) -> Int {
        switch file.byteCount {
        case ..<(300 << 20): 512
        case ..<(2 << 30): 256
        default: 128
        }
    }

    private static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The tags that this model's template or vocabulary knows of.
    private static func thinkingTags(
        _ tokenizer: Tokenizer,
        _ template: Result<ChosenTemplate, EngineError>
    ) -> [ThinkingFilter.Tags] {
        let source = (try? template.get())?.template.source ?? ""
        return [ThinkingFilter.Tags.think, .bracketed].filter { tags in
            source.contains(tags.closing) || tokenizer.addedToken(tags.closing) != nil
        }
    }
}
