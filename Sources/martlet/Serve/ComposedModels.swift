import Foundation
import MartletCore
import MartletHTTP

/// The models of a composition under their names, as a server offers them.
struct ComposedModels: ModelServing {
    let models: [ServedModel]
    private let chosen: [String: ChosenModel]

    /// Loads the model that is used by default and makes those that the configuration names.
    ///
    /// Blocks for as long as it takes to read the headers of the local files behind them.
    init(_ composition: ModelComposition) throws {
        var models: [ServedModel] = []
        var chosen: [String: ChosenModel] = [:]
        for (name, model) in try composition.all() where chosen[name] == nil {
            chosen[name] = model
            models.append(
                ServedModel(
                    id: name,
                    information: model.model.information,
                    created: Int64(Date().timeIntervalSince1970),
                    defaultSampling: model.recommendedSampling
                )
            )
        }
        self.models = models
        self.chosen = chosen
    }

    func model(named name: String?) -> (any LanguageModel)? {
        (name ?? models.first?.id).flatMap { chosen[$0]?.model }
    }
}
