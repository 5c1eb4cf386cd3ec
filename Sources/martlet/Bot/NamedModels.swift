import MartletConversation
import MartletCore

/// Models by the names under which a chat may choose them.
struct NamedModels: ModelChoosing {
    private let entries: [(name: String, model: any LanguageModel)]

    /// Takes models in the order in which they are shown; the first is the usual one.
    init(_ entries: [(name: String, model: any LanguageModel)]) {
        self.entries = entries
    }

    /// All of them.
    var models: [any LanguageModel] { entries.map(\.model) }

    var names: [String] { entries.map(\.name) }

    func model(named name: String) -> (any LanguageModel)? {
        entries.first { $0.name == name }?.model
    }
}
