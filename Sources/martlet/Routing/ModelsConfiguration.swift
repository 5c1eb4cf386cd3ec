import Foundation
import MartletProviders
import MartletTerminal
import Yams

/// The models that can be named beside files: those of `models:` in `martlet.yaml`, and those of the environment.
package struct ModelsConfiguration: Sendable {
    /// The named models in the order of the file.
    package var entries: [ModelEntry] = []
    /// Whether models elsewhere are out of the question.
    package var isLocalOnly = false
    /// The model that the file names for when nothing else does.
    package var modelOfFile: String?
    /// The embedder that the file names for when nothing else does.
    package var embedderOfFile: String?
    /// The reranker that the file names for when nothing else does.
    package var rerankerOfFile: String?
    /// What is set in the environment.
    package var environment: [String: String]

    /// The name that stands for the local model that is used without any name.
    package static let localName = "local"

    /// Reads the file's part about models, and the environment.
    ///
    /// - Parameter file: The configuration file; nil looks for one.
    /// - Throws: ``ConfigurationError``, whose description names the key and what it needs.
    package static func load(file: String?, environment: [String: String]) throws -> ModelsConfiguration {
        var configuration = ModelsConfiguration(environment: environment)
        if let path = try ConfigurationFile.path(named: file, environment: environment) {
            try configuration.read(path: path)
        }
        if let text = environment["MARTLET_LOCAL_ONLY"], !text.isEmpty {
            switch text.lowercased() {
            case "true", "yes", "on", "1": configuration.isLocalOnly = true
            case "false", "no", "off", "0": configuration.isLocalOnly = false
            default:
                throw ConfigurationError(
                    code: .invalidValue,
                    description: "MARTLET_LOCAL_ONLY is not true or false"
                )
            }
        }
        try configuration.check()
        return configuration
    }

    package init(environment: [String: String]) {
        self.environment = environment.filter { !$0.value.isEmpty }
    }

    private mutating func read(path: String) throws {
        guard let root = try ConfigurationFile.root(of: path)?.mapping else { return }
        for (keyNode, node) in root {
            switch ModelSection.plain(keyNode.string ?? "") {
            case "models":
                for (name, section) in node.mapping ?? [:] {
                    let section = try ModelSection(
                        name: name.string ?? "",
                        section,
                        path: path,
                        environment: environment
                    )
                    entries.append(try section.entry())
                }
            case "localonly":
                guard let flag = node.bool else {
                    throw ConfigurationError(
                        code: .invalidValue,
                        description: "\(path): local_only is not true or false"
                    )
                }
                isLocalOnly = flag
            case "model": modelOfFile = node.string
            case "embedder": embedderOfFile = node.string
            case "reranker": rerankerOfFile = node.string
            default: break
            }
        }
    }

    private func check() throws {
        let names = entries.map(\.name) + [Self.localName]
        for entry in entries {
            guard !entry.name.isEmpty, entry.name != Self.localName, !entry.name.contains(":") else {
                throw ConfigurationError(
                    code: .invalidValue,
                    description: "models.\(entry.name): that name is taken or has a colon in it; choose another"
                )
            }
            for fallback in entry.fallbacks where !names.contains(fallback) && Self.provided(fallback) == nil {
                let nearest = Suggestion.nearest(to: fallback, among: names).map { "; did you mean \($0)?" } ?? ""
                throw ConfigurationError(
                    code: .invalidValue,
                    description:
                        "models.\(entry.name).fallback names \(fallback), which is no model below models:\(nearest)"
                )
            }
        }
    }

    /// The embedder that is named by the environment or the file.
    package var embedder: String? { environment["MARTLET_EMBEDDER"] ?? embedderOfFile }

    /// The reranker that is named by the environment or the file.
    package var reranker: String? { environment["MARTLET_RERANKER"] ?? rerankerOfFile }

    /// What a name stands for.
    package enum Choice: Sendable, Hashable {
        /// A file, a pulled model, or nil for the model in the box.
        case local(String?)
        /// A model of the configuration, or one made up on the spot.
        case entry(ModelEntry)
    }

    /// Finds what a name stands for: a name below `models:`, then `provider:model`, else a file or a pulled model.
    ///
    /// - Parameter name: nil is what `MARTLET_MODEL` names, or `model` in the file, or, as with bots that knew only OpenAI's
    ///   API, `MODEL_NAME` beside `OPENAI_API_KEY` or `OPENAI_BASE_URL`; else the model in the box.
    package func choice(_ name: String?) -> Choice {
        if let name = name ?? environment["MARTLET_MODEL"] ?? modelOfFile {
            if name == Self.localName { return .local(localModel) }
            if let entry = entries.first(where: { $0.name == name }) { return .entry(entry) }
            if let entry = Self.provided(name) { return .entry(entry) }
            return .local(name)
        }
        if let model = environment["MODEL_NAME"],
            environment["OPENAI_API_KEY"] != nil || environment["OPENAI_BASE_URL"] != nil
        {
            return .entry(ModelEntry(name: model, provider: .openAI(.openAI), model: model))
        }
        return .local(nil)
    }

    /// The local model that is used without any name; nil is the one in the box.
    package var localModel: String? {
        for name in [environment["MARTLET_MODEL"], modelOfFile] {
            if let name, name != Self.localName, case .local(let model) = choice(name) { return model }
        }
        return nil
    }

    /// `openai:gpt-4o-mini` and its like.
    private static func provided(_ name: String) -> ModelEntry? {
        let parts = name.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let provider = ModelEntry.Provider(String(parts[0])) else { return nil }
        return ModelEntry(name: name, provider: provider, model: String(parts[1]))
    }
}
