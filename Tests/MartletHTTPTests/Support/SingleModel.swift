import MartletCore
import MartletHTTP

/// One model under one name.
struct SingleModel: ModelServing {
    private let served: ServedModel
    private let model: any LanguageModel

    /// Serves a model under the name that `served` has.
    init(_ model: any LanguageModel, as served: ServedModel) {
        self.model = model
        self.served = served
    }

    /// The model.
    var models: [ServedModel] { [served] }

    /// The model, for its own name or none.
    func model(named name: String?) -> (any LanguageModel)? {
        name == nil || name == served.id ? model : nil
    }
}
