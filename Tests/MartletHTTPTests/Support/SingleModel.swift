import MartletCore
import MartletHTTP

/// One model under one name, and an embedder named `vectors`.
struct SingleModel: ModelServing {
    private let served: ServedModel
    private let model: any LanguageModel
    private let embedder: (any Embedder)?

    /// Serves a model under the name that `served` has.
    init(_ model: any LanguageModel, as served: ServedModel, embedder: (any Embedder)? = nil) {
        self.model = model
        self.served = served
        self.embedder = embedder
    }

    var embedders: [ServedEmbedder] {
        embedder.map { [ServedEmbedder(id: "vectors", information: $0.information, created: 0)] } ?? []
    }

    func embedder(named name: String?) -> (any Embedder)? { name == nil || name == "vectors" ? embedder : nil }

    /// The model.
    var models: [ServedModel] { [served] }

    /// The model, for its own name or none.
    func model(named name: String?) -> (any LanguageModel)? {
        name == nil || name == served.id ? model : nil
    }
}
