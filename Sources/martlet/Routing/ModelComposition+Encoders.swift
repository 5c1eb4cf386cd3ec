import Foundation
import MartletCore
import MartletEngine
import MartletProviders
import Synchronization

/// An embedder with the instructions that its file keeps by name.
struct ChosenEmbedder: Sendable {
    var embedder: any Embedder
    var prompts: [String: String] = [:]
}

/// Encoders that were loaded, by their files, and closed together.
final class LoadedEncoders: Sendable {
    private let embedders = Mutex<[String: LocalEmbedder]>([:])
    private let rerankers = Mutex<[String: LocalReranker]>([:])

    /// The embedder of a file, loaded unless it is there.
    func embedder(_ path: String, options: LocalEmbedderOptions) async throws -> LocalEmbedder {
        if let known = embedders.withLock({ $0[path] }) { return known }
        let loaded = try await LocalEmbedder.load(path: path, options: options)
        embedders.withLock { $0[path] = loaded }
        return loaded
    }

    /// The reranker of a file, loaded unless it is there.
    func reranker(_ path: String, options: LocalEmbedderOptions) async throws -> LocalReranker {
        if let known = rerankers.withLock({ $0[path] }) { return known }
        let loaded = try await LocalReranker.load(path: path, options: options)
        rerankers.withLock { $0[path] = loaded }
        return loaded
    }

    /// Ends all of them.
    func close() {
        for embedder in embedders.withLock({ $0.values.map(\.self) }) { embedder.close() }
        for reranker in rerankers.withLock({ $0.values.map(\.self) }) { reranker.close() }
    }
}

extension ModelComposition {
    /// Every embedder that can be named: the one of `--embedder`, a default model that is one, then those of the
    /// configuration.
    func embedders() async throws -> [(name: String, chosen: ChosenEmbedder)] {
        var made: [(name: String, chosen: ChosenEmbedder)] = []
        for choice in try choices(for: .embedding, usual: encoders.embedder ?? configuration.embedder) {
            made.append((try name(of: choice), try await embedder(choice)))
        }
        return made
    }

    /// Every reranker that can be named, in the same order.
    func rerankers() async throws -> [(name: String, reranker: any Reranker)] {
        var made: [(name: String, reranker: any Reranker)] = []
        for choice in try choices(for: .rerank, usual: encoders.reranker ?? configuration.reranker) {
            made.append((try name(of: choice), try await reranker(choice)))
        }
        return made
    }

    /// The embedder that is used where none is named; nil where there is none.
    func embedder() async throws -> (any Embedder)? {
        guard let choice = try choices(for: .embedding, usual: encoders.embedder ?? configuration.embedder).first else {
            return nil
        }
        return try await embedder(choice).embedder
    }

    /// What a choice is for: what the configuration says, or the file's header.
    func purpose(of choice: ModelsConfiguration.Choice) throws -> ModelPurpose {
        switch choice {
        case .local(let name):
            guard let name else { return .chat }
            return ModelPurpose(try ModelKind(file: ModelOptions.path(named: name)))
        case .entry(let entry):
            if let purpose = entry.purpose { return purpose }
            guard entry.isLocal, let name = entry.model ?? configuration.localModel else { return .chat }
            return ModelPurpose(try ModelKind(file: ModelOptions.path(named: name)))
        }
    }

    /// The name that a choice goes by: a local model's is that of its file.
    func name(of choice: ModelsConfiguration.Choice) throws -> String {
        switch choice {
        case .entry(let entry): return entry.name
        case .local(let name):
            let path = try name.map { try ModelOptions.path(named: $0) } ?? BoxedModel.path()
            return URL(filePath: path).deletingPathExtension().lastPathComponent
        }
    }

    /// The models of a purpose, each name once, the usual one first.
    ///
    /// With `local_only` a model that is elsewhere is none that can be named.
    private func choices(for purpose: ModelPurpose, usual: String?) throws -> [ModelsConfiguration.Choice] {
        var choices: [ModelsConfiguration.Choice] = []
        if let usual {
            var choice = configuration.choice(usual)
            if case .entry(var entry) = choice, !entry.isLocal, entry.purpose == nil {
                // A model elsewhere is for what it is named for.
                entry.purpose = purpose
                choice = .entry(entry)
            }
            choices.append(choice)
        }
        let standard = configuration.choice(options.model)
        if try self.purpose(of: standard) == purpose { choices.append(standard) }
        for entry in configuration.entries where !configuration.isLocalOnly || entry.isLocal {
            if try self.purpose(of: .entry(entry)) == purpose { choices.append(.entry(entry)) }
        }
        var names: Set<String> = []
        return try choices.filter { names.insert(try name(of: $0)).inserted }
    }

    private func embedder(_ choice: ModelsConfiguration.Choice) async throws -> ChosenEmbedder {
        if case .entry(let entry) = choice, !entry.isLocal {
            try checkPlace(entry)
            return ChosenEmbedder(
                embedder: try entry.makeEmbedder(environment: configuration.environment, transport: transport)
            )
        }
        let (path, contextLength) = try file(of: choice)
        let loaded = try await loadedEncoders.embedder(
            path,
            options: options.encoderOptions(contextLength: contextLength)
        )
        return ChosenEmbedder(embedder: loaded, prompts: loaded.details.prompts)
    }

    private func reranker(_ choice: ModelsConfiguration.Choice) async throws -> any Reranker {
        if case .entry(let entry) = choice, !entry.isLocal {
            try checkPlace(entry)
            return try entry.makeReranker(environment: configuration.environment, transport: transport)
        }
        let (path, contextLength) = try file(of: choice)
        return try await loadedEncoders.reranker(path, options: options.encoderOptions(contextLength: contextLength))
    }

    private func checkPlace(_ entry: ModelEntry) throws {
        guard configuration.isLocalOnly else { return }
        throw CommandError(
            "\(entry.name) runs elsewhere, and only local models may be used. Name a file, or take local_only away."
        )
    }

    private func file(of choice: ModelsConfiguration.Choice) throws -> (path: String, contextLength: Int?) {
        let (name, contextLength): (String?, Int?) =
            switch choice {
            case .local(let name): (name, nil)
            case .entry(let entry): (entry.model ?? configuration.localModel, entry.contextLength)
            }
        return (try name.map { try ModelOptions.path(named: $0) } ?? BoxedModel.path(), contextLength)
    }
}
