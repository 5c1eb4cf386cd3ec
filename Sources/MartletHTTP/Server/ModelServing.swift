public import MartletCore

/// The models that a server offers by name.
public protocol ModelServing: Sendable {
    /// What callers may name, the default first.
    var models: [ServedModel] { get }

    /// The model of a name, or the default for nil.
    ///
    /// - Returns: nil for a name that isn't served.
    func model(named name: String?) -> (any LanguageModel)?
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
