import ArgumentParser

/// How `martlet bot` gets its messages delivered.
///
/// The secret is never on the command line, where others could read it.
struct WebhookOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Have messages delivered to this https address.", valueName: "url"))
    var webhook: String?

    @Option(help: ArgumentHelp("The address to listen at; default: 127.0.0.1.", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("The port to listen at; default: 8090.", valueName: "n"))
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "A file with the webhook's secret, instead of one made from the token.",
            valueName: "path"
        )
    )
    var secretFile: String?

    @Option(help: ArgumentHelp("Messages that Telegram delivers at the same time; default: 40.", valueName: "n"))
    var maxConnections: Int?
}
