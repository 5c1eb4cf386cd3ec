import ArgumentParser
import FoundationEssentials
import MartletHub
import MartletTerminal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// `martlet pull`: fetches a model file.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetch a model.",
        discussion: """
            A download that was interrupted goes on where it stopped. Models are kept in $MARTLET_MODELS, or else in \
            ~/.local/share/martlet/models. Some models ask for an access token: set HF_TOKEN.

            EXAMPLES
              martlet pull --list
              martlet pull smollm2-360m
              martlet pull hf:owner/repository/file.gguf
              martlet pull https://example.org/model.gguf --sha256 CHECKSUM
            """
    )

    @Argument(help: "A name of the list, an address of a .gguf file, or hf:owner/repository/file.gguf.")
    var model: String?

    @Flag(help: "List the models that have short names.")
    var list = false

    @Option(help: "The hub's address (default: $MARTLET_HUB_URL, else https://huggingface.co).")
    var baseUrl: String?

    @Option(help: "The checksum that the file must have, in hexadecimal.")
    var sha256: String?

    @Flag(help: "Fetch the model even if it is here.")
    var force = false

    @Flag(help: "Print one JSON object when done.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        guard list != (model != nil) else {
            throw ValidationError("Give the model to fetch, or --list.")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let directory = ModelDirectory.standard(environment: environment)
        guard let model else {
            print(try listing(directory), terminator: json ? "" : "\n")
            return
        }
        let puller = ModelPull(
            configuration: try HubConfiguration.standard(environment: environment, baseURL: baseUrl),
            directory: directory
        )
        let reference = try reference(to: model)
        let bar = ProgressBar("Fetching", isQuiet: quiet)
        let isQuiet = quiet
        let replacing = force
        let expected = sha256
        let outcome: ModelPull.Outcome
        do {
            outcome = try await Interruption.run {
                try await puller.pull(reference, replacing: replacing, expectedSHA256: expected) { event in
                    PullCommand.show(event, on: bar, isQuiet: isQuiet)
                }
            }
        } catch is CancellationError {
            bar.finish()
            StandardError.write("Interrupted; the same command goes on from here.\n")
            throw ExitCode(130)
        } catch {
            bar.finish()
            throw error
        }
        bar.finish()
        try report(outcome)
    }

    /// What `model` names; a name with a slip in it gets a suggestion.
    private func reference(to model: String) throws -> ModelReference {
        do {
            return try ModelReference(model)
        } catch {
            let names = ModelCatalogue.entries.map(\.name)
            guard let nearest = Suggestion.nearest(to: model, among: names) else { throw error }
            throw CommandError("\(error) Did you mean '\(nearest)'?")
        }
    }

    private static func show(_ event: ModelPull.Event, on bar: ProgressBar, isQuiet: Bool) {
        switch event {
        case .connecting: break
        case .transferring(let completed, let total): bar.update(completed: completed, total: total)
        case .verifying(let completed, let total):
            bar.update(completed: completed, total: total, detail: "checking what is here")
        case .waiting(let reason, let duration):
            bar.finish()
            if !isQuiet {
                let seconds = Quantity.decimal(duration / .seconds(1), places: 0)
                StandardError.write("\(reason) Next attempt in \(seconds) s.\n")
            }
        }
    }

    private func report(_ outcome: ModelPull.Outcome) throws {
        if json {
            let result = Result(
                path: outcome.path,
                bytes: outcome.byteCount,
                verifiedSha256: outcome.verifiedSHA256,
                wasPresent: outcome.wasPresent
            )
            print(try JSONOutput.pretty(result), terminator: "")
        } else if outcome.wasPresent {
            print("\(outcome.path) is here already (\(Quantity.bytes(outcome.byteCount))); --force fetches it again.")
        } else {
            let check = outcome.verifiedSHA256 != nil ? "checksum verified" : "no checksum to compare with"
            print("\(outcome.path) (\(Quantity.bytes(outcome.byteCount)), \(check))")
        }
    }

    private func listing(_ directory: ModelDirectory) throws -> String {
        let present = Set(directory.models())
        if json {
            let rows = ModelCatalogue.entries.map { entry in
                Row(
                    name: entry.name,
                    repository: entry.repository,
                    file: entry.file,
                    megabytes: entry.megabytes,
                    licence: entry.licence,
                    summary: entry.summary,
                    isPresent: present.contains(ModelReference.catalogue(entry).relativePath)
                )
            }
            return try JSONOutput.pretty(rows)
        }
        var table = TextTable([.left, .right, .left, .left])
        table.add("NAME", "SIZE", "LICENCE", "GOOD FOR")
        for entry in ModelCatalogue.entries {
            let isPresent = present.contains(ModelReference.catalogue(entry).relativePath)
            let summary = entry.summary + (isPresent ? " (here)" : "")
            table.add(entry.name, "\(entry.megabytes) MB", entry.licence, summary)
        }
        return table.lines.joined(separator: "\n")
    }

    private struct Result: Encodable {
        let path: String
        let bytes: Int
        let verifiedSha256: String?
        let wasPresent: Bool
    }

    private struct Row: Encodable {
        let name: String
        let repository: String
        let file: String
        let megabytes: Int
        let licence: String
        let summary: String
        let isPresent: Bool
    }
}
