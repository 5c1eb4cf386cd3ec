import ArgumentParser
import Foundation
import MartletConversation
import MartletCore
import MartletTerminal

/// `martlet search`: what would be found for a question.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Show the passages that a question would be answered from.",
        discussion: """
            Shows for each passage why it was chosen: the share of the question's words that it has, and how similar its \
            vector is. Whether the best of them fit decides whether a question is answered.

            EXAMPLES
              martlet search "How do I set a webhook?"
              martlet search "And without a certificate?" --after "How do I set a webhook?"
            """
    )

    @Argument(help: "The question.")
    var question: String

    @OptionGroup
    var options: KnowledgeOptions

    @Option(
        help: ArgumentHelp(
            "A model that reads question and passages together to put them in order.",
            valueName: "path|name"
        )
    )
    var reranker: String?

    @Option(
        help: ArgumentHelp(
            "What was asked before, for a question that can't be understood alone.",
            valueName: "question"
        )
    )
    var after: String?

    @Option(help: ArgumentHelp("The most passages.", valueName: "n"))
    var count = 5

    func validate() throws {
        guard (1...24).contains(count) else { throw ValidationError("--count is 1 to 24.") }
    }

    private struct Report: Encodable {
        struct Match: Encodable {
            var location: String
            var title: String
            var headings: [String]
            var lines: [Int]?
            var page: Int?
            var score: Double
            var coverage: Double
            var similarity: Double?
            var probability: Double?
            var text: String
        }

        var fits: Bool
        var evidence: Double
        var threshold: Double
        var matches: [Match]
    }

    func run() async throws {
        let retriever = try await KnowledgeOpening.retriever(
            at: options.path,
            collection: options.collection,
            embedder: options.embedder,
            reranker: reranker,
            models: try KnowledgeEmbedders()
        )
        let finding = try await retriever.passages(for: question, after: after, count: count)
        if options.json {
            print(try JSONOutput.pretty(report(finding)), terminator: "")
        } else {
            tell(finding)
        }
    }

    private func report(_ finding: Retriever.Finding) -> Report {
        Report(
            fits: finding.fits,
            evidence: finding.evidence,
            threshold: finding.threshold,
            matches: finding.matches.map { match in
                let passage = match.passage
                var lines: [Int]?
                var page: Int?
                switch passage.place {
                case .lines(let range): lines = [range.lowerBound, range.upperBound]
                case .page(let number): page = number
                case nil: break
                }
                return Report.Match(
                    location: passage.location,
                    title: passage.title,
                    headings: passage.headings,
                    lines: lines,
                    page: page,
                    score: match.score,
                    coverage: match.coverage,
                    similarity: match.similarity,
                    probability: match.probability,
                    text: passage.text
                )
            }
        )
    }

    private func tell(_ finding: Retriever.Finding) {
        let style = Style.detected(for: STDOUT_FILENO)
        let sources = finding.matches.enumerated().map { index, match in
            let source = AnswerSource(
                number: index + 1,
                title: match.passage.title,
                location: match.passage.location,
                headings: match.passage.headings,
                place: match.passage.place
            )
            return SourceList([source], language: .english).text.split(separator: "\n").last.map { String($0) } ?? ""
        }
        for (source, match) in zip(sources, finding.matches) {
            print(style.bold(TerminalText.harmless(source)))
            var reasons = ["words \(Quantity.decimal(match.coverage, places: 2))"]
            if let similarity = match.similarity {
                reasons.append("similarity \(Quantity.decimal(similarity, places: 2))")
            }
            if let probability = match.probability {
                reasons.append("reranker \(Quantity.decimal(probability, places: 2))")
            }
            print(style.dim("    " + reasons.joined(separator: ", ")))
            let words = match.passage.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            print("    " + TerminalText.harmless(String(words.prefix(200))) + (words.count > 200 ? "…" : "") + "\n")
        }
        let verdict = finding.fits ? "They fit" : "Nothing fits"
        let numbers =
            "evidence \(Quantity.decimal(finding.evidence, places: 2)), \(Quantity.decimal(finding.threshold, places: 2)) is enough"
        print("\(verdict): \(numbers).")
    }
}
