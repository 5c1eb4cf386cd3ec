import ArgumentParser
import Foundation
import MartletEngine
import MartletModel
import MartletTerminal

/// `martlet bench`: how fast a model runs here.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast a model runs on this machine.",
        discussion: """
            Prefill is reading a prompt, decode is generating after it. Decode is bound by memory: each token reads the \
            weights once, so its speed is also shown as a share of the memory bandwidth measured in the same run. \
            Figures are medians over the repetitions. An embedding model makes vectors of the lines of --texts, or of 64 \
            texts of --prompt-tokens tokens, in requests of as many texts as --batch says.

            EXAMPLES
              martlet bench --model model.gguf
              martlet bench --prompt-tokens 512 --generate-tokens 128 --threads 2 --json
              martlet bench --batch 1,2,4,8,16      several sequences that generate at once
              martlet bench --model minilm.gguf --texts sentences.txt --batch 1,64
            """
    )

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @OptionGroup(title: "Vectors")
    var vectors: VectorBenchOptions

    @Option(help: ArgumentHelp("Tokens of the prompt.", valueName: "n"))
    var promptTokens = 128

    @Option(help: ArgumentHelp("Tokens generated after it.", valueName: "n"))
    var generateTokens = 64

    @Option(help: ArgumentHelp("How often all of it is measured, after one run to warm up.", valueName: "n"))
    var repetitions = 5

    @Option(
        help: ArgumentHelp(
            "Measure steps of so many sequences that generate at once instead; with an embedding model, texts in a request.",
            valueName: "n,n,…"
        )
    )
    var batch: String?

    @Option(help: ArgumentHelp("With --batch: tokens of another prompt that each step takes along.", valueName: "n"))
    var batchChunk = 0

    @Option(help: ArgumentHelp("With an embedding model: a file with a text on each line.", valueName: "file"))
    var texts: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    mutating func validate() throws {
        guard promptTokens >= 1 else { throw ValidationError("--prompt-tokens must be at least 1.") }
        guard generateTokens >= 1 else { throw ValidationError("--generate-tokens must be at least 1.") }
        guard (1...1000).contains(repetitions) else { throw ValidationError("--repetitions must be 1 to 1000.") }
        guard (0...4096).contains(batchChunk) else { throw ValidationError("--batch-chunk must be 0 to 4096.") }
        _ = try batchRowCounts()
    }

    func run() async throws {
        if let measurement = vectors.measurement(
            threads: model.threads,
            kernels: model.kernels,
            repetitions: repetitions
        ) {
            let report = try await measurement.run()
            print(json ? try JSONOutput.line(report) : report.text(Style.detected(for: STDOUT_FILENO)), terminator: "")
            return
        }
        if try ModelKind(file: try model.path()) == .embedder { return try await measureEmbedding() }
        guard texts == nil else {
            throw CommandError("--texts is for embedding models, and \(try model.path()) is none: leave it out.")
        }
        if let rowCounts = try batchRowCounts() { return try measureBatches(rowCounts) }
        var options = model
        options.context = max(model.context ?? 0, promptTokens + generateTokens, 32)
        let loadStart = ContinuousClock.now
        let loaded = try options.load(path: options.path())
        let loadDuration = ContinuousClock.now - loadStart
        let progress = ProgressBar("bench", unit: .items, isQuiet: quiet || json)
        defer { progress.finish() }

        var samples = BenchReport.Samples()
        samples.loadSeconds = [loadDuration.seconds]
        _ = try await loaded.measure(promptTokenCount: promptTokens, generatedTokenCount: min(4, generateTokens))
        var peakMemory = 0
        for repetition in 0..<repetitions {
            progress.update(completed: repetition, total: repetitions)
            let measured = try await loaded.measure(
                promptTokenCount: promptTokens,
                generatedTokenCount: generateTokens
            )
            // The probe's own memory comes later and does not count.
            if repetition == 0 { peakMemory = PeakMemory.byteCount }
            let bandwidth = try MemoryBandwidth.measure(threadCount: loaded.details.threadCount)
            samples.add(measured, bandwidth: bandwidth, weightByteCount: loaded.details.weightByteCountPerToken)
        }
        progress.finish()
        let report = BenchReport(
            details: loaded.details,
            promptTokens: promptTokens,
            generateTokens: generateTokens,
            repetitions: repetitions,
            peakMemory: peakMemory,
            samples: samples
        )
        print(json ? try JSONOutput.line(report) : report.text(Style.detected(for: STDOUT_FILENO)), terminator: "")
    }
}

extension BenchCommand {
    /// The numbers in `--batch`.
    private func batchRowCounts() throws -> [Int]? {
        guard let batch else { return nil }
        let counts = batch.split(separator: ",").map { Int($0) }
        let valid = counts.compactMap { $0 }.filter { (1...256).contains($0) }
        guard !valid.isEmpty, valid.count == counts.count else {
            throw ValidationError("--batch takes numbers from 1 to 256 with commas between them, such as 1,4,8.")
        }
        return valid
    }

    private func measureEmbedding() async throws {
        let measurement = EmbeddingMeasurement(
            path: try model.path(),
            options: try model.encoderOptions(),
            texts: try texts.map { try EmbeddingMeasurement.Texts(path: $0) }
                ?? .made(count: 64, tokenCount: promptTokens),
            batchSizes: try batchRowCounts() ?? [1, 64],
            repetitions: repetitions
        )
        let progress = ProgressBar("bench", unit: .items, isQuiet: quiet || json)
        defer { progress.finish() }
        let report = try await measurement.run { progress.update(completed: $0, total: $1) }
        progress.finish()
        print(json ? try JSONOutput.line(report) : report.text(Style.detected(for: STDOUT_FILENO)), terminator: "")
    }

    /// The kernel table that was asked for, by option or environment.
    private var chosenKernels: String? { model.kernelsName(ProcessInfo.processInfo.environment) }

    private func measureBatches(_ rowCounts: [Int]) throws {
        var options = DecoderOptions()
        options.threadCount = model.threads
        options.kvFormat = model.kvCache.kvFormat
        options.kernels = chosenKernels
        let measurement = BatchMeasurement(
            path: try model.path(),
            options: options,
            contextTokens: promptTokens,
            chunkTokens: batchChunk,
            stepCount: generateTokens,
            repetitions: repetitions
        )
        let progress = ProgressBar("bench", unit: .items, isQuiet: quiet || json)
        defer { progress.finish() }
        let report = try measurement.run(rowCounts: rowCounts) { progress.update(completed: $0, total: $1) }
        progress.finish()
        print(json ? try JSONOutput.line(report) : report.text(Style.detected(for: STDOUT_FILENO)), terminator: "")
    }
}

/// The most memory that this process has had resident.
enum PeakMemory {
    /// In bytes, pages of mapped files included.
    static var byteCount: Int {
        var usage = rusage()
        #if os(Linux)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
        #else
        getrusage(RUSAGE_SELF, &usage)
        return usage.ru_maxrss
        #endif
    }
}
