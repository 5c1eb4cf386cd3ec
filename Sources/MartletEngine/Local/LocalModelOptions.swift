public import MartletModel
public import MartletPrompt
public import MartletWeights

/// How a model is loaded.
public struct LocalModelOptions: Sendable {
    /// Where a model's chat template comes from.
    public enum TemplateChoice: Sendable, Hashable {
        /// The file's own, or the one of its family when the file has none.
        case automatic
        /// This text.
        case source(String)
        /// One of the well-known ones.
        case builtIn(ChatTemplate.BuiltIn)
    }

    /// Worker threads; nil takes as many as the process may use, and one for a tiny model.
    public var threadCount: Int?
    /// Tokens that input and answer may come to together; nil takes the model's own limit, at most 4096.
    public var contextLength: Int?
    /// How keys and values are kept.
    public var kvFormat = KVFormat.f16
    /// The kernel table's name; nil takes the best that this machine runs.
    public var kernels: String?
    /// Where the chat template comes from.
    public var chatTemplate = TemplateChoice.automatic
    /// Further variables that the template sees, such as `enable_thinking`.
    public var templateVariables: [String: TemplateValue] = [:]
    /// Splits text before merging, instead of the rule that the file names.
    public var preTokenizer: String?
    /// Whether a reasoning model's thinking comes apart from its answer; otherwise its tags and all are in the answer.
    public var separatesThinking = true
    /// Requests that run and wait together at most; one more fails with ``EngineError/Code/busy``.
    public var requestLimit = 256
    /// Positions of all sequences together whose keys and values the cache has room for, those of running answers and
    /// those remembered for later; at least a whole context.
    ///
    /// nil takes eight contexts, or fewer where these would take more than a quarter of the memory that the process may
    /// use. Memory is only taken where positions were written.
    public var cacheTokenCount: Int?
    /// Whether tokens of an answer are guessed from the text before them and computed ahead where that pays; it changes
    /// no distribution.
    public var speculation = true

    /// When the file's weights are read.
    public var reading = ReadingMode.auto
    /// Where keys and values of prompts are kept between runs; nil keeps none.
    public var snapshots: SnapshotOptions?
    /// Whether prompts that were packed with the model are used; see ``PromptPack``.
    public var usesPack = true
    /// Hears of trouble with a pack, where ``snapshots`` doesn't; from any thread.
    public var onWarning: (@Sendable (String) -> Void)?

    /// The defaults.
    public init() {}
}

/// What was loaded, for people, `bench` and `doctor`.
public struct LocalModelDetails: Sendable {
    /// The model's file.
    public var path: String
    /// `general.name`, or the file's name.
    public var name: String
    /// `general.architecture`.
    public var architecture: String
    /// Tokens that input and answer may come to together.
    public var contextLength: Int
    /// Positions that the model was trained on.
    public var trainedContextLength: Int
    /// Scores that the model gives, V.
    public var vocabularyCount: Int
    /// Layers, L.
    public var layerCount: Int
    /// The kernel table in use.
    public var kernels: String
    /// Worker threads in use.
    public var threadCount: Int
    /// Bytes of the file.
    public var fileByteCount: Int
    /// Bytes of weights that one generated token reads.
    public var weightByteCountPerToken: Int
    /// Bytes of the whole key/value cache, most of which is never touched by short conversations.
    public var cacheByteCount: Int
    /// Bytes of keys and values that one position takes.
    public var cacheByteCountPerPosition: Int
    /// Where the chat template came from, such as `file` or `built-in chatml`; nil when there is none.
    public var templateOrigin: String?
    /// How long loading took.
    public var loadDuration: Duration
}
