import ArgumentParser
import Foundation
import MartletEngine
import MartletTerminal

/// `martlet snapshots`: the prompts that are kept on disk.
struct SnapshotsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshots",
        abstract: "List or clear the prompts that are kept on disk.",
        discussion: """
            EXAMPLES
              martlet snapshots          how much is kept for each model
              martlet snapshots clear    the next answers compute it again
            """,
        subcommands: [List.self, Clear.self],
        defaultSubcommand: List.self
    )

    /// Which directory is meant.
    struct Place: ParsableArguments {
        @Option(
            name: .customLong("snapshots"),
            help: ArgumentHelp("The directory, instead of the usual one.", valueName: "directory"),
            completion: .directory
        )
        var directory: String?

        func library() throws -> SnapshotLibrary {
            let environment = ProcessInfo.processInfo.environment
            guard let path = directory ?? SnapshotArguments.standardDirectory(environment: environment) else {
                throw CommandError("There is no home directory: name the directory with --snapshots.")
            }
            return try SnapshotLibrary(directory: path)
        }
    }

    /// `martlet snapshots list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show how much is kept for each model.")

        @OptionGroup
        var place: Place

        func run() throws {
            let models = try place.library().models()
            var table = TextTable([.left, .right, .right, .right, .left])
            table.add("MODEL", "FILES", "TOKENS", "SIZE", "LAST USED")
            for model in models {
                let date = Date(timeIntervalSince1970: Double(model.lastUse))
                table.add(
                    model.name,
                    "\(model.fileCount)",
                    "\(model.tokenCount)",
                    Quantity.bytes(model.byteCount),
                    date.formatted(.iso8601)
                )
            }
            let total = models.reduce(0) { $0 + $1.byteCount }
            table.add("all", "\(models.reduce(0) { $0 + $1.fileCount })", "", Quantity.bytes(total), "")
            print(table.lines.joined(separator: "\n"))
        }
    }

    /// `martlet snapshots clear`.
    struct Clear: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove what is kept.")

        @OptionGroup
        var place: Place

        @Option(help: ArgumentHelp("Only that model's, by the name that the list shows.", valueName: "name"))
        var model = ""

        func run() throws {
            let (fileCount, byteCount) = try place.library().clear(model: model)
            print("Removed \(fileCount) file\(fileCount == 1 ? "" : "s"), \(Quantity.bytes(byteCount)).")
        }
    }
}
