import Foundation
import MartletCore
import MartletHTTP

/// The models of a composition under their names, as a server offers them.
struct ComposedModels: ModelServing {
    let models: [ServedModel]
    let embedders: [ServedEmbedder]
    let rerankers: [ServedReranker]
    private let chosenModels: [String: ChosenModel]
    private let chosenEmbedders: [String: ChosenEmbedder]
    private let chosenRerankers: [String: any Reranker]

    /// Loads the models that are used by default and makes those that the configuration names.
    ///
    /// Takes as long as reading the headers of the local files behind them.
    static func load(_ composition: ModelComposition) async throws -> ComposedModels {
        let models = try await DedicatedThread.run { try composition.all() }
        return ComposedModels(
            models: models,
            embedders: try await composition.embedders(),
            rerankers: try await composition.rerankers()
        )
    }

    private init(
        models: [(name: String, model: ChosenModel)],
        embedders: [(name: String, chosen: ChosenEmbedder)],
        rerankers: [(name: String, reranker: any Reranker)]
    ) {
        let now = Int64(Date().timeIntervalSince1970)
        chosenModels = Dictionary(models.map { ($0.name, $0.model) }) { first, _ in first }
        chosenEmbedders = Dictionary(embedders.map { ($0.name, $0.chosen) }) { first, _ in first }
        chosenRerankers = Dictionary(rerankers.map { ($0.name, $0.reranker) }) { first, _ in first }
        self.models = models.map { name, model in
            ServedModel(
                id: name,
                information: model.model.information,
                created: now,
                defaultSampling: model.recommendedSampling
            )
        }
        self.embedders = embedders.map { name, chosen in
            ServedEmbedder(id: name, information: chosen.embedder.information, created: now, prompts: chosen.prompts)
        }
        self.rerankers = rerankers.map { name, reranker in
            ServedReranker(id: name, information: reranker.information, created: now)
        }
    }

    func model(named name: String?) -> (any LanguageModel)? {
        (name ?? models.first?.id).flatMap { chosenModels[$0]?.model }
    }

    func embedder(named name: String?) -> (any Embedder)? {
        (name ?? embedders.first?.id).flatMap { chosenEmbedders[$0]?.embedder }
    }

    func reranker(named name: String?) -> (any Reranker)? {
        (name ?? rerankers.first?.id).flatMap { chosenRerankers[$0] }
    }
}
