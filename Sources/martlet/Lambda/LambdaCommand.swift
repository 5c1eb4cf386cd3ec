import ArgumentParser
import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletEngine
import MartletTelegram

/// `martlet lambda`: the bot, or the API, as a function of AWS Lambda.
struct LambdaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lambda",
        abstract: "Run as a function of AWS Lambda, or emulate one here.",
        discussion: """
            AWS runs this command in the function's container. Anywhere else it emulates Lambda on a port of this machine: \
            events go to /2015-03-31/functions/function/invocations, as with AWS's own emulator, and every other path is the \
            function's URL. Settings are read from martlet.yaml, then the environment, then these options; TELEGRAM_TOKEN, \
            TELEGRAM_WEBHOOK_SECRET and API keys may name a secret instead: secretsmanager:NAME or ssm:/PATH.

            MODES
              one       records a message, says so to Telegram at once, and answers afterwards in the same call
              front     records messages and puts them into an SQS FIFO queue; it needs no model and little memory
              worker    answers what comes out of that queue
              request   answers while Telegram's request waits; for hosted models
              api       no bot: the HTTP API of martlet serve, for models that chat or make vectors

            EXAMPLES
              TELEGRAM_TOKEN=123:abc martlet lambda
              curl http://localhost:8080/2015-03-31/functions/function/invocations -d @event.json
              martlet lambda --event event.json
              martlet lambda --event - <<< '{"prompt": "Hello!"}'
              martlet lambda --model minilm.gguf --event - <<< '{"sentence": "Hello!"}'
              LAMBDA_MODE=api martlet lambda --port 9000
              OPENAI_API_KEY=… MODEL_NAME=gpt-4o-mini martlet lambda --mode request
            """
    )

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @OptionGroup(title: "Generation")
    var generation: GenerationOptions

    @Option(
        help: ArgumentHelp(
            "one, front, worker, request or api; default: one, and api for a model that makes vectors.",
            valueName: "mode"
        )
    )
    var mode: String?

    @Option(help: ArgumentHelp("The port of the emulator; 0 takes any free one; default: 8080.", valueName: "n"))
    var port: Int?

    @Option(help: ArgumentHelp("The address of the emulator; default: 127.0.0.1.", valueName: "address"))
    var host: String?

    @Option(
        help: ArgumentHelp("Invoke the function once with this file, print its response, and end.", valueName: "path")
    )
    var event: String?

    @Option(help: ArgumentHelp("Invocations that the emulator runs at the same time; default: 1.", valueName: "n"))
    var environments: Int?

    @Option(
        name: .customLong("microvm"),
        help: ArgumentHelp("Run in a Lambda MicroVM, and answer its hooks at this port.", valueName: "port")
    )
    var hooksPort: Int?

    @Option(help: ArgumentHelp("Seconds that an answer in mode request may take; default: 50.", valueName: "n"))
    var handlerTimeout: Int?

    @Option(help: ArgumentHelp("The SQS FIFO queue between front and worker.", valueName: "url"))
    var queueURL: String?

    @OptionGroup
    var bot: BotOptions

    func validate() throws {
        if let environments, !(1...100).contains(environments) {
            throw ValidationError("--environments must be 1 to 100.")
        }
        if let hooksPort {
            guard (0...65_535).contains(hooksPort), event == nil else {
                throw ValidationError("--microvm takes the port of the hooks, such as 9000, and goes without --event.")
            }
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var machine = FunctionMachine(environment: environment, unique: UUID().uuidString)
        if hooksPort != nil { machine.becomeMicroVM() }
        let values = try await SettingValues(options: givenOptions, environment: environment, file: bot.telegram.config)
        let configuration = try LambdaConfiguration(
            values,
            machine: machine,
            usualMode: makesVectors(values) ? .api : .one
        )
        var logger = Logger(label: "martlet.lambda") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = configuration.logLevel
        if configuration.storePath == nil, machine.isHosted, configuration.mode != .api {
            logger.warning(
                "Conversations are kept in this environment only, and are gone with it; name a table: MARTLET_STORE_PATH=dynamodb:TABLE"
            )
        }
        let application = FunctionApplication(
            configuration: configuration,
            machine: machine,
            environment: environment,
            options: givenOptions,
            file: bot.telegram.config,
            model: try modelOptions(values, environment),
            generation: generation,
            usesModel: try configuration.mode != .front && !values.flag(.botEcho, default: false),
            emulation: FunctionEmulation(
                host: values.text(.serverHost) ?? (hooksPort == nil ? "127.0.0.1" : "0.0.0.0"),
                port: configuration.emulatorPort,
                environmentCount: environments ?? 1,
                event: event,
                streamMode: configuration.streams ? .streamed : .buffered,
                hooksPort: hooksPort
            ),
            logger: logger
        )
        try await application.run()
    }

    /// Whether the model makes vectors, and so no bot.
    private func makesVectors(_ values: SettingValues) -> Bool {
        var model = model
        model.model = values.text(.model)
        guard let path = try? model.path() else { return false }
        return (try? ModelKind(file: path)) == .embedder
    }

    /// How the model runs: with a thread for each processor that the function's memory brings.
    private func modelOptions(_ values: SettingValues, _ environment: [String: String]) throws -> ModelOptions {
        var model = model
        try model.adopt(values)
        model.threads = model.threads ?? FunctionMachine.threadCount(environment: environment)
        return model
    }

    /// The options that were given, by their keys in the configuration.
    private var givenOptions: [String: String] {
        SettingValues.given(
            bot.given + [
                (.lambdaMode, mode), (.emulatorPort, port.map { "\($0)" }), (.serverHost, host),
                (.handlerTimeout, handlerTimeout.map { "\($0)" }), (.queueURL, queueURL), (.model, model.model),
                (.load, model.weights?.rawValue), (.maximumTokenCount, generation.maxTokens.map { "\($0)" }),
            ]
        )
    }
}
