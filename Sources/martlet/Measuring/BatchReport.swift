import MartletModel
import MartletTerminal

/// What `martlet bench --batch` found: the time of a decode step by its number of sequences.
struct BatchReport: Encodable {
    let model: String
    let kernels: String
    let threads: Int
    let contextTokens: Int
    let chunkTokens: Int
    let repetitions: Int
    let batches: [Batch]

    /// Steps with one number of sequences.
    struct Batch: Encodable {
        let rows: Int
        /// The median step.
        let stepMilliseconds: Double
        /// The fastest step: on a machine with other work, what the program can do.
        let leastStepMilliseconds: Double
        /// Tokens that all sequences together generate in a second, by the median step.
        let tokensPerSecond: Double
    }

    /// - Parameter samples: Numbers of rows, each with its steps' seconds (at least one).
    init(model: String, decoder: Decoder, measurement: BatchMeasurement, samples: [(rows: Int, seconds: [Double])]) {
        self.model = model
        kernels = decoder.kernelsName
        threads = decoder.threadCount
        contextTokens = measurement.contextTokens
        chunkTokens = measurement.chunkTokens
        repetitions = measurement.repetitions
        batches = samples.map { rows, seconds in
            let sorted = seconds.sorted()
            let median = sorted[sorted.count / 2]
            return Batch(
                rows: rows,
                stepMilliseconds: median * 1e3,
                leastStepMilliseconds: sorted[0] * 1e3,
                tokensPerSecond: Double(rows) / median
            )
        }
    }

    /// The report for people.
    func text(_ style: Style) -> String {
        let chunk = chunkTokens > 0 ? " beside \(chunkTokens) tokens of a prompt" : ""
        let title =
            "\(TerminalText.harmless(model)), \(kernels) kernels, \(threads) threads, "
            + "one token for each sequence after \(contextTokens)\(chunk), median of all steps\n"
        let head = Self.line("sequences", "step", "least", "all together")
        let lines = batches.map { batch in
            Self.line(
                "\(batch.rows)",
                "\(Quantity.short(batch.stepMilliseconds)) ms",
                "\(Quantity.short(batch.leastStepMilliseconds)) ms",
                "\(Quantity.short(batch.tokensPerSecond)) tokens/s"
            )
        }
        return style.bold(title) + style.dim(head) + lines.joined()
    }

    private static func line(_ cells: String...) -> String {
        let widths = [11, 12, 12, 18]
        return zip(cells, widths).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }.joined() + "\n"
    }
}
