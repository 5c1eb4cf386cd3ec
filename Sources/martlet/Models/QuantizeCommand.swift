import ArgumentParser
import FoundationEssentials
import MartletModel
import MartletTerminal
import MartletWeights

/// `martlet quantize`: converts a model file to another format.
struct QuantizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Convert a model file to another format.",
        discussion: """
            Formats, largest first: \(QuantizationTarget.all.map(\.name).joined(separator: ", ")). \
            Q4_K and Q5_K mean the medium mixes. Q4_K_M is the usual choice; Q8_0 loses next to nothing.

            EXAMPLES
              martlet quantize model-f16.gguf model.gguf Q4_K_M
              martlet quantize --dry-run model-f16.gguf model.gguf Q8_0
            """
    )

    @Argument(help: "The .gguf file to read.", completion: .file(extensions: ["gguf"]))
    var input: String

    @Argument(help: "The .gguf file to write.", completion: .file(extensions: ["gguf"]))
    var output: String

    @Argument(
        help: "The format to write.",
        completion: .list(QuantizationTarget.all.map(\.name))
    )
    var format: String

    @OptionGroup
    var writing: ModelWritingOptions

    @Flag(help: "Show each tensor's format and size without writing anything.")
    var dryRun = false

    func validate() throws {
        guard QuantizationTarget(name: format) != nil else {
            let names = QuantizationTarget.all.map(\.name).joined(separator: ", ")
            throw ValidationError("There is no format '\(printable(format))'. Choose one of \(names).")
        }
    }

    func run() async throws {
        guard let target = QuantizationTarget(name: format) else { throw ExitCode.validationFailure }
        let quantizer = try Quantizer(source: try GGUFFile.open(path: input), target: target)
        if dryRun {
            print(planTable(quantizer.plan))
            return
        }
        let lossyCount = quantizer.plan.twiceQuantizedCount
        if lossyCount > 0, !writing.quiet {
            StandardError.write(
                "Note: \(lossyCount) tensors have fewer than 8 bits already and lose precision twice; "
                    + "start from an F16, BF16 or Q8_0 file if you can.\n"
            )
        }
        let bar = ProgressBar("Converting to \(target)", isQuiet: writing.quiet || writing.json)
        let interrupt = InterruptFlag()
        defer { interrupt.stop() }
        let start = ContinuousClock.now
        do {
            let summary = try quantizer.convert(
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
            bar.finish()
            try report(summary, target: target, seconds: (ContinuousClock.now - start) / .seconds(1))
        } catch is CancellationError {
            bar.finish()
            StandardError.write("Interrupted; no file was written.\n")
            throw ExitCode(130)
        } catch {
            bar.finish()
            throw error
        }
    }

    private func planTable(_ plan: QuantizationPlan) -> String {
        var table = TextTable([.left, .left, .left, .right])
        table.add("TENSOR", "FROM", "TO", "SIZE")
        for step in plan.steps {
            let name = printable(step.tensor.name, limit: 100)
            let size = step.format.byteCount(of: step.tensor.elementCount) ?? 0
            table.add(name, step.tensor.format.name, step.format.name, Quantity.bytes(size))
        }
        table.add("all", "", "", Quantity.bytes(plan.targetByteCount))
        return table.lines.joined(separator: "\n")
    }

    private func report(_ summary: Quantizer.Summary, target: QuantizationTarget, seconds: Double) throws {
        if writing.json {
            let result = Result(
                input: input,
                output: output,
                format: target.name,
                sourceBytes: summary.sourceByteCount,
                outputBytes: summary.targetByteCount,
                bitsPerWeight: summary.bitsPerWeight,
                fallbackTensors: summary.fallbackCount,
                seconds: seconds
            )
            print(try JSONOutput.pretty(result), terminator: "")
        } else if !writing.quiet {
            let bits = Quantity.decimal(summary.bitsPerWeight, places: 2)
            print(
                "\(printable(output)): \(Quantity.bytes(summary.sourceByteCount)) -> "
                    + "\(Quantity.bytes(summary.targetByteCount)), \(bits) bits per weight, "
                    + "\(Quantity.decimal(seconds, places: 1)) s"
            )
            if summary.fallbackCount > 0 {
                let tensors = summary.fallbackCount == 1 ? "tensor has" : "tensors have"
                print("\(summary.fallbackCount) \(tensors) rows that don't suit the format and got another.")
            }
        }
    }

    private struct Result: Encodable {
        let input: String
        let output: String
        let format: String
        let sourceBytes: Int
        let outputBytes: Int
        let bitsPerWeight: Double
        let fallbackTensors: Int
        let seconds: Double
    }
}
