import ArgumentParser
import Foundation
import Logging
import MartletCore
import MartletEngine
import MartletHTTP
import MartletVectors

/// `martlet serve`: an API for other programs, and pages for browsers.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a model over HTTP, as OpenAI's API.",
        discussion: """
            Everything that speaks to OpenAI's API can speak to this server: give it the address that is printed, with /v1. \
            Without keys it listens on this machine only. Settings are read from martlet.yaml, then the environment, then \
            these options; the later one wins. Ctrl-C lets running answers end; a second one ends at once.

            EXAMPLES
              martlet serve
              martlet serve --model smollm2-360m --port 9000
              martlet serve --embedder all-MiniLM-L6-v2.gguf
              martlet make-key ada >> keys.txt && martlet serve --host 0.0.0.0 --keys keys.txt
              curl http://127.0.0.1:8080/v1/chat/completions -H 'Content-Type: application/json' \\
                -d '{"messages": [{"role": "user", "content": "Hello!"}]}'
            """
    )

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Option(
        help: ArgumentHelp(
            "A model that makes vectors: a .gguf file, a pulled model, a name below models:, or provider:model.",
            valueName: "path|name"
        )
    )
    var embedder: String?

    @Option(
        help: ArgumentHelp("A model that ranks texts, named in the same ways.", valueName: "path|name")
    )
    var reranker: String?

    @Option(
        help: ArgumentHelp(
            "Documents, as a file of martlet index or a folder; models named with +knowledge answer from them.",
            valueName: "path"
        )
    )
    var knowledge: String?

    @Option(help: ArgumentHelp("The address to listen at; default: 127.0.0.1.", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("The port; 0 takes any free one; default: 8080.", valueName: "n"))
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "A file of API keys, as martlet make-key prints them; read again when it changes.",
            valueName: "path"
        )
    )
    var keys: String?

    @Flag(help: "Serve everybody who reaches the address, also from other machines.")
    var insecureNoKeys = false

    @Option(
        name: .customLong("cors-origin"),
        parsing: .singleValue,
        help: ArgumentHelp("An origin of pages that may use the API, or *; may be repeated.", valueName: "origin")
    )
    var origins: [String] = []

    @Option(help: ArgumentHelp("The certificate for TLS, as PEM.", valueName: "path"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key, as PEM.", valueName: "path"))
    var tlsKey: String?

    @Option(help: ArgumentHelp("The largest request; default: 8M.", valueName: "size"))
    var maxBody: String?

    @Option(help: ArgumentHelp("Seconds that running answers get at the end; default: 30.", valueName: "seconds"))
    var drainTimeout: Int?

    @Option(
        help: ArgumentHelp(
            "A file of vectors, served as Chroma and Pinecone serve theirs; made where there is none.",
            valueName: "path"
        )
    )
    var vectors: String?

    @Option(help: ArgumentHelp("Settings, instead of ./martlet.yaml.", valueName: "path"))
    var config: String?

    @Option(help: ArgumentHelp("What is logged: trace, debug, info, notice, warning or error.", valueName: "level"))
    var logLevel: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let values = try await SettingValues(options: givenOptions, environment: environment, file: config)
        var configuration = try ServeConfiguration(values, version: Martlet.version)
        var logger = Logger(label: "martlet.serve") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = configuration.logLevel
        var model = model
        try model.adopt(values)
        let encoders = EncoderNames(embedder: configuration.embedder, reranker: configuration.reranker)
        configuration.knowledge?.configurationFile = config
        configuration.knowledge?.isLocalOnly = model.localOnly
        let knowledge = try await configuration.knowledge?.open()
        try await ModelComposition.with(
            model,
            encoders: encoders,
            file: config,
            keepsSnapshots: true,
            logger: logger
        ) { [configuration] composition in
            var application = ServeApplication(configuration: configuration, logger: logger) {
                let models = try await ComposedModels.load(composition)
                return configuration.knowledge?.adding(knowledge, to: models) ?? models
            }
            let vectors = try ServedVectorStore(configuration)
            defer { try? vectors?.store.close() }
            application.furtherRoutes = vectors?.routes ?? []
            try await application.run()
        }
    }

    /// The options that were given, by their keys in the configuration.
    private var givenOptions: [String: String] {
        SettingValues.given([
            (.knowledgeFile, knowledge), (.serverHost, host), (.serverPort, port.map { "\($0)" }),
            (.serverKeysFile, keys),
            (.serverAllowsNoKeys, insecureNoKeys ? "true" : nil),
            (.serverOrigins, origins.isEmpty ? nil : origins.joined(separator: ",")),
            (.serverCertificate, tlsCertificate), (.serverCertificateKey, tlsKey), (.serverBodyLimit, maxBody),
            (.serverDrainTimeout, drainTimeout.map { "\($0)" }), (.logLevel, logLevel), (.model, model.model),
            (.embedder, embedder), (.reranker, reranker), (.serverVectors, vectors), (.load, model.weights?.rawValue),
        ])
    }
}
