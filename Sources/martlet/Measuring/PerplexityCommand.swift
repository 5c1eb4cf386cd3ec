import ArgumentParser
import Foundation
import MartletCore
import MartletEngine
import MartletPrompt
import MartletTerminal

/// `martlet perplexity`: how well a model expects a text.
struct PerplexityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perplexity",
        abstract: "Measure how well a model expects a text; lower is better.",
        discussion: """
            The text is cut into windows of the context's length; within each, the second half is scored with the first \
            half as its context, so that every scored token has much before it. A text shorter than two windows is scored \
            from its second token on.

            EXAMPLES
              martlet perplexity --model model.gguf --file text.txt
              martlet perplexity --model a.gguf --file text.txt --context 1024 --json
            """
    )

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Option(help: ArgumentHelp("A text file in UTF-8.", valueName: "path"), completion: .file())
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func run() async throws {
        let url = URL(filePath: file)
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw CommandError("'\(file)' can't be read: \(error.localizedDescription) Give the path of a text file.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandError("'\(file)' is not UTF-8 text. Convert it first, for instance with iconv.")
        }
        var options = model
        options.context = model.context ?? 512
        let loaded = try options.load()
        let tokens = loaded.tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: false)
        guard tokens.count >= 2 else {
            throw CommandError("'\(file)' comes to \(tokens.count) tokens; at least 2 are needed.")
        }
        let score = try await score(tokens, with: loaded)
        let report = Report(
            model: loaded.details.name,
            tokens: tokens.count,
            scoredTokens: score.count,
            context: loaded.details.contextLength,
            perplexity: score.perplexity,
            standardError: score.standardError
        )
        if json {
            print(try JSONOutput.line(report), terminator: "")
        } else {
            let figure =
                "\(Quantity.decimal(report.perplexity, places: 4)) ± \(Quantity.decimal(report.standardError, places: 4))"
            print("perplexity \(figure) over \(report.scoredTokens) tokens, windows of \(report.context)")
        }
    }

    private func score(_ tokens: [TokenID], with loaded: LocalModel) async throws -> Score {
        let bos = loaded.tokenizer.addsBOS ? loaded.tokenizer.bos : nil
        let length = loaded.details.contextLength - (bos == nil ? 0 : 1)
        let windows = PerplexityWindow.cut(tokenCount: tokens.count, length: length)
        let progress = ProgressBar("perplexity", unit: .items, isQuiet: quiet || json)
        defer { progress.finish() }
        var score = Score()
        for (index, window) in windows.enumerated() {
            progress.update(completed: index, total: windows.count)
            try Task.checkCancellation()
            let prefix = bos.map { [$0] } ?? []
            let losses = try await loaded.negativeLogLikelihoods(of: prefix + tokens[window.range])
            // `losses` has no entry for its first token.
            let skipped = window.scoredFrom - window.range.lowerBound + prefix.count - 1
            for loss in losses.dropFirst(max(0, skipped)) { score.add(Double(loss)) }
        }
        return score
    }

    /// What `--json` prints.
    struct Report: Encodable {
        let model: String
        let tokens: Int
        let scoredTokens: Int
        let context: Int
        let perplexity: Double
        let standardError: Double
    }

    /// A running mean of losses.
    struct Score {
        private(set) var count = 0
        private var sum = 0.0
        private var sumOfSquares = 0.0

        mutating func add(_ loss: Double) {
            count += 1
            sum += loss
            sumOfSquares += loss * loss
        }

        /// `exp` of the mean loss.
        var perplexity: Double { count > 0 ? exp(sum / Double(count)) : .nan }

        /// One standard deviation of the perplexity's estimate.
        var standardError: Double {
            guard count > 1 else { return .infinity }
            let mean = sum / Double(count)
            let variance = max(0, sumOfSquares / Double(count) - mean * mean)
            return perplexity * (variance / Double(count - 1)).squareRoot()
        }
    }
}

/// Part of a text that is computed at once, and where in it scoring begins.
struct PerplexityWindow: Equatable {
    let range: Range<Int>
    let scoredFrom: Int

    /// Windows of at most `length` tokens that score every token after the first window's half once.
    static func cut(tokenCount: Int, length: Int) -> [PerplexityWindow] {
        guard tokenCount > length else { return [PerplexityWindow(range: 0..<tokenCount, scoredFrom: 0)] }
        let half = max(1, length / 2)
        var windows: [PerplexityWindow] = []
        var start = 0
        while start + half < tokenCount {
            let end = min(start + length, tokenCount)
            windows.append(PerplexityWindow(range: start..<end, scoredFrom: start + half))
            start += length - half
        }
        return windows
    }
}
