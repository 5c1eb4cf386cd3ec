import ArgumentParser
import Foundation
import MartletEngine
import MartletHub
import MartletModel
import MartletPrompt
import MartletTerminal
import MartletWeights

/// Which model runs, and with how much of the machine.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A .gguf file, a pulled model, a name below models: in martlet.yaml, or provider:model such as "
                + "openai:gpt-4o-mini; default: $MARTLET_MODEL, else the model in the box.",
            valueName: "path|name"
        )
    )
    var model: String?

    @Option(help: ArgumentHelp("Threads; default: all that this process may use.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Tokens of context; default: the model's, at most 4096.", valueName: "n"))
    var context: Int?

    @Option(
        name: .customLong("load"),
        help: ArgumentHelp(
            "When weights are read: eager, ahead of their use; lazy, when they are used; auto, ahead where they aren't in "
                + "memory; default: auto, also $MARTLET_LOAD and load: in martlet.yaml.",
            valueName: "when"
        )
    )
    var weights: LoadMoment?

    @Option(help: "Format of cached keys and values: f16, q8_0 in half its memory, or f32 in twice.")
    var kvCache: KVCacheFormat = .f16

    @Option(help: ArgumentHelp("Kernels to use instead of the best; also $MARTLET_KERNELS.", valueName: "name"))
    var kernels: String?

    @Option(
        help: ArgumentHelp(
            "A Jinja file, or the name of a built-in chat template, instead of the model's own.",
            valueName: "path|name"
        ),
        completion: .file(extensions: ["jinja"])
    )
    var chatTemplate: String?

    @Flag(help: "Never ask a model elsewhere; also local_only: true in martlet.yaml, or $MARTLET_LOCAL_ONLY.")
    var localOnly = false

    @OptionGroup(title: "Prompts on disk")
    var snapshots: SnapshotArguments

    mutating func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024.") }
        if let context, context < 32 { throw ValidationError("--context must be at least 32.") }
    }

    /// Takes what the settings say, the command line's own options among them.
    mutating func adopt(_ values: SettingValues) throws {
        model = values.text(.model)
        if values.text(.load) != nil { weights = try values.choice(.load, default: .auto) }
    }

    /// The path of the chosen model's file.
    func path() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let chosen = model ?? environment["MARTLET_MODEL"].flatMap { $0.isEmpty ? nil : $0 }
        guard let chosen else { return try BoxedModel.path() }
        return try Self.path(named: chosen)
    }

    /// The path of a file, or of a pulled model.
    static func path(named name: String) throws -> String {
        try ModelDirectory.standard(environment: ProcessInfo.processInfo.environment).resolve(name)
    }
}

extension ModelOptions {
    /// When weights are read, by its names on the command line.
    enum LoadMoment: String, ExpressibleByArgument, CaseIterable {
        case auto
        case eager
        case lazy

        /// The same as the reader knows it.
        var readingMode: ReadingMode {
            switch self {
            case .auto: .auto
            case .eager: .eager
            case .lazy: .lazy
            }
        }
    }

    /// The formats of the KV cache by their names on the command line.
    enum KVCacheFormat: String, ExpressibleByArgument, CaseIterable {
        case f32
        case f16
        case q8_0

        /// The same as the model knows it.
        var kvFormat: KVFormat {
            switch self {
            case .f32: .f32
            case .f16: .f16
            case .q8_0: .q8_0
            }
        }
    }
}

/// Fledgling, the model that comes with Martlet.
enum BoxedModel {
    private static let name = "fledgling.gguf"

    /// Where the file lies: beside an installed program, or in the checkout that the program was built in.
    static func path() throws -> String {
        let manager = FileManager.default
        let program = (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        var folder = URL(filePath: program).deletingLastPathComponent()
        var candidates = [folder.deletingLastPathComponent().appending(path: "share/martlet/models/\(name)")]
        for _ in 0..<5 {
            candidates.append(folder.appending(path: "Models/\(name)"))
            folder.deleteLastPathComponent()
        }
        candidates.append(URL(filePath: manager.currentDirectoryPath).appending(path: "Models/\(name)"))
        guard let found = candidates.first(where: { manager.fileExists(atPath: $0.path) }) else {
            throw CommandError(
                "The model in the box, \(name), is not where this program was built or installed. "
                    + "Name a model with --model PATH, or fetch one: martlet pull --list."
            )
        }
        return found.path
    }
}

/// A failure that a command explains in one sentence with its remedy.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension ModelOptions {
    /// Loads the chosen model.
    func load() throws -> LocalModel {
        let file = try path()
        try Self.checkChats(file)
        return try load(path: file)
    }

    /// Makes sure that a file's model generates text.
    /// - Throws: ``CommandError``, which says what the model is for.
    static func checkChats(_ path: String) throws {
        let purpose = ModelPurpose(try ModelKind(file: path))
        guard purpose == .chat else {
            throw CommandError(
                "\(URL(filePath: path).lastPathComponent) is no model that chats: \(purpose.explanation)."
            )
        }
    }

    /// Loads a model's file.
    ///
    /// - Parameters:
    ///   - keepsSnapshots: Whether prompts are kept on disk when nobody says so: for commands that go on talking.
    ///   - usesPack: Whether prompts that were packed with the model are used: not for measuring and making them.
    ///   - onWarning: Hears of trouble with what is kept.
    func load(
        path: String,
        keepsSnapshots: Bool = false,
        usesPack: Bool = false,
        onWarning: @escaping @Sendable (String) -> Void = { StandardError.write("martlet: \($0)\n") }
    ) throws -> LocalModel {
        var options = LocalModelOptions()
        options.threadCount = threads
        options.contextLength = context
        options.kvFormat = kvCache.kvFormat
        let environment = ProcessInfo.processInfo.environment
        options.snapshots = snapshots.options(byDefault: keepsSnapshots, onWarning: onWarning)
        options.usesPack = usesPack && !snapshots.isOff
        options.onWarning = onWarning
        options.reading = try readingMode(environment)
        options.kernels = kernelsName(environment)
        if let chatTemplate { options.chatTemplate = try Self.template(chatTemplate) }
        return try LocalModel.load(path: path, options: options)
    }

    /// The kernels that are asked for; nil for the best.
    func kernelsName(_ environment: [String: String]) -> String? { Self.kernelsName(kernels, environment) }

    /// The kernels that an option names, or else the environment; nil for the best.
    static func kernelsName(_ option: String?, _ environment: [String: String]) -> String? {
        option ?? environment["MARTLET_KERNELS"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// When weights are read.
    func readingMode(_ environment: [String: String]) throws -> ReadingMode {
        try weights?.readingMode ?? Self.readingMode(environment)
    }

    /// When weights are read, as the environment says.
    static func readingMode(_ environment: [String: String]) throws -> ReadingMode {
        guard let text = environment["MARTLET_LOAD"], !text.isEmpty else { return .auto }
        guard let moment = LoadMoment(rawValue: text) else {
            throw CommandError("MARTLET_LOAD is '\(text)'. Set it to auto, eager or lazy.")
        }
        return moment.readingMode
    }

    /// A built-in template by name, or a file's text.
    private static func template(_ choice: String) throws -> LocalModelOptions.TemplateChoice {
        if let builtIn = ChatTemplate.BuiltIn(rawValue: choice) { return .builtIn(builtIn) }
        guard let data = FileManager.default.contents(atPath: choice),
            let source = String(validating: data, as: UTF8.self)
        else {
            let names = ChatTemplate.BuiltIn.allCases.map(\.rawValue)
            let nearest = Suggestion.nearest(to: choice, among: names).map { " Did you mean '\($0)'?" } ?? ""
            throw CommandError(
                "'\(choice)' is neither a readable template file nor one of the built-in templates: "
                    + names.joined(separator: ", ") + "." + nearest
            )
        }
        return .source(source)
    }
}
