import Foundation
import MartletCore
import MartletEngine
import MartletTerminal

/// Texts on their way from a source through an embedder to an output, some hundreds in memory at a time.
struct EmbedRun: Sendable {
    let embedder: LocalEmbedder
    /// What the texts are for that don't say it themselves.
    let instruction: String?
    /// What is asked for beside the texts.
    let request: EmbeddingRequest
    let isQuiet: Bool

    /// Texts of a request, and their bytes at most.
    private static let itemLimit = 512
    private static let byteLimit = 1 << 20
    /// Requests that are under way together, so that the next one's tokens are ready when one is done.
    private static let requestLimit = 2

    private typealias Part = (number: Int, items: [EmbedItem], answer: EmbeddingAnswer)

    /// Embeds everything.
    ///
    /// - Throws: ``CommandError`` naming the text that can't be embedded, and what reading and writing throws.
    func run(_ source: EmbedSource, into output: any VectorOutput) async throws {
        let start = ContinuousClock.now
        let bar = ProgressBar("Embedding", unit: source.countsBytes ? .bytes : .items, isQuiet: isQuiet)
        defer { bar.finish() }
        var source = source
        var counts = Counts()
        try await withThrowingTaskGroup(of: Part.self) { group in
            var waiting: [Int: Part] = [:]
            var startedCount = 0
            var writtenCount = 0
            var isAtEnd = false
            while true {
                while !isAtEnd, startedCount - writtenCount < Self.requestLimit {
                    let items = try source.next(itemLimit: Self.itemLimit, byteLimit: Self.byteLimit)
                    isAtEnd = items.isEmpty
                    guard !isAtEnd else { break }
                    let number = startedCount
                    startedCount += 1
                    group.addTask { (number, items, try await embed(items)) }
                }
                guard let part = try await group.next() else { break }
                waiting[part.number] = part
                while let next = waiting.removeValue(forKey: writtenCount) {
                    try write(next, to: output, &counts)
                    writtenCount += 1
                    bar.update(
                        completed: next.items.last?.progress ?? 0,
                        total: source.total,
                        detail: "\(counts.textCount) texts"
                    )
                }
            }
        }
        guard counts.textCount > 0 else { throw CommandError("There is no text in the input.") }
        try output.finish()
        bar.finish()
        if !isQuiet { tell(counts, duration: .now - start) }
    }

    private struct Counts {
        var textCount = 0
        var tokenCount = 0
        var cutCount = 0
    }

    private func write(_ part: Part, to output: any VectorOutput, _ counts: inout Counts) throws {
        let cut = Set(part.answer.cutInputs)
        for (index, item) in part.items.enumerated() {
            try output.write(
                EmbeddedItem(
                    item: item,
                    index: counts.textCount,
                    vector: part.answer.vectors[index],
                    tokenCount: part.answer.tokenCounts[index],
                    isCut: cut.contains(index)
                )
            )
            counts.textCount += 1
        }
        counts.tokenCount += part.answer.tokenCount
        counts.cutCount += cut.count
    }

    private func embed(_ items: [EmbedItem]) async throws -> EmbeddingAnswer {
        var request = request
        request.inputs = items.map { item in
            EmbeddingInput(item.input.content, instruction: item.input.instruction ?? instruction)
        }
        do {
            return try await embedder.embed(request)
        } catch let error as EngineError {
            throw located(error, items, request)
        }
    }

    /// The error with the place of the text that it is about.
    private func located(_ error: EngineError, _ items: [EmbedItem], _ request: EmbeddingRequest) -> any Error {
        for (item, input) in zip(items, request.inputs) {
            do {
                _ = try embedder.tokenCount(of: input, cutsLongTexts: request.cutsLongTexts)
            } catch {
                let isTooLong = (error as? EngineError)?.failureKind == .contextTooLong && !request.cutsLongTexts
                return CommandError("\(item.place): \(error)\(isTooLong ? " --truncate cuts them." : "")")
            }
        }
        return error
    }

    // MARK: Telling

    /// Says what vectors are made of, and where that is written.
    func tellSources() {
        let style = Style.detected(for: STDERR_FILENO)
        let information = embedder.information
        var lines = [
            "\(TerminalText.harmless(information.name)): \(information.width) values, texts of at most "
                + "\(information.contextLength) tokens"
        ]
        lines += information.sources.map { "  \(TerminalText.harmless($0))" }
        StandardError.write(lines.map { style.dim($0) + "\n" }.joined())
    }

    private func tell(_ counts: Counts, duration: Duration) {
        let seconds = duration / .seconds(1)
        var line = "\(Quantity.count(counts.textCount)) text\(counts.textCount == 1 ? "" : "s"), "
        line += "\(Quantity.count(counts.tokenCount)) tokens, \(Quantity.decimal(seconds, places: 2)) s"
        if seconds > 0.05 {
            line += ", \(Quantity.short(Double(counts.textCount) / seconds)) texts a second"
        }
        if counts.cutCount > 0 {
            line += "; \(counts.cutCount) cut at \(embedder.information.contextLength) tokens"
        }
        StandardError.write(Style.detected(for: STDERR_FILENO).dim(line) + "\n")
    }
}
