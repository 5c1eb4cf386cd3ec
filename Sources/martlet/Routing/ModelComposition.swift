import Foundation
import Logging
import MartletCore
import MartletEngine
import MartletProviders
import Synchronization

/// A model with how its tokens are best chosen.
struct ChosenModel: Sendable {
    var model: any LanguageModel
    /// What the model's makers recommend, or the neutral settings of hosted models.
    var recommendedSampling: SamplingOptions
}

/// The embedder and the reranker that are named beside the model, each a file or a name as models have them.
struct EncoderNames: Sendable {
    var embedder: String?
    var reranker: String?
}

/// Puts models together by name: loads files, makes hosted models, joins them to routes.
///
/// A model that stands behind several names is loaded once, and rests for all of them when it fails.
final class ModelComposition: Sendable {
    let configuration: ModelsConfiguration
    let options: ModelOptions
    let encoders: EncoderNames
    let transport: ProviderTransport
    let loadedEncoders = LoadedEncoders()
    private let logger: Logger
    private let keepsSnapshots: Bool
    private let loaded = Mutex<[LocalModel]>([])
    private let upstreams = Mutex<[String: Made]>([:])

    private struct Made: Sendable {
        var upstream: Upstream
        var recommendedSampling: SamplingOptions
    }

    private init(
        _ configuration: ModelsConfiguration,
        options: ModelOptions,
        encoders: EncoderNames,
        transport: ProviderTransport,
        keepsSnapshots: Bool,
        logger: Logger
    ) {
        self.configuration = configuration
        self.options = options
        self.encoders = encoders
        self.transport = transport
        self.keepsSnapshots = keepsSnapshots
        self.logger = logger
    }

    /// Runs `body` with a composition; closes the connections to providers and the local models afterwards.
    ///
    /// What was computed last is written to disk before this returns.
    /// - Parameters:
    ///   - options: How local models run; also which model is meant by default.
    ///   - encoders: Which embedder and reranker are meant by default, in the place of what the environment says.
    ///   - file: The configuration file; nil looks for one.
    ///   - environment: Where keys and names of hosted models are looked up.
    ///   - keepsSnapshots: Whether prompts are kept on disk when nobody says so: for commands that go on talking.
    static func with<Result>(
        _ options: ModelOptions,
        encoders: EncoderNames = EncoderNames(),
        file: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        keepsSnapshots: Bool = false,
        logger: Logger = Logger(label: "martlet.models") { StreamLogHandler.standardError(label: $0) },
        _ body: (ModelComposition) async throws -> Result
    ) async throws -> Result {
        var configuration = try ModelsConfiguration.load(file: file, environment: environment)
        if options.localOnly { configuration.isLocalOnly = true }
        return try await ProviderTransport.withTransport(isLocalOnly: configuration.isLocalOnly) { transport in
            let composition = ModelComposition(
                configuration,
                options: options,
                encoders: encoders,
                transport: transport,
                keepsSnapshots: keepsSnapshots,
                logger: logger
            )
            defer {
                for model in composition.loaded.withLock({ $0 }) { model.close() }
                composition.loadedEncoders.close()
            }
            return try await body(composition)
        }
    }

    /// The model that the options name, or the one that is used without a name.
    ///
    /// Blocks for as long as it takes to read the headers of the local files that stand behind it.
    func model() throws -> ChosenModel { try model(configuration.choice(options.model)) }

    /// Every model that chats and can be named: the one that is used by default, then those of the configuration.
    ///
    /// A local model goes by its file's name.
    func all() throws -> [(name: String, model: ChosenModel)] {
        let choice = configuration.choice(options.model)
        let first = try name(of: choice)
        // With `local_only` a model that is elsewhere is none that can be named.
        let entries = try configuration.entries.filter { entry in
            guard entry.name != first, !configuration.isLocalOnly || entry.isLocal else { return false }
            return try purpose(of: .entry(entry)) == .chat
        }
        let usual = try purpose(of: choice) == .chat ? [(first, try model(choice))] : []
        return usual + (try entries.map { ($0.name, try route($0)) })
    }

    /// The names of all these models, and how each is made when it is wanted, the usual one first.
    func named() throws -> [NamedModels.Entry] {
        let choice = configuration.choice(options.model)
        let usual: NamedModels.Entry
        switch choice {
        case .entry(let entry): usual = named(entry)
        case .local(let name):
            usual = NamedModels.Entry(name: try self.name(of: .local(name)), isLocal: true) {
                try self.model(choice).model
            }
        }
        let others = configuration.entries.filter { entry in
            guard entry.name != usual.name, !configuration.isLocalOnly || entry.isLocal else { return false }
            // A file that can't be read is told of when it is chosen.
            return (try? purpose(of: .entry(entry))) ?? .chat == .chat
        }
        return [usual] + others.map { named($0) }
    }

    private func named(_ entry: ModelEntry) -> NamedModels.Entry {
        let fallbacks = entry.fallbacks.map { configuration.choice($0) }
        let areLocal = fallbacks.allSatisfy { choice in
            switch choice {
            case .local: true
            case .entry(let entry): entry.isLocal
            }
        }
        return NamedModels.Entry(
            name: entry.name,
            isLocal: configuration.isLocalOnly || entry.isLocal && areLocal
        ) { try self.route(entry).model }
    }

    private func model(_ choice: ModelsConfiguration.Choice) throws -> ChosenModel {
        switch choice {
        case .local(let name):
            let loaded = try load(name)
            return ChosenModel(model: loaded, recommendedSampling: loaded.recommendedSampling)
        case .entry(let entry): return try route(entry)
        }
    }

    /// A name's route.
    private func route(_ entry: ModelEntry) throws -> ChosenModel {
        let primary = try made(entry)
        let others = try entry.fallbacks.map { try made(fallback: $0) }
        let model = try RoutedModel(
            name: entry.name,
            upstreams: ([primary] + others).map(\.upstream),
            burstAfter: entry.burstAfter,
            isLocalOnly: configuration.isLocalOnly
        ) { [logger] event in
            Self.log(event, to: logger)
        }
        let first =
            configuration.isLocalOnly ? ([primary] + others).first { $0.upstream.model.information.isLocal } : primary
        return ChosenModel(
            model: model,
            recommendedSampling: (first ?? primary).recommendedSampling
        )
    }

    /// Loads a file, a pulled model, or, for nil, the model in the box.
    private func load(_ name: String?) throws -> LocalModel {
        let path = try name.map { try ModelOptions.path(named: $0) } ?? BoxedModel.path()
        try ModelOptions.checkChats(path)
        let model = try options.load(path: path, keepsSnapshots: keepsSnapshots, usesPack: true) { [logger] text in
            logger.warning("Kept prompts are of no use now", metadata: ["snapshots.warning": "\(text)"])
        }
        loaded.withLock { $0.append(model) }
        return model
    }

    private func made(fallback name: String) throws -> Made {
        switch configuration.choice(name) {
        case .entry(let entry): try made(entry)
        case .local: try made(ModelEntry(name: name, provider: .local))
        }
    }

    private func made(_ entry: ModelEntry) throws -> Made {
        if let known = upstreams.withLock({ $0[entry.name] }) { return known }
        let model: any LanguageModel
        let sampling: SamplingOptions
        if entry.isLocal {
            let loaded = try load(entry.model ?? configuration.localModel)
            (model, sampling) = (loaded, loaded.recommendedSampling)
        } else {
            model = try entry.makeHosted(environment: configuration.environment, transport: transport)
            sampling = .hosted
        }
        let made = Made(
            upstream: Upstream(
                name: entry.name,
                model: model,
                maximumConcurrentRequestCount: entry.maximumConcurrentRequestCount ?? .max
            ),
            recommendedSampling: sampling
        )
        upstreams.withLock { $0[entry.name] = made }
        return made
    }

    private static func log(_ event: RoutedModel.Event, to logger: Logger) {
        switch event {
        case .burst(let route, let upstream, let wait):
            logger.notice(
                "A hosted model takes a request because of the local one's queue",
                metadata: [
                    "model.route": "\(route)", "model.upstream": "\(upstream)",
                    "model.wait": "\(wait.map { "\($0)" } ?? "unknown")",
                ]
            )
        case .failedOver(let route, let upstream, let error):
            logger.warning(
                "A model failed and the next one is tried",
                metadata: ["model.route": "\(route)", "model.upstream": "\(upstream)", "error": "\(error)"]
            )
        }
    }
}
