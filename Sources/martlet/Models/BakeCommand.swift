import ArgumentParser
import MartletCore
import MartletEngine
import MartletTerminal

/// `martlet bake`: computes a persona's prompt ahead of time.
struct BakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bake",
        abstract: "Compute the instructions of a bot or a service ahead of time.",
        discussion: """
            Renders the instructions with the model's chat template up to where a user's words begin, computes them and \
            keeps the result on disk. Every chat that begins with them then starts with its user's first words, in this \
            and any later process with the same model file and the same --kv-cache.

            EXAMPLES
              martlet bake --system persona.txt
              martlet bake --model smollm2-360m --system-text "You are a pirate."
              martlet bake --system persona.txt --out /srv/snapshots
              martlet bot --snapshots /srv/snapshots
            """
    )

    @Option(
        help: ArgumentHelp("A file with the instructions; - is standard input.", valueName: "path"),
        completion: .file()
    )
    var system: String?

    @Option(help: ArgumentHelp("The instructions themselves.", valueName: "text"))
    var systemText: String?

    @Option(
        help: ArgumentHelp("The directory to keep them in, as with --snapshots.", valueName: "directory"),
        completion: .directory
    )
    var out: String?

    @Flag(help: "Print one JSON object when done.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @OptionGroup(title: "Model")
    var model: ModelOptions

    func validate() throws {
        guard (system == nil) != (systemText == nil) else {
            throw ValidationError("Give the instructions with --system FILE or with --system-text TEXT.")
        }
        guard out == nil || model.snapshots.directory == nil else {
            throw ValidationError("--out and --snapshots name the same thing: give one of them.")
        }
        guard !model.snapshots.isOff else { throw ValidationError("--no-snapshots leaves nothing to bake.") }
    }

    func run() async throws {
        let text = try instructions()
        var model = model
        if let out { model.snapshots.directory = out }
        let path = try model.path()
        try ModelOptions.checkChats(path)
        let loaded = try model.load(path: path, keepsSnapshots: true)
        defer { loaded.close(draining: true) }
        let total = try loaded.commonBeginning(of: text).count
        let bar = ProgressBar("Computing", unit: .items, isQuiet: quiet || json)
        let start = ContinuousClock.now
        let watcher = Task {
            while !Task.isCancelled {
                let statistics = loaded.statistics
                let done = statistics.computedPromptTokenCount + statistics.restoredPromptTokenCount
                bar.update(completed: min(done, total), total: total, detail: "tokens")
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        defer {
            watcher.cancel()
            bar.finish()
        }
        let result = try await Interruption.run { try await loaded.precompute(text) }
        watcher.cancel()
        bar.finish()
        try report(result, promptTokenCount: total, seconds: (ContinuousClock.now - start).seconds)
    }

    private func instructions() throws -> String {
        if let system { return try InstructionText(path: system).text }
        return try InstructionText(systemText ?? "").text
    }

    private func report(_ result: PrecomputedPrompt, promptTokenCount: Int, seconds: Double) throws {
        if json {
            let report = Report(
                tokens: result.tokenCount,
                promptTokens: promptTokenCount,
                bytes: result.byteCount,
                seconds: seconds,
                wasKept: result.wasKept
            )
            print(try JSONOutput.line(report), terminator: "")
        } else if result.wasKept {
            print("\(result.tokenCount) tokens were kept already (\(Quantity.bytes(result.byteCount))).")
        } else {
            print(
                "\(result.tokenCount) tokens computed and kept: \(Quantity.bytes(result.byteCount)), "
                    + "\(Quantity.short(seconds)) s"
            )
        }
    }

    /// What `--json` prints.
    struct Report: Encodable {
        let tokens: Int
        let promptTokens: Int
        let bytes: Int
        let seconds: Double
        let wasKept: Bool
    }
}
