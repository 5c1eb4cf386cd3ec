import Foundation
package import Logging

/// Everything that `martlet lambda` is told besides what a bot is told, checked.
package struct LambdaConfiguration: Sendable {
    /// How the work is divided.
    package var mode: LambdaMode
    /// How long an answer within Telegram's request may take.
    package var handlerTimeout: Duration
    /// The queue between front and worker.
    package var queueURL: String?
    /// How often a worker gets a message.
    package var maximumReceives: Int
    /// The budget of a day.
    package var gigabyteSecondsPerDay: Double?
    /// Whether costs are written as metrics.
    package var writesMetrics: Bool
    /// Whether answers of the API go out piece by piece.
    package var streams: Bool
    /// Where the emulator listens.
    package var emulatorPort: Int
    /// The one path that takes a webhook's requests; nil takes them on any.
    package var webhookPath: String?
    /// The database, where one is named.
    package var storePath: String?
    /// What is logged.
    package var logLevel: Logger.Level

    /// Where messages are kept when nothing else is said: the only place where a function may write.
    package static let passingStorePath = "/tmp/martlet/martlet.sqlite"

    /// Reads the settings; secrets are not among them.
    /// - Parameter usualMode: The mode where none is set.
    /// - Throws: ``ConfigurationError``, whose description names the setting and its places.
    package init(_ values: SettingValues, machine: FunctionMachine, usualMode: LambdaMode = .one) throws {
        mode = try values.choice(.lambdaMode, default: usualMode)
        handlerTimeout = .seconds(try values.number(.handlerTimeout, in: 1...55, default: 50))
        queueURL = values.text(.queueURL)
        if let queueURL {
            guard let url = URL(string: queueURL), ["http", "https"].contains(url.scheme), url.host != nil,
                url.path.hasSuffix(".fifo")
            else {
                throw values.invalid(
                    .queueURL,
                    queueURL,
                    needs: "the address of a FIFO queue, such as https://sqs.eu-west-1.amazonaws.com/1234/martlet.fifo"
                )
            }
        }
        guard mode != .front || queueURL != nil else {
            throw ConfigurationError(
                code: .missingValue,
                description: "a front function needs the queue to put messages into: \(Setting.queueURL.places)"
            )
        }
        maximumReceives = try values.number(.maximumReceives, in: 2...1000, default: 5)
        gigabyteSecondsPerDay = try values.decimal(.gigabyteSecondsPerDay, upTo: 1_000_000_000)
        writesMetrics = try values.flag(.lambdaMetrics, default: machine.isHosted)
        streams = try values.flag(.lambdaStreams, default: mode == .api)
        emulatorPort = try values.number(.emulatorPort, in: 0...65_535, default: 8080)
        webhookPath = values.text(.webhookPath)
        storePath = values.text(.storePath)
        logLevel = .info
        if let text = values.text(.logLevel) {
            guard let level = Logger.Level(rawValue: text.lowercased()) else {
                throw values.invalid(.logLevel, text, needs: "a level: \(Setting.logLevel.summary)")
            }
            logLevel = level
        }
    }
}
