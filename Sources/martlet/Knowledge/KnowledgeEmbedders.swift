import Foundation
import MartletConversation
import MartletCore
import MartletEngine
import MartletProviders

/// Finds the embedding models and rerankers that documents are found with.
struct KnowledgeEmbedders {
    private let models: ModelsConfiguration

    /// Reads which models have names.
    /// - Parameters:
    ///   - file: The configuration file; nil looks for one.
    ///   - isLocalOnly: Whether nothing may be sent elsewhere, whatever the configuration says.
    /// - Throws: `ConfigurationError`, whose description names the key and what it needs.
    init(file: String? = nil, isLocalOnly: Bool = false) throws {
        var models = try ModelsConfiguration.load(file: file, environment: ProcessInfo.processInfo.environment)
        if isLocalOnly { models.isLocalOnly = true }
        self.models = models
    }

    /// The embedding model that somebody names, or that a collection was made with; nil for none.
    ///
    /// A model elsewhere that only the collection names is not asked: whoever made the file would say where questions go. One that
    /// stands in `martlet.yaml` is, since its reader put it there.
    /// - Parameter name: A file, a pulled model, a name below `models:`, `provider:model`, or `https://HOST/v1#MODEL`.
    /// - Throws: ``CommandError`` and what opening a model throws, each with its remedy.
    func embedder(_ name: String?, of collection: KnowledgeCollection?) async throws -> (any Embedder)? {
        let isNamed = name != nil
        guard let name = name ?? collection?.embedderPlace else { return nil }
        switch try choice(name) {
        case .local(let name): return try await local(name)
        case .entry(let entry) where entry.isLocal: return try await local(entry.model ?? models.localModel)
        case .entry(let entry):
            guard isNamed || models.entries.contains(where: { $0.name == entry.name }) else {
                throw CommandError(
                    "The documents were indexed with a model elsewhere, at \(name), and questions would be sent there. If that is "
                        + "right, give it: --embedder \(name), or knowledge.embedder in martlet.yaml."
                )
            }
            return try await hosted(entry, width: collection?.width)
        }
    }

    /// A reranker by its path or name; nil for none.
    func reranker(_ name: String?) async throws -> (any Reranker)? {
        guard let name else { return nil }
        let path = try path(name, is: .reranker, option: "--reranker")
        return try await LocalReranker.load(path: path, options: LocalEmbedderOptions())
    }

    private func local(_ name: String?) async throws -> LocalEmbedder {
        let path = try path(name ?? BoxedModel.path(), is: .embedder, option: "--embedder")
        return try await LocalEmbedder.load(path: path, options: LocalEmbedderOptions())
    }

    private func hosted(_ entry: ModelEntry, width: Int?) async throws -> any Embedder {
        let transport = models.isLocalOnly ? ProviderTransport.localOnly : .ofProcess
        var entry = entry
        entry.dimensions = entry.dimensions ?? width ?? KnownEmbedder.find(entry.model ?? "")?.width
        if entry.dimensions == nil {
            // Any width will do to ask for the right one.
            entry.dimensions = 1
            let trial = try entry.makeEmbedder(environment: models.environment, transport: transport)
            entry.dimensions = try await trial.measuredWidth()
        }
        return try entry.makeEmbedder(environment: models.environment, transport: transport)
    }

    /// What a name stands for; an address is a server that speaks OpenAI's language, with the model behind `#`.
    private func choice(_ name: String) throws -> ModelsConfiguration.Choice {
        guard name.contains("://") else { return models.choice(name) }
        let parts = name.split(separator: "#", maxSplits: 1)
        guard parts.count == 2, name.hasPrefix("https://") || name.hasPrefix("http://") else {
            throw CommandError(
                "An embedding model elsewhere is given as https://HOST/v1#MODEL; its key, if it wants one, is "
                    + "OPENAI_API_KEY in the environment. \(name.prefix(200)) is no such address."
            )
        }
        var entry = ModelEntry(name: name, provider: .openAI(.generic), model: String(parts[1]))
        entry.baseURL = String(parts[0])
        return .entry(entry)
    }

    /// The file of a local model, whose kind is looked at.
    private func path(_ name: String, is kind: ModelKind, option: String) throws -> String {
        let path = try ModelOptions.path(named: name)
        let found = try ModelKind(file: path)
        guard found == kind else {
            throw CommandError(
                "\(path) is of the kind \(found.rawValue), and \(option) takes the kind \(kind.rawValue). Name another file."
            )
        }
        return path
    }
}
