import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletCore
import MartletHTTP
import MartletTelegram

/// The function put together from its settings.
struct FunctionApplication {
    let configuration: LambdaConfiguration
    let machine: FunctionMachine
    let environment: [String: String]
    let options: [String: String]
    let file: String?
    let model: ModelOptions
    let generation: GenerationOptions
    /// Whether a model is asked here.
    let usesModel: Bool
    let emulation: FunctionEmulation
    let logger: Logger

    /// Runs the function until its environment ends.
    func run() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: TelegramBot.clientConfiguration)
        do {
            try await FunctionServices.with(environment, logger: logger) { try await run($0, client: client) }
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func run(_ services: FunctionServices, client: HTTPClient) async throws {
        let secrets = services.secrets
        // A local model is read while the other secrets are fetched; a key has to be there before its model.
        let keyed =
            SecretReferences.concernModels(environment) ? try await secrets.resolve(environment) : environment
        try await ModelComposition.with(model, file: file, environment: keyed, logger: logger) { composition in
            let opening = FunctionOpening(
                options: options,
                environment: environment,
                file: file,
                configuration: configuration,
                secrets: secrets,
                client: client,
                isLocalOnly: model.localOnly,
                openStore: { try services.openStore($0) },
                logger: logger
            )
            let composed = Preparation { try await ComposedModels.load(composition) }
            let stage = FunctionStage(
                configuration,
                machine: machine,
                client: client,
                logger: logger,
                openDoor: { try await opening.open() },
                loadModels: { [generation, mode = configuration.mode] in
                    if mode == .api {
                        return try BotApplication.Model(served: try await composed.value(), generation: generation)
                    }
                    return try await DedicatedThread.run {
                        try BotApplication.Model(composition, generation: generation)
                    }
                },
                loadEmbedder: configuration.mode == .api ? Self.loader(of: composed) : nil
            )
            let isAPI = configuration.mode == .api
            let server = isAPI ? try await makeServer(keyed, composed: composed) : nil
            if usesModel {
                isAPI ? composed.begin() : stage.models.begin()
                server?.begin()
            }
            let queue = try configuration.queueURL.map { SQSTurnQueue(queue: try services.queue($0)) }
            let handler = FunctionHandler(
                stage: stage,
                queue: queue,
                api: isAPI ? Self.front(server) : nil
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await stage.run() }
                group.addTask { await composed.run() }
                if let server { group.addTask { await server.run() } }
                defer { group.cancelAll() }
                try await emulation.run(
                    handler,
                    polling: configuration.mode == .worker ? queue : nil,
                    stage: stage,
                    environment: environment,
                    isReady: { isAPI ? composed.isReady : isReady(stage) },
                    logger: logger
                )
            }
        }
    }

    /// What gives the embedder that makes the vectors of direct calls.
    private static func loader(
        of composed: Preparation<ComposedModels>
    ) -> @Sendable () async throws -> any Embedder {
        {
            guard let embedder = try await composed.value().embedder(named: nil) else { throw LambdaFault.noEmbedder }
            return embedder
        }
    }

    /// What answers HTTP requests where the API is served; nobody gets in where there is no server.
    private static func front(_ server: Preparation<MartletServer>?) -> any FunctionAPI {
        guard let server else { return ClosedFunctionAPI() }
        return ServedFunctionAPI(server: server)
    }

    /// Whether the next call of a bot would find all that it needs.
    private func isReady(_ stage: FunctionStage) -> Bool {
        configuration.mode == .front ? stage.door.isReady : stage.backstage.isReady
    }
}

extension BotApplication.Model {
    /// The model of a composition that is used by default, with the others to choose from.
    ///
    /// Blocks for as long as it takes to read the local ones.
    init(_ composition: ModelComposition, generation: GenerationOptions) throws {
        let usual = try composition.model()
        let entries = try composition.named()
        self.init(
            model: usual.model,
            sampling: generation.sampling(over: usual.recommendedSampling),
            choices: NamedModels(entries, made: [entries[0].name: usual.model])
        )
    }
}
