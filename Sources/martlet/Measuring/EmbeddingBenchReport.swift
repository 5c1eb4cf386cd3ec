import MartletCore
import MartletEngine
import MartletModel
import MartletTerminal

/// What `martlet bench` found about an embedding model: medians, with the samples beside them.
struct EmbeddingBenchReport: Encodable {
    let model: String
    let path: String
    let architecture: String
    let pooling: String
    let kernels: String
    let threads: Int
    let texts: Int
    let tokens: Int
    let repetitions: Int
    let loadSeconds: Double
    /// From before loading to the first text's vector.
    let firstVectorSeconds: Double
    let peakMemoryBytes: Int
    let fileBytes: Int
    let batches: [Batch]

    /// The times of one size of request.
    struct Batch: Encodable {
        /// Texts in a request.
        let size: Int
        let textsPerSecond: Double
        let tokensPerSecond: Double
        /// Of one request.
        let requestSeconds: Double
        /// Seconds for all texts, one value a repetition.
        let samples: [Double]
    }

    init(
        details: LocalEmbedderDetails,
        textCount: Int,
        tokenCount: Int,
        repetitions: Int,
        loadSeconds: Double,
        firstVectorSeconds: Double,
        samples: [(size: Int, seconds: [Double])]
    ) {
        model = details.name
        path = details.path
        architecture = details.architecture
        pooling = details.pooling.rawValue
        kernels = details.kernels
        threads = details.threadCount
        texts = textCount
        tokens = tokenCount
        self.repetitions = repetitions
        self.loadSeconds = loadSeconds
        self.firstVectorSeconds = firstVectorSeconds
        peakMemoryBytes = PeakMemory.byteCount
        fileBytes = details.fileByteCount
        batches = samples.map { size, seconds in
            let median = BenchReport.median(seconds)
            return Batch(
                size: size,
                textsPerSecond: Double(textCount) / median,
                tokensPerSecond: Double(tokenCount) / median,
                requestSeconds: median / Double((textCount + size - 1) / size),
                samples: seconds
            )
        }
    }

    /// The report for people.
    func text(_ style: Style) -> String {
        let title =
            "\(TerminalText.harmless(model)), \(architecture), \(pooling) pooling, \(kernels) kernels, \(threads) threads, "
            + "\(texts) texts of \(Quantity.short(Double(tokens) / Double(texts))) tokens, median of \(repetitions)\n"
        var lines = batches.map { batch in
            let spread =
                batch.samples.count > 1
                ? "  (\(Quantity.short(Double(texts) / (batch.samples.max() ?? 1))) to "
                    + "\(Quantity.short(Double(texts) / (batch.samples.min() ?? 1))) texts/s)" : ""
            return row(
                "\(batch.size) at once",
                "\(Quantity.short(batch.textsPerSecond)) texts/s, \(Quantity.short(batch.tokensPerSecond)) tokens/s, "
                    + "\(Quantity.short(batch.requestSeconds * 1000)) ms a request" + style.dim(spread)
            )
        }
        lines.append(row("first vector", "\(Quantity.short(firstVectorSeconds)) s with loading"))
        lines.append(row("peak memory", "\(Quantity.bytes(peakMemoryBytes)) (file \(Quantity.bytes(fileBytes)))"))
        return style.bold(title) + lines.joined()
    }

    private func row(_ name: String, _ value: String) -> String {
        "  \(name)\(String(repeating: " ", count: max(1, 16 - name.count)))\(value)\n"
    }
}
