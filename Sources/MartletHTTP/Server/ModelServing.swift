public import MartletCore

/// The models that a server offers by name.
public protocol ModelServing: Sendable {
    /// What callers may name to have text generated, the default first.
    var models: [ServedModel] { get }

    /// The model of a name, or the default for nil.
    ///
    /// - Returns: nil for a name that isn't served.
    func model(named name: String?) -> (any LanguageModel)?

    /// What callers may name to have vectors made, the default first.
    var embedders: [ServedEmbedder] { get }

    /// The embedder of a name, or the default for nil.
    ///
    /// - Returns: nil for a name that isn't served.
    func embedder(named name: String?) -> (any Embedder)?

    /// What callers may name to have texts ranked, the default first.
    var rerankers: [ServedReranker] { get }

    /// The reranker of a name, or the default for nil.
    ///
    /// - Returns: nil for a name that isn't served.
    func reranker(named name: String?) -> (any Reranker)?
}

extension ModelServing {
    /// None.
    public var embedders: [ServedEmbedder] { [] }
    /// None.
    public func embedder(named name: String?) -> (any Embedder)? { nil }
    /// None.
    public var rerankers: [ServedReranker] { [] }
    /// None.
    public func reranker(named name: String?) -> (any Reranker)? { nil }
}

/// A model as callers see it.
public struct ServedModel: Sendable, Hashable {
    /// The name that callers give.
    public var id: String
    /// What kind of model stands behind it.
    public var information: LanguageModelInformation
    /// When it was made available, in seconds since 1970.
    public var created: Int64
    /// How tokens are chosen where a request doesn't say: what the model's makers recommend, where that is known.
    public var defaultSampling: SamplingOptions

    /// Makes a description.
    public init(
        id: String,
        information: LanguageModelInformation,
        created: Int64,
        defaultSampling: SamplingOptions = SamplingOptions()
    ) {
        self.id = id
        self.information = information
        self.created = created
        self.defaultSampling = defaultSampling
    }
}

/// An embedder as callers see it.
public struct ServedEmbedder: Sendable, Hashable {
    /// The name that callers give.
    public var id: String
    /// What kind of embedder stands behind it.
    public var information: EmbedderInformation
    /// When it was made available, in seconds since 1970.
    public var created: Int64
    /// Instructions that callers may give by name, such as `query`.
    public var prompts: [String: String]

    /// Makes a description.
    public init(id: String, information: EmbedderInformation, created: Int64, prompts: [String: String] = [:]) {
        self.id = id
        self.information = information
        self.created = created
        self.prompts = prompts
    }
}

/// A reranker as callers see it.
public struct ServedReranker: Sendable, Hashable {
    /// The name that callers give.
    public var id: String
    /// What kind of reranker stands behind it.
    public var information: RerankerInformation
    /// When it was made available, in seconds since 1970.
    public var created: Int64

    /// Makes a description.
    public init(id: String, information: RerankerInformation, created: Int64) {
        self.id = id
        self.information = information
        self.created = created
    }
}
