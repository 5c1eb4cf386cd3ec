import ArgumentParser
import Foundation
import MartletCost
import MartletTerminal

/// `martlet cost`: what an answer, a month, a deployment costs.
struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Reckon what a bot costs: on Lambda, on a server, behind hosted models.",
        discussion: """
            How long an answer takes on Lambda is given with --seconds, or taken from what 'martlet bench --json' measured.

            EXAMPLES
              martlet cost --messages 5000 --seconds 14.2 --memory 10240
              martlet bench --model m.gguf --json > bench.json; martlet cost --bench bench.json --memory 4096
              martlet cost --seconds 5 --memory 1024 --hosted gpt-5-nano --hosted claude-haiku-4-5 --json
              martlet cost --seconds 20 --chart cost.svg
              martlet cost originals         figures of earlier systems, corrected
            """,
        subcommands: [Plan.self, Originals.self],
        defaultSubcommand: Plan.self
    )

    /// `martlet cost plan`.
    struct Plan: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Compare Lambda, a server and hosted models.")

        @Option(help: ArgumentHelp("Messages a month.", valueName: "n"))
        var messages = 5000.0

        @Option(help: ArgumentHelp("Tokens of a message with what goes before it.", valueName: "n"))
        var promptTokens = 100

        @Option(help: ArgumentHelp("Of these, tokens that a hosted model has in its cache.", valueName: "n"))
        var cachedTokens = 0

        @Option(help: ArgumentHelp("Tokens of an answer.", valueName: "n"))
        var answerTokens = 100

        @Option(help: ArgumentHelp("Seconds that an answer takes on Lambda.", valueName: "s"))
        var seconds: Double?

        @Option(help: ArgumentHelp("What 'martlet bench --json' printed.", valueName: "file"), completion: .file())
        var bench: String?

        @Option(help: ArgumentHelp("The function's memory in MB, 128 to 10240.", valueName: "mb"))
        var memory = 6144

        @Option(help: ArgumentHelp("The function's processor: arm64 or x86_64.", valueName: "name"))
        var arch = Processor.arm64

        @Option(help: ArgumentHelp("The function's scratch disk in MB.", valueName: "mb"))
        var storage = 512

        @Option(help: ArgumentHelp("Environments that are kept ready (provisioned concurrency).", valueName: "n"))
        var ready = 0

        @Option(help: ArgumentHelp("Cold starts a month.", valueName: "n"))
        var coldStarts = 0.0

        @Option(help: ArgumentHelp("Seconds that a cold start takes.", valueName: "s"))
        var coldSeconds = 10.0

        @Flag(help: "Reckon without the free tier.")
        var noFreeTier = false

        @Option(help: ArgumentHelp("A hosted model to compare with; may be given again.", valueName: "name"))
        var hosted: [String] = []

        @Option(help: ArgumentHelp("What a server of your own costs a month, in dollars.", valueName: "dollars"))
        var server: Double?

        @Option(help: ArgumentHelp("Prices in place of the program's own.", valueName: "file"), completion: .file())
        var prices: String?

        @Option(help: ArgumentHelp("Write a chart there, as SVG.", valueName: "file"), completion: .file())
        var chart: String?

        @Flag(help: "Print JSON.")
        var json = false

        /// A processor by its name on the command line.
        enum Processor: String, ExpressibleByArgument, CaseIterable {
            case arm64
            case x86 = "x86_64"

            var architecture: LambdaFunction.Architecture { self == .arm64 ? .arm64 : .x86 }
        }

        mutating func validate() throws {
            guard messages.isFinite, (0...1e12).contains(messages) else {
                throw ValidationError("--messages must be 0 to 1,000,000,000,000.")
            }
            guard (0...100_000_000).contains(promptTokens), (0...100_000_000).contains(answerTokens),
                (0...100_000_000).contains(cachedTokens)
            else { throw ValidationError("Tokens must be 0 to 100,000,000.") }
            guard LambdaFunction.memoryRange.contains(memory) else {
                throw ValidationError("--memory must be 128 to 10240.")
            }
            guard (512...10_240).contains(storage) else { throw ValidationError("--storage must be 512 to 10240.") }
            guard (0...10_000).contains(ready) else { throw ValidationError("--ready must be 0 to 10000.") }
            for value in [seconds ?? 0, coldStarts, coldSeconds, server ?? 0] where !value.isFinite || value < 0 {
                throw ValidationError("Seconds, cold starts and dollars must be numbers, and none below zero.")
            }
            guard seconds == nil || bench == nil else { throw ValidationError("Give --seconds or --bench, not both.") }
            guard seconds != 0 else { throw ValidationError("An answer takes some time: --seconds above 0.") }
            guard (seconds ?? 0) <= 900, coldSeconds <= 900 else {
                throw ValidationError("A function may run for 900 seconds at most.")
            }
        }

        func run() throws {
            let prices = try self.prices.map { try PriceFile(path: $0) } ?? PriceFile()
            let function = LambdaFunction(
                architecture: arch.architecture,
                memoryMegabytes: memory,
                storageMegabytes: storage,
                readyCount: ready
            )
            let workload = Workload(
                messageCount: messages,
                promptTokenCount: promptTokens,
                cachedTokenCount: cachedTokens,
                answerTokenCount: answerTokens,
                secondsPerMessage: try secondsPerMessage(function),
                coldStartCount: coldStarts,
                coldStartSeconds: coldSeconds
            )
            let offers = try chosen(from: prices)
            let report = CostReport(
                function,
                workload,
                prices,
                offers: offers,
                includesFreeTier: !noFreeTier,
                serverPrice: server
            )
            if let chart { try draw(function, workload, prices, offers, to: chart) }
            if json {
                print(try JSONOutput.pretty(report), terminator: "")
            } else {
                print(report.text(Style.detected(for: STDOUT_FILENO)), terminator: "")
            }
        }

        /// Seconds of an answer, given or reckoned from a measurement.
        private func secondsPerMessage(_ function: LambdaFunction) throws -> Double {
            guard let bench else {
                guard let seconds else {
                    throw ValidationError("Say how long an answer takes: --seconds, or --bench with a measurement.")
                }
                return seconds
            }
            guard let data = FileManager.default.contents(atPath: bench) else {
                throw CommandError("The measurement \(bench) cannot be read.")
            }
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            guard let measured = try? decoder.decode(Measurement.self, from: data),
                measured.prefillTokensPerSecond > 0, measured.decodeTokensPerSecond > 0, measured.threads > 0
            else { throw CommandError("\(bench) is not what 'martlet bench --json' prints.") }
            // Processors that the function lacks slow it down; more than were measured are not counted on.
            let share = min(1, function.processorCount / Double(measured.threads))
            let answer =
                Double(promptTokens) / measured.prefillTokensPerSecond
                + Double(answerTokens) / measured.decodeTokensPerSecond
            return answer / share
        }

        private struct Measurement: Decodable {
            var prefillTokensPerSecond: Double
            var decodeTokensPerSecond: Double
            var threads: Int
        }

        /// The hosted models that were asked for; where none was, those of the price file, and some that many use.
        private func chosen(from prices: PriceFile) throws -> [HostedOffer] {
            let offers = prices.offers
            let usual = ["gpt-5-nano", "gpt-4o-mini", "claude-haiku-4-5"]
            let names = hosted.isEmpty ? prices.ownNames + usual.filter { !prices.ownNames.contains($0) } : hosted
            return try names.compactMap { name in
                if let offer = offers.first(where: { $0.name == name }) { return offer }
                guard !hosted.isEmpty else { return nil }
                let nearest = Suggestion.nearest(to: name, among: offers.map(\.name))
                throw CommandError(
                    "There is no price of \(name)" + (nearest.map { "; did you mean \($0)?" } ?? ".")
                        + " A price file can hold it: --prices FILE."
                )
            }
        }

        private func draw(
            _ function: LambdaFunction,
            _ workload: Workload,
            _ prices: PriceFile,
            _ offers: [HostedOffer],
            to path: String
        ) throws {
            let includesFreeTier = !noFreeTier
            var lines = [
                CostChart.Line("Lambda") { count in
                    LambdaBill(
                        function,
                        workload.scaled(to: count),
                        prices: prices.lambda,
                        includesFreeTier: includesFreeTier
                    ).total
                }
            ]
            if let server { lines.append(CostChart.Line("own server") { _ in server }) }
            lines += offers.map { offer in
                CostChart.Line(offer.name) { offer.cost(of: workload.scaled(to: $0)) }
            }
            do {
                try Data(CostChart(lines, messageCount: messages).svg.utf8).write(to: URL(fileURLWithPath: path))
            } catch {
                throw CommandError("The chart cannot be written to \(path).")
            }
        }
    }
}
