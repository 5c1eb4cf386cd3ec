import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
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
            let services = FunctionServices(environment, client: client, logger: logger)
            try await run(services, client: client)
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
                openStore: { try services.openStore($0) },
                logger: logger
            )
            let stage = FunctionStage(
                configuration,
                machine: machine,
                client: client,
                logger: logger,
                openDoor: { try await opening.open() },
                loadModels: { [generation] in
                    try await DedicatedThread.run { try BotApplication.Model(composition, generation: generation) }
                }
            )
            if usesModel { stage.models.begin() }
            let handler = FunctionHandler(
                stage: stage,
                queue: try configuration.queueURL.map { SQSTurnQueue(queue: try services.queue($0)) },
                api: nil
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await stage.run() }
                defer { group.cancelAll() }
                try await emulation.run(handler, stage: stage, environment: environment, logger: logger)
            }
        }
    }
}

extension BotApplication.Model {
    /// The model of a composition that is used by default, with the others to choose from.
    ///
    /// Blocks for as long as it takes to read the local ones.
    init(_ composition: ModelComposition, generation: GenerationOptions) throws {
        let all = try composition.all()
        self.init(
            model: all[0].model.model,
            sampling: generation.sampling(over: all[0].model.recommendedSampling),
            choices: NamedModels(all.map { ($0.name, $0.model.model) })
        )
    }
}
