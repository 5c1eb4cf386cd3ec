import Foundation
import MartletEngine
import MartletProviders

/// The model that is used by default, and those that the configuration names.
struct ModelsCheck {
    let options: ModelOptions
    let configurationFile: String?

    func findings() async -> [Finding] {
        var configuration: ModelsConfiguration
        do {
            configuration = try ModelsConfiguration.load(
                file: configurationFile,
                environment: ProcessInfo.processInfo.environment
            )
        } catch {
            return [Finding(.failure, "models", "\(error)")]
        }
        if options.localOnly { configuration.isLocalOnly = true }
        var findings: [Finding] = []
        var entries = configuration.entries
        switch configuration.choice(options.model) {
        case .local(let name): findings += await ModelCheck(options: options, name: name).findings()
        case .entry(let entry):
            findings.append(Finding(.ok, "model", "\(entry.name), \(entry.place)"))
            if !entries.contains(entry) { entries.insert(entry, at: 0) }
        }
        for (named, kind) in [(configuration.embedder, ModelKind.embedder), (configuration.reranker, .reranker)] {
            guard let named else { continue }
            switch configuration.choice(named) {
            case .entry(var entry):
                guard !entries.contains(where: { $0.name == entry.name }) else { continue }
                entry.purpose = entry.purpose ?? ModelPurpose(kind)
                entries.append(entry)
            case .local(let name):
                findings += await encoder(name ?? named, kind)
            }
        }
        return findings + (await check(entries, configuration))
    }

    private func encoder(_ name: String, _ kind: ModelKind) async -> [Finding] {
        do {
            let path = try ModelOptions.path(named: name)
            return await EncoderCheck(options: options, path: path, kind: kind).findings()
        } catch {
            return [Finding(.failure, kind.rawValue, "\(error)")]
        }
    }

    private func check(_ entries: [ModelEntry], _ configuration: ModelsConfiguration) async -> [Finding] {
        guard !entries.isEmpty else { return [] }
        let findings = try? await ProviderTransport.withTransport(isLocalOnly: configuration.isLocalOnly) { transport in
            await withTaskGroup(of: (Int, Finding).self) { group in
                for (index, entry) in entries.enumerated() {
                    group.addTask { (index, await finding(entry, configuration, transport)) }
                }
                return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
            }
        }
        return findings ?? []
    }

    private func finding(
        _ entry: ModelEntry,
        _ configuration: ModelsConfiguration,
        _ transport: ProviderTransport
    ) async -> Finding {
        do {
            if entry.isLocal {
                let name = entry.model ?? configuration.localModel
                return Finding(.ok, entry.name, try name.map { try ModelOptions.path(named: $0) } ?? BoxedModel.path())
            }
            guard !configuration.isLocalOnly else {
                return Finding(.ok, entry.name, "\(entry.place); not used, as only local models may be")
            }
            return Finding(.ok, entry.name, "\(entry.place), \(try await probe(entry, configuration, transport))")
        } catch let error as ProviderError {
            return Finding(.failure, entry.name, "\(entry.place): \(error.message)", remedy: error.remedy + ".")
        } catch {
            return Finding(.failure, entry.name, "\(error)")
        }
    }

    private func probe(
        _ entry: ModelEntry,
        _ configuration: ModelsConfiguration,
        _ transport: ProviderTransport
    ) async throws -> String {
        let environment = configuration.environment
        switch entry.purpose ?? .chat {
        case .chat: return try await entry.makeHosted(environment: environment, transport: transport).probe()
        case .embedding: return try await entry.makeEmbedder(environment: environment, transport: transport).probe()
        case .rerank: return try await entry.makeReranker(environment: environment, transport: transport).probe()
        }
    }
}

extension ModelEntry {
    /// What it is and where, such as `gpt-4o-mini at openai`.
    fileprivate var place: String {
        switch provider {
        case .local: "\(model ?? "the model in the box"), here"
        case .openAI(let dialect): "\(model ?? "") at \(dialect.name)"
        case .anthropic: "\(model ?? "") at anthropic"
        case .bedrock: "\(model ?? "") at bedrock"
        }
    }
}
