import ArgumentParser
import Foundation
import MartletEngine
import MartletModel
import MartletTerminal

/// Which model makes vectors, and how.
struct EmbedderOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A .gguf file of an embedding model, or a pulled model; default: $MARTLET_EMBEDDER.",
            valueName: "path|name"
        ),
        completion: .file(extensions: ["gguf"])
    )
    var model: String?

    @Option(help: ArgumentHelp("Threads; default: all that this process may use.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Tokens of a text at most; default: the model's limit.", valueName: "n"))
    var context: Int?

    @Option(
        help: ArgumentHelp(
            "How rows become one vector, in the place of what the file says: mean, cls or last.",
            valueName: "kind"
        )
    )
    var pooling: Pooling?

    @Option(
        help: ArgumentHelp(
            "What becomes of instructions, in the place of what the file says: included, the text begins with them; "
                + "excluded, the mean leaves them out.",
            valueName: "how"
        )
    )
    var instructions: Instructions?

    @Option(
        name: .customLong("load"),
        help: ArgumentHelp("When weights are read: auto, eager or lazy; also $MARTLET_LOAD.", valueName: "when")
    )
    var weights: ModelOptions.LoadMoment?

    @Option(help: ArgumentHelp("Kernels to use instead of the best; also $MARTLET_KERNELS.", valueName: "name"))
    var kernels: String?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024.") }
        if let context, context < 4 { throw ValidationError("--context must be at least 4.") }
    }

    /// The chosen model's file.
    func path() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let chosen = model ?? environment["MARTLET_EMBEDDER"].flatMap { $0.isEmpty ? nil : $0 }
        guard let chosen else {
            throw CommandError(
                "There is no embedding model. Name one with --model or MARTLET_EMBEDDER: a .gguf file that martlet convert "
                    + "made, or a model from martlet pull --list."
            )
        }
        return try ModelOptions.path(named: chosen)
    }

    /// Loads the chosen model.
    func load() async throws -> LocalEmbedder {
        let environment = ProcessInfo.processInfo.environment
        var options = LocalEmbedderOptions()
        options.threadCount = threads
        options.contextLength = context
        options.pooling = pooling?.kind
        options.instructions = instructions?.handling
        options.kernels = ModelOptions.kernelsName(kernels, environment)
        options.reading = try weights?.readingMode ?? ModelOptions.readingMode(environment)
        return try await LocalEmbedder.load(path: path(), options: options)
    }
}

extension EmbedderOptions {
    /// Kinds of pooling by their names on the command line.
    enum Pooling: String, ExpressibleByArgument, CaseIterable {
        case mean, cls, last

        var kind: PoolingKind {
            switch self {
            case .mean: .mean
            case .cls: .first
            case .last: .last
            }
        }
    }

    /// What becomes of instructions, by its names on the command line.
    enum Instructions: String, ExpressibleByArgument, CaseIterable {
        case included, excluded

        var handling: InstructionHandling { self == .included ? .included : .excluded }
    }
}
