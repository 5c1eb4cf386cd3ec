import Foundation
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
        return findings + (await check(entries, configuration))
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
            let model = try entry.makeHosted(environment: configuration.environment, transport: transport)
            return Finding(.ok, entry.name, "\(entry.place), \(try await model.probe())")
        } catch let error as ProviderError {
            return Finding(.failure, entry.name, "\(entry.place): \(error.message)", remedy: error.remedy + ".")
        } catch {
            return Finding(.failure, entry.name, "\(error)")
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
