import MartletConversation
import MartletCore
import MartletHTTP

/// A server's models, and each of them once more under its name with `+knowledge`, where it answers from documents.
struct KnowledgeModels: ModelServing {
    private let base: any ModelServing
    private let knowledge: Knowledge
    private let isDefault: Bool

    private static let ending = "+knowledge"

    /// Adds the documents to models.
    /// - Parameter isDefault: Whether the models answer from the documents under their own names as well.
    init(_ base: any ModelServing, knowledge: Knowledge, isDefault: Bool) {
        self.base = base
        self.knowledge = knowledge
        self.isDefault = isDefault
    }

    var models: [ServedModel] {
        let twins = base.models.map { model in
            var twin = leavingRoom(model)
            twin.id += Self.ending
            return twin
        }
        return (isDefault ? base.models.map { leavingRoom($0) } : base.models) + twins
    }

    /// A model with the context that passages leave.
    private func leavingRoom(_ model: ServedModel) -> ServedModel {
        var model = model
        if let own = base.model(named: model.id) { model.information = grounded(own).information }
        return model
    }

    func model(named name: String?) -> (any LanguageModel)? {
        if let name, name.hasSuffix(Self.ending), base.models.allSatisfy({ $0.id != name }) {
            return base.model(named: String(name.dropLast(Self.ending.count))).map(grounded)
        }
        let model = base.model(named: name)
        return isDefault ? model.map(grounded) : model
    }

    var embedders: [ServedEmbedder] { base.embedders }

    func embedder(named name: String?) -> (any Embedder)? { base.embedder(named: name) }

    var rerankers: [ServedReranker] { base.rerankers }

    func reranker(named name: String?) -> (any Reranker)? { base.reranker(named: name) }

    private func grounded(_ model: any LanguageModel) -> any LanguageModel {
        knowledge.grounding(model, listsSources: true)
    }
}

extension KnowledgeConfiguration {
    /// A server's models with the documents.
    func adding(_ knowledge: Knowledge?, to models: any ModelServing) -> (any ModelServing)? {
        knowledge.map { KnowledgeModels(models, knowledge: $0, isDefault: isDefault) }
    }
}
