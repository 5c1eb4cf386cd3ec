import ArgumentParser
import Foundation
import MartletEngine
import MartletModel
import MartletTerminal
import MartletWeights

/// `martlet pack`: makes a model file that starts fast.
struct PackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Write a model file that a cold process reads and answers from as fast as the disk is.",
        discussion: """
            The tensors are written in the order in which they are used, unchanged; any program that reads GGUF reads the \
            result. With instructions, what a model computes of them is kept beside it, in a directory with the file's \
            name and .pack, which belongs to the file: copy both. A process that loads the file then begins at a user's \
            first words. What doesn't fit the file or the instructions in use is ignored with a warning.

            EXAMPLES
              martlet pack model.gguf fast.gguf
              martlet pack smollm2-360m bot.gguf --persona persona.txt
              martlet pack bot.gguf --persona new.txt   gets other instructions
            """
    )

    @Argument(help: "The .gguf file, or a pulled model.", completion: .file(extensions: ["gguf"]))
    var model: String

    @Argument(
        help: "The file to write; may be left out for a file that is packed already.",
        completion: .file(extensions: ["gguf"])
    )
    var output: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A file with instructions to compute ahead; may be repeated.", valueName: "path"),
        completion: .file()
    )
    var persona: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Instructions to compute ahead; may be repeated.", valueName: "text")
    )
    var system: [String] = []

    @Option(help: "Format of cached keys and values that the instructions are kept in: f16, q8_0 or f32.")
    var kvCache: ModelOptions.KVCacheFormat = .f16

    @Option(help: ArgumentHelp("Tokens of context, if the model is used with other than the default.", valueName: "n"))
    var context: Int?

    @Option(
        help: ArgumentHelp("The chat template, if the model is used with other than its own.", valueName: "path|name")
    )
    var chatTemplate: String?

    @OptionGroup
    var writing: ModelWritingOptions

    func run() async throws {
        let texts = try persona.map { try InstructionText(path: $0).text } + system.map { try InstructionText($0).text }
        let path = try ModelOptions.path(named: model)
        let source = try GGUFFile.open(path: path)
        guard texts.isEmpty || ModelKind(source) == .decoder else {
            throw CommandError(
                "\(path) makes vectors and follows no instructions, so there is nothing to compute ahead. "
                    + "Leave --persona and --system out."
            )
        }
        let start = ContinuousClock.now
        var report = Report(model: path, output: output ?? path, bytes: source.byteCount, tensors: source.tensors.count)
        if let output {
            guard writing.force || !FileManager.default.fileExists(atPath: output) else {
                throw CommandError("\(output) exists. Choose another name, or replace it with --force.")
            }
            let packing = try Packing(output: output)
            defer { packing.cleanUp() }
            report.bytes = try write(source, to: packing.model, named: output)
            if !texts.isEmpty { report.prompts = try await bake(texts, for: packing.model, into: packing.prompts) }
            try packing.commit(hasPrompts: !texts.isEmpty)
        } else {
            guard source.isInOrderOfUse else {
                throw CommandError("\(path) is not packed yet. Name a file to write: martlet pack \(model) OUTPUT.")
            }
            guard !texts.isEmpty else {
                throw CommandError(
                    "\(path) is packed already. Give instructions with --persona, or name another output."
                )
            }
            let packing = try Packing(output: path)
            defer { packing.cleanUp() }
            report.prompts = try await bake(texts, for: path, into: packing.prompts)
            try packing.commitPrompts()
        }
        report.seconds = (ContinuousClock.now - start).seconds
        try show(report)
    }

    /// Writes the packed file under a name that it has for the time being, and returns its length.
    private func write(_ source: GGUFFile, to path: String, named output: String) throws -> Int {
        let bar = ProgressBar("Packing", isQuiet: writing.quiet || writing.json)
        let interrupt = InterruptFlag()
        defer {
            interrupt.stop()
            bar.finish()
        }
        do {
            return try ModelPacker(source: source).pack(to: path) { progress in
                try interrupt.check()
                // Reading back is the second half.
                let half = progress.phase == .verifying ? progress.totalByteCount : 0
                bar.update(
                    completed: half + progress.completedByteCount,
                    total: 2 * progress.totalByteCount,
                    detail: printable(progress.tensor, limit: 40)
                )
            }.fileByteCount
        } catch var error as GGUFError where error.path == path {
            error.path = output
            throw error
        }
    }

    /// Computes instructions with a model and keeps them in a directory.
    private func bake(_ texts: [String], for path: String, into directory: String) async throws -> [Report.Prompt] {
        var options = try ModelOptions.parse([])
        options.threads = writing.threads
        options.context = context
        options.kvCache = kvCache
        options.chatTemplate = chatTemplate
        options.snapshots.directory = directory
        let loaded = try options.load(path: path)
        defer { loaded.close() }
        var prompts: [Report.Prompt] = []
        let bar = ProgressBar("Computing", unit: .items, isQuiet: writing.quiet || writing.json)
        defer { bar.finish() }
        for (index, text) in texts.enumerated() {
            bar.update(completed: index, total: texts.count, detail: "prompts")
            let count = try loaded.commonBeginning(of: text).count
            guard count >= KVCache.blockLength else {
                StandardError.write("martlet: instructions of \(count) tokens are too short to be worth keeping.\n")
                continue
            }
            let result = try await Interruption.run { try await loaded.precompute(text) }
            prompts.append(Report.Prompt(tokens: result.tokenCount, bytes: result.byteCount))
        }
        try PromptPack.seal(directory: directory, ofModelAt: path, promptTokenCounts: prompts.map(\.tokens))
        return prompts
    }

    private func show(_ report: Report) throws {
        if writing.json {
            print(try JSONOutput.line(report), terminator: "")
        } else if !writing.quiet {
            var parts = ["\(printable(report.output)): \(Quantity.bytes(report.bytes)), \(report.tensors) tensors"]
            for prompt in report.prompts { parts.append("a prompt of \(prompt.tokens) tokens") }
            print(parts.joined(separator: ", ") + ", \(Quantity.short(report.seconds)) s")
        }
    }

    /// What `--json` prints.
    struct Report: Encodable {
        /// Instructions that were computed ahead.
        struct Prompt: Encodable {
            let tokens: Int
            let bytes: Int
        }

        let model: String
        let output: String
        var bytes: Int
        let tensors: Int
        var prompts: [Prompt] = []
        var seconds = 0.0
    }
}
