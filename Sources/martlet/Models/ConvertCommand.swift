import ArgumentParser
import Foundation
import MartletConversion
import MartletModel
import MartletTerminal
import MartletWeights

/// `martlet convert`: a model's folder becomes one file.
struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Make a GGUF file of a model's folder from Hugging Face.",
        discussion: """
            Takes the folder with config.json, the weights (safetensors, or pytorch_model.bin, which is read without being \
            run) and the tokenizer. What sentence-transformers puts behind a model (pooling, dense layers, unit length) goes \
            into the file too.

            EXAMPLES
              martlet convert ruDialoGPT-medium rudialogpt.gguf
              martlet convert instructor-large instructor.gguf --format q8_0
              martlet convert my-model my-model.gguf --format q4_k_m
            """
    )

    @Argument(help: "The model's folder.", completion: .directory)
    var folder: String

    @Argument(help: "The file to write.", completion: .file(extensions: ["gguf"]))
    var output: String

    @Option(
        help: ArgumentHelp(
            "How numbers are stored: f32, f16, bf16, or a format of 'martlet quantize', such as q8_0.",
            valueName: "format"
        )
    )
    var format = "f16"

    @Option(help: ArgumentHelp("How rows become one vector, in the place of the folder's: mean, cls or last."))
    var pooling: EmbedderOptions.Pooling?

    @Option(
        help: ArgumentHelp(
            "What becomes of instructions, in the place of what the folder says: included, a text begins with them; excluded, "
                + "the mean leaves them out, as Instructor models do.",
            valueName: "how"
        )
    )
    var instructions: EmbedderOptions.Instructions?

    @OptionGroup
    var writing: ModelWritingOptions

    func validate() throws {
        _ = try plan()
    }

    /// What is written first, and what it is then made into.
    private func plan() throws -> (precision: ModelConverter.Precision, target: QuantizationTarget?) {
        if let precision = ModelConverter.Precision(rawValue: format.lowercased()) { return (precision, nil) }
        guard let target = QuantizationTarget(name: format) else {
            let precisions = ModelConverter.Precision.allCases.map(\.rawValue)
            let targets = QuantizationTarget.all.map { $0.name.lowercased() }
            let known = precisions + targets.filter { !precisions.contains($0) }
            let nearest = Suggestion.nearest(to: format.lowercased(), among: known)
            throw ValidationError(
                "'\(format)' is no format that Martlet writes.\(nearest.map { " Did you mean '\($0)'?" } ?? "") "
                    + "Known: \(known.joined(separator: ", "))."
            )
        }
        return (.f16, target)
    }

    func run() async throws {
        guard writing.force || !FileManager.default.fileExists(atPath: output) else {
            throw ValidationError("\(output) exists; add --force to replace it.")
        }
        let (precision, target) = try plan()
        let start = ContinuousClock.now
        let converter = try ModelConverter(
            folder: ModelFolder(path: folder),
            pooling: pooling?.kind.number,
            excludesInstruction: instructions.map { $0 == .excluded }
        )
        let interrupt = InterruptFlag()
        defer { interrupt.stop() }
        // The smaller formats are made of a whole file, which lies beside the output meanwhile.
        let whole = target == nil ? output : "\(output).f16-\(ProcessInfo.processInfo.processIdentifier)"
        defer { if target != nil { try? FileManager.default.removeItem(atPath: whole) } }
        do {
            let summary = try write(converter, to: whole, precision: precision, interrupt)
            if let target { try quantize(whole, target, interrupt) }
            try report(summary, seconds: (ContinuousClock.now - start) / .seconds(1))
        } catch is CancellationError {
            StandardError.write("Interrupted; no file was written.\n")
            throw ExitCode(130)
        }
    }

    private func write(
        _ converter: ModelConverter,
        to path: String,
        precision: ModelConverter.Precision,
        _ interrupt: InterruptFlag
    ) throws -> ModelConverter.Summary {
        let bar = ProgressBar("Converting", isQuiet: writing.quiet || writing.json)
        defer { bar.finish() }
        return try converter.write(to: path, precision: precision, replacingExisting: writing.force) { progress in
            try interrupt.check()
            bar.update(
                completed: progress.completedByteCount,
                total: progress.totalByteCount,
                detail: printable(progress.tensor, limit: 40)
            )
        }
    }

    private func quantize(_ path: String, _ target: QuantizationTarget, _ interrupt: InterruptFlag) throws {
        let quantizer = try Quantizer(source: try GGUFFile.open(path: path), target: target)
        let bar = ProgressBar("Converting to \(target)", isQuiet: writing.quiet || writing.json)
        defer { bar.finish() }
        _ = try quantizer.convert(
            to: output,
            replacingExisting: writing.force,
            threadCount: writing.threads ?? ProcessorCount.available
        ) { progress in
            try interrupt.check()
            bar.update(
                completed: progress.completedByteCount,
                total: progress.totalByteCount,
                detail: printable(progress.tensor, limit: 40)
            )
        }
    }

    private func report(_ summary: ModelConverter.Summary, seconds: Double) throws {
        let bytes = try FileManager.default.attributesOfItem(atPath: output)[.size] as? Int ?? 0
        if writing.json {
            let result = Result(
                output: output,
                format: format,
                architecture: summary.architecture,
                tensors: summary.tensorCount,
                parameters: summary.parameterCount,
                bytes: bytes,
                head: summary.sources,
                seconds: seconds
            )
            print(try JSONOutput.pretty(result), terminator: "")
        } else if !writing.quiet {
            print(
                "\(printable(output)): \(summary.architecture), \(summary.parameterCount) parameters, "
                    + "\(Quantity.bytes(bytes)), \(Quantity.decimal(seconds, places: 1)) s"
            )
            for source in summary.sources { print("  \(printable(source))") }
        }
    }

    private struct Result: Encodable {
        let output: String
        let format: String
        let architecture: String
        let tensors: Int
        let parameters: Int
        let bytes: Int
        let head: [String]
        let seconds: Double
    }
}
