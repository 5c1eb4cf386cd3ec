import MartletCore
import MartletEngine
import MartletTerminal

/// What `martlet bench` found: medians, with the samples beside them.
struct BenchReport: Encodable {
    let model: String
    let path: String
    let architecture: String
    let kernels: String
    let threads: Int
    let promptTokens: Int
    let generateTokens: Int
    let repetitions: Int
    let prefillTokensPerSecond: Double
    let decodeTokensPerSecond: Double
    let timeToFirstTokenSeconds: Double
    let loadSeconds: Double
    let peakMemoryBytes: Int
    let fileBytes: Int
    let kvCacheBytes: Int
    let bytesReadPerToken: Int
    let memoryBandwidthBytesPerSecond: Double
    let bandwidthShare: Double
    let samples: Samples

    /// One value a repetition.
    struct Samples: Encodable {
        var prefillTokensPerSecond: [Double] = []
        var decodeTokensPerSecond: [Double] = []
        var timeToFirstTokenSeconds: [Double] = []
        var loadSeconds: [Double] = []
        var memoryBandwidthBytesPerSecond: [Double] = []
        var bandwidthShare: [Double] = []

        /// Notes one repetition; `bandwidth` was measured right after it.
        mutating func add(_ measured: EngineMeasurement, bandwidth: Double, weightByteCount: Int) {
            prefillTokensPerSecond.append(measured.promptTokensPerSecond)
            decodeTokensPerSecond.append(measured.generatedTokensPerSecond)
            timeToFirstTokenSeconds.append(measured.timeToFirstToken.seconds)
            memoryBandwidthBytesPerSecond.append(bandwidth)
            bandwidthShare.append(measured.generatedTokensPerSecond * Double(weightByteCount) / bandwidth)
        }
    }

    init(
        details: LocalModelDetails,
        promptTokens: Int,
        generateTokens: Int,
        repetitions: Int,
        peakMemory: Int,
        samples: Samples
    ) {
        model = details.name
        path = details.path
        architecture = details.architecture
        kernels = details.kernels
        threads = details.threadCount
        self.promptTokens = promptTokens
        self.generateTokens = generateTokens
        self.repetitions = repetitions
        prefillTokensPerSecond = Self.median(samples.prefillTokensPerSecond)
        decodeTokensPerSecond = Self.median(samples.decodeTokensPerSecond)
        timeToFirstTokenSeconds = Self.median(samples.timeToFirstTokenSeconds)
        loadSeconds = Self.median(samples.loadSeconds)
        peakMemoryBytes = peakMemory
        fileBytes = details.fileByteCount
        kvCacheBytes = details.cacheByteCount
        bytesReadPerToken = details.weightByteCountPerToken
        memoryBandwidthBytesPerSecond = Self.median(samples.memoryBandwidthBytesPerSecond)
        bandwidthShare = Self.median(samples.bandwidthShare)
        self.samples = samples
    }

    /// The middle of the values; 0 of none.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The report for people.
    func text(_ style: Style) -> String {
        func spread(_ values: [Double]) -> String {
            guard let least = values.min(), let most = values.max(), values.count > 1 else { return "" }
            return style.dim("  (\(Quantity.short(least)) to \(Quantity.short(most)))")
        }
        let rows = [
            ("prefill", "\(Quantity.short(prefillTokensPerSecond)) tokens/s", spread(samples.prefillTokensPerSecond)),
            ("decode", "\(Quantity.short(decodeTokensPerSecond)) tokens/s", spread(samples.decodeTokensPerSecond)),
            ("first token", "\(Quantity.short(timeToFirstTokenSeconds)) s", spread(samples.timeToFirstTokenSeconds)),
            ("load", "\(Quantity.short(loadSeconds)) s", ""),
            ("peak memory", Quantity.bytes(peakMemoryBytes), style.dim("  (file \(Quantity.bytes(fileBytes)))")),
            ("read per token", Quantity.bytes(bytesReadPerToken), ""),
            (
                "memory reads", "\(Quantity.short(memoryBandwidthBytesPerSecond / 1e9)) GB/s",
                style.dim("  (decode uses \(Quantity.decimal(bandwidthShare * 100, places: 0)) %)")
            ),
        ]
        let title =
            "\(TerminalText.harmless(model)), \(architecture), \(kernels) kernels, \(threads) threads, "
            + "\(promptTokens) + \(generateTokens) tokens, median of \(repetitions)\n"
        return style.bold(title)
            + rows.map { name, value, note in
                "  \(name)\(String(repeating: " ", count: 16 - name.count))\(value)\(note)\n"
            }.joined()
    }
}
