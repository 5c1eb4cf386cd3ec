import ArgumentParser
import Foundation
import MartletCost
import MartletTerminal

extension CostCommand {
    /// `martlet cost originals`.
    struct Originals: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the figures of the systems before Martlet, reckoned again."
        )

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            if json {
                print(try JSONOutput.pretty(PublishedClaim.all), terminator: "")
                return
            }
            let style = Style.detected(for: STDOUT_FILENO)
            var source = ""
            for claim in PublishedClaim.all {
                if claim.source != source { print(style.bold(claim.source)) }
                source = claim.source
                let published = claim.published.map { Self.text($0, claim.unit) } ?? "left out"
                print("  \(claim.claim): \(published); reckoned \(Self.text(claim.computed, claim.unit))")
                print(style.dim("    \(claim.verdict)"))
            }
        }

        private static func text(_ value: Double, _ unit: PublishedClaim.Unit) -> String {
            switch unit {
            case .dollars: Dollars(value).description
            case .gigabyteSeconds: Quantity.short(value) + " GB-s"
            case .count: Grouped(value).description
            }
        }
    }
}
