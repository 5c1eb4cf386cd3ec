import Foundation
import MartletCost
import MartletProviders
import Yams

/// The prices that `martlet cost` reckons with: those that come with the program, or a file's in their place.
struct PriceFile {
    var lambda = LambdaPrices.standard
    var offers = KnownModel.all.map { model in
        HostedOffer(
            name: model.name,
            input: model.prices.input,
            cachedInput: model.prices.cachedInput,
            output: model.prices.output,
            date: model.date
        )
    }
    /// The models that the file itself names, in its order.
    private(set) var ownNames: [String] = []
    /// When the prices were looked up; the oldest of them.
    var date = ([lambdaDate] + KnownModel.all.map(\.date)).min() ?? lambdaDate

    /// When the prices of Lambda that come with the program were looked up.
    static let lambdaDate = "2026-11-05"

    /// The prices that come with the program.
    init() {}

    /// Reads a file; what it does not name stays as it is.
    /// - Throws: ``CommandError``
    init(path: String) throws {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), text.utf8.count < 1 << 20 else {
            throw CommandError("The price file \(path) cannot be read.")
        }
        let content: Content
        do {
            content = try YAMLDecoder().decode(Content.self, from: text)
        } catch {
            throw CommandError(
                """
                The price file \(path) is not understood. It looks like this, in dollars for a million tokens:
                  date: 2026-11-21
                  hosted:
                    - {name: my-model, input: 0.10, output: 0.40}
                """
            )
        }
        date = content.date ?? date
        lambda = content.lambda ?? lambda
        for offer in content.hosted ?? [] {
            guard [offer.input, offer.output, offer.cachedInput ?? 0].allSatisfy({ $0.isFinite && $0 >= 0 }) else {
                throw CommandError("The price file \(path) has a price for \(offer.name) that is none.")
            }
            if !ownNames.contains(offer.name) { ownNames.append(offer.name) }
            offers.removeAll { $0.name == offer.name }
            offers.append(offer)
        }
    }

    private struct Content: Decodable {
        var date: String?
        var lambda: LambdaPrices?
        var hosted: [HostedOffer]?
    }
}
