import ArgumentParser
import Foundation
import MartletCore
import MartletEngine
import MartletTerminal

/// `martlet embed`: texts become vectors.
struct EmbedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Turn texts into vectors with an embedding model.",
        discussion: """
            Texts come as arguments, as whole files, or a line each from a file or standard input. In a .jsonl file each line \
            is an object with "text" and perhaps "instruction" and "id". Lines are read as they are needed, so a file may \
            have millions. What the vector is made of, and where that is written, goes to standard error.

            EXAMPLES
              martlet embed --model minilm.gguf "A martlet never lands."
              martlet embed --similarity "A swift sleeps in flight." "Birds rest on the wing." "Tax forms are due."
              martlet embed --instruction "Represent the Science title:" "3D ActionSLAM" --json
              martlet embed --input notes.jsonl --output notes.npy
              cat lines.txt | martlet embed --input - --truncate > vectors.jsonl
            """
    )

    @Argument(help: "Texts, a vector each.")
    var texts: [String] = []

    @Option(help: ArgumentHelp("A file that is one text; may be repeated.", valueName: "path"), completion: .file())
    var file: [String] = []

    @Option(
        help: ArgumentHelp("A file with a text a line, or an object a line; - is standard input.", valueName: "path"),
        completion: .file()
    )
    var input: String?

    @Option(
        help: ArgumentHelp("What the input's lines are: text or jsonl; default: by the file's name.", valueName: "kind")
    )
    var lines: EmbedSource.LineKind?

    @Flag(help: "Leave out empty lines, which are errors otherwise.")
    var skipEmpty = false

    @Option(help: ArgumentHelp("What the texts are for, in the model's own way of saying it.", valueName: "text"))
    var instruction: String?

    @Option(help: ArgumentHelp("An instruction that the model's file keeps by name, such as query.", valueName: "name"))
    var promptName: String?

    @Option(help: ArgumentHelp("The first values of each vector, brought to length 1 again.", valueName: "n"))
    var dimensions: Int?

    @Flag(help: "Cut texts that are too long at their end instead of failing.")
    var truncate = false

    @Flag(inversion: .prefixedNo, help: "Bring vectors to length 1, or leave them; default: as the model's file says.")
    var normalize: Bool?

    @Option(name: .shortAndLong, help: ArgumentHelp("A file for the vectors: .jsonl or .npy.", valueName: "path"))
    var output: String?

    @Option(help: "How vectors are written: jsonl, npy, or brief for people.")
    var format: VectorFormat?

    @Flag(help: "Show how alike the texts are: the cosine of each pair.")
    var similarity = false

    @Flag(help: "Print one JSON object with everything.")
    var json = false

    @Flag(help: "Replace an existing file.")
    var force = false

    @Flag(name: .shortAndLong, help: "Print nothing but vectors and errors.")
    var quiet = false

    @OptionGroup(title: "Model")
    var model: EmbedderOptions

    /// How vectors are written.
    enum VectorFormat: String, ExpressibleByArgument, CaseIterable {
        case jsonl, npy, brief
    }

    func validate() throws {
        let sources = [!texts.isEmpty, !file.isEmpty, input != nil].count { $0 }
        guard sources <= 1 else { throw ValidationError("Give texts, --file or --input, not several of them.") }
        guard instruction == nil || promptName == nil else {
            throw ValidationError("Give --instruction or --prompt-name, not both.")
        }
        if let dimensions, dimensions < 1 { throw ValidationError("--dimensions must be at least 1.") }
        if lines != nil || skipEmpty, !texts.isEmpty || !file.isEmpty {
            throw ValidationError("--lines and --skip-empty go with --input.")
        }
        if similarity || json, output != nil || format != nil {
            throw ValidationError("--similarity and --json print to standard output and take no --output or --format.")
        }
        if format == .npy, output == nil {
            throw ValidationError("A .npy file says at its start how many vectors follow: name it with --output.")
        }
        if force, output == nil { throw ValidationError("--force goes with --output.") }
        if let output, format == nil, Self.format(ofFile: output) == nil {
            throw ValidationError("Name a file that ends in .jsonl or .npy, or say which with --format.")
        }
        if texts.isEmpty, file.isEmpty, input == nil, isatty(STDIN_FILENO) == 1 {
            throw ValidationError("There is no text. Give some as arguments, with --file or --input, or pipe lines in.")
        }
    }

    func run() async throws {
        let source = try source()
        let embedder = try await model.load()
        defer { embedder.close() }
        let run = EmbedRun(
            embedder: embedder,
            instruction: try instruction(embedder),
            request: EmbeddingRequest(
                [],
                dimensions: dimensions,
                cutsLongTexts: truncate,
                normalizes: normalize
            ),
            isQuiet: quiet
        )
        if !quiet { run.tellSources() }
        try await Interruption.run { [self] in
            if similarity || json {
                let report = EmbedReport(embedder.information, limit: similarity ? 100 : 10_000)
                try await run.run(source, into: report)
                print(try similarity ? report.similarities(asJSON: json) : report.json(), terminator: "")
            } else {
                try await run.run(source, into: try output(dimensions ?? embedder.information.width))
            }
        }
    }

    private func source() throws -> EmbedSource {
        if !texts.isEmpty {
            let items = texts.enumerated().map { index, text in
                EmbedItem(input: EmbeddingInput(text), place: "text \(index + 1)", progress: index + 1)
            }
            return EmbedSource(items)
        }
        if !file.isEmpty {
            let items = try file.enumerated().map { index, path in
                EmbedItem(input: EmbeddingInput(try Self.text(of: path)), place: path, progress: index + 1)
            }
            return EmbedSource(items)
        }
        return try EmbedSource(linesOf: input ?? "-", kind: lines, skipsEmptyLines: skipEmpty)
    }

    /// What the texts are for that don't say it themselves.
    private func instruction(_ embedder: LocalEmbedder) throws -> String? {
        var words = instruction
        if let promptName {
            guard let text = embedder.details.prompts[promptName] else {
                let names = embedder.details.prompts.keys.sorted()
                throw CommandError(
                    "The model keeps no prompt of the name '\(promptName)'. "
                        + (names.isEmpty
                            ? "It keeps none: give the words with --instruction."
                            : "It keeps: \(names.joined(separator: ", ")).")
                )
            }
            words = text
        }
        return words
    }

    private func output(_ dimensions: Int) throws -> any VectorOutput {
        let target = try output.map { try OutputTarget(path: $0, replacing: force) } ?? OutputTarget()
        let isForPeople = output == nil && isatty(STDOUT_FILENO) == 1
        switch format ?? output.flatMap(Self.format(ofFile:)) ?? (isForPeople ? .brief : .jsonl) {
        case .jsonl: return JSONLinesOutput(target)
        case .npy: return try NumPyOutput(target, dimensions: dimensions)
        case .brief: return BriefOutput(target)
        }
    }

    private static func format(ofFile path: String) -> VectorFormat? {
        switch URL(filePath: path).pathExtension.lowercased() {
        case "jsonl", "ndjson": .jsonl
        case "npy": .npy
        default: nil
        }
    }

    private static func text(of path: String) throws -> String {
        let data: Data
        do {
            // A read at the end is nil, also where the file is empty.
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            data = try handle.read(upToCount: LineReader.longestLine + 1) ?? Data()
        } catch {
            throw CommandError("\(path) can't be read. Check its name and its rights.")
        }
        guard data.count <= LineReader.longestLine else {
            throw CommandError("\(path) is larger than \(LineReader.longestLine >> 20) MiB. Split it.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandError("\(path) is not UTF-8 text. Convert it first, for instance with iconv.")
        }
        return text
    }
}

extension EmbedSource.LineKind: ExpressibleByArgument {}
