import Logging
import MartletAWS
import MartletHTTP

extension FunctionApplication {
    /// The API's server, which is there when its models are.
    /// - Parameter environment: The environment with its secrets in it.
    /// - Returns: nil where there is no key, which would let everybody in.
    /// - Throws: `ConfigurationError`, and what the server says of its settings.
    func makeServer(
        _ environment: [String: String],
        composed: Preparation<ComposedModels>
    ) async throws -> Preparation<MartletServer>? {
        var options = options
        // A function's address can be called from everywhere, whatever the process itself listens to.
        if machine.isHosted { options[Setting.serverHost.key] = "0.0.0.0" }
        let values = try await SettingValues(options: options, environment: environment, file: file)
        var configuration: ServeConfiguration
        do {
            configuration = try ServeConfiguration(values, version: Martlet.version)
        } catch let error as ServerError where error.code == .unprotected {
            logger.warning("HTTP requests are refused, as there is no key: set MARTLET_API_KEY. Events are answered")
            return nil
        }
        configuration.knowledge?.configurationFile = file
        configuration.knowledge?.isLocalOnly = model.localOnly
        let served = ServeApplication(
            configuration: configuration,
            logger: logger,
            makeModels: { throw CancellationError() }
        )
        let models = DeferredModels()
        let server = try MartletServer(
            served.configuration.server,
            models: models,
            keys: try served.openKeys().ring,
            logger: logger,
            makeRoutes: { [OpenAIRoutes($0)] }
        )
        return Preparation { [knowledge = configuration.knowledge] in
            let loaded = try await composed.value()
            let documents = try await knowledge?.open()
            models.provide(knowledge?.adding(documents, to: loaded) ?? loaded)
            server.becomeReady()
            return server
        }
    }
}

extension BotApplication.Model {
    /// The model that is served by default, for calls that are no HTTP requests.
    init(served: ComposedModels, generation: GenerationOptions) throws {
        guard let first = served.models.first, let model = served.model(named: first.id) else {
            throw LambdaFault.noWriter
        }
        self.init(model: model, sampling: generation.sampling(over: first.defaultSampling))
    }
}
