import ArgumentParser
import Foundation
import MartletConversation
import MartletCore
import MartletTerminal
import MartletVectors

/// `martlet index`: documents to answer from.
struct IndexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Take in documents, so that answers come from them.",
        discussion: """
            Reads Markdown, text, HTML and PDF (with poppler's pdftotext), folders with all that is in them. Run it again \
            after documents changed: what is as it was is passed over, what is gone from a folder is taken out. It can be \
            stopped at any time and goes on where it was.

            EXAMPLES
              martlet index docs README.md --embedder all-minilm-l6-v2.gguf
              martlet index docs                        found by their words alone, with no model
              martlet index --list
              martlet search "How do I set a webhook?"
              martlet bot --knowledge ~/.local/share/martlet/knowledge.db
            """
    )

    @Argument(help: "Files and folders.", completion: .file())
    var paths: [String] = []

    @OptionGroup
    var options: KnowledgeOptions

    @Flag(help: "List the documents.")
    var list = false

    @Option(help: ArgumentHelp("Take a document out, or all below a folder; may be repeated.", valueName: "path"))
    var remove: [String] = []

    @Option(
        help: ArgumentHelp(
            "The longest passage: characters, or tokens of the embedding model with a t, such as 200t; default: as before, "
                + "else 900.",
            valueName: "n"
        )
    )
    var passageSize: String?

    @Option(help: ArgumentHelp("How much of a passage's end the next one repeats, in the same unit.", valueName: "n"))
    var overlap: Int?

    @Option(
        help: ArgumentHelp(
            "What goes before questions for the embedding model, in the place of what it is known to want."
        )
    )
    var questionInstruction: String?

    @Option(help: ArgumentHelp("The same for passages."))
    var passageInstruction: String?

    @Flag(help: "Take in also what a .gitignore leaves out.")
    var includeIgnored = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        guard !paths.isEmpty || list || !remove.isEmpty else {
            throw ValidationError("Name files or folders, or give --list or --remove.")
        }
        guard !list || (paths.isEmpty && remove.isEmpty) else {
            throw ValidationError("--list goes alone.")
        }
        guard passageSize.map({ PassageSize($0) != nil }) ?? true else {
            throw ValidationError("--passage-size is 40 to 20000, with a t for tokens: 900 or 200t.")
        }
        if let overlap, overlap < 0 { throw ValidationError("--overlap is 0 to half the passage's size.") }
    }

    func run() async throws {
        if list { return try await IndexListing(options: options).run() }
        if !remove.isEmpty { try await IndexListing(options: options).remove(remove) }
        guard !paths.isEmpty else { return }
        var search = DocumentSearch()
        search.takesIgnored = includeIgnored
        for path in paths { try search.add(path) }
        guard !search.files.isEmpty || FileManager.default.fileExists(atPath: options.path) else {
            throw CommandError(
                "There is no document in \(paths.joined(separator: ", ")). Put Markdown, text, HTML or PDF there."
            )
        }
        let indexer = try await indexer()
        let report = try await Interruption.run { [search, paths, isQuiet = quiet || options.json] in
            var run = IndexRun(indexer: indexer, search: search, isQuiet: isQuiet)
            return try await run.report(folders: paths)
        }
        try tell(report, indexer.collection)
        if !report.problems.isEmpty { throw ExitCode.failure }
    }

    /// What takes documents in; the file is made last, so that nothing is left of a run that can't begin.
    private func indexer() async throws -> KnowledgeIndexer {
        var opened: EmbeddedVectorStore?
        var known: KnowledgeCollection?
        if FileManager.default.fileExists(atPath: options.path) {
            let store = try KnowledgeOpening.store(at: options.path, mustBeWritable: true)
            known = try await KnowledgeCollection.find(options.collection, in: store)
            opened = store
        }
        let place = options.embedder.map { FileManager.default.fileExists(atPath: $0) ? URL(filePath: $0).path : $0 }
        let embedder = try await KnowledgeEmbedders().embedder(place, of: known)
        guard embedder != nil || questionInstruction == nil && passageInstruction == nil else {
            throw CommandError(
                "--question-instruction and --passage-instruction go with an embedding model: --embedder."
            )
        }
        var roles = known?.roles ?? embedder.map { EmbeddingRoles(of: $0.information) }
        if let questionInstruction { roles?.question = questionInstruction }
        if let passageInstruction { roles?.passage = passageInstruction }
        let splitter = try splitter(known, embedder)
        return try await KnowledgeIndexer(
            options.collection,
            in: try opened ?? EmbeddedVectorStore(path: options.path),
            embedder: embedder,
            embedderPlace: place,
            roles: roles,
            splitter: splitter
        )
    }

    /// How documents are cut: as it is asked for, else as before, else in the usual way.
    private func splitter(_ known: KnowledgeCollection?, _ embedder: (any Embedder)?) throws -> DocumentSplitter {
        var size = passageSize.flatMap { PassageSize($0) } ?? known?.splitting.flatMap { PassageSize(splitting: $0) }
        if let overlap {
            size = size ?? PassageSize.usual
            guard overlap <= (size?.count ?? 0) / 2 else {
                throw ValidationError("--overlap is 0 to half the passage's size.")
            }
            size?.overlap = overlap
        }
        return (size ?? PassageSize.usual).splitter(for: embedder)
    }

    private func tell(_ report: IndexReport, _ collection: KnowledgeCollection) throws {
        if options.json {
            print(try JSONOutput.pretty(report), terminator: "")
            return
        }
        print(report.summary)
        if let skipped = report.skipped.summary { print("Passed over: \(skipped).") }
        for problem in report.problems {
            StandardError.write("martlet: \(TerminalText.harmless(problem))\n")
        }
        let how =
            collection.embedder.map { "found by words and by \(TerminalText.harmless($0))" }
            ?? "found by their words alone"
        let documents = "\(report.documentCount) document\(report.documentCount == 1 ? "" : "s")"
        let passages = "\(report.passageCount) passage\(report.passageCount == 1 ? "" : "s")"
        print("\(documents), \(passages) in \(options.path), \(how).")
    }
}

/// The longest passage, as it is given on the command line.
struct PassageSize {
    var count: Int
    var isTokens: Bool
    /// How much of a passage's end the next one repeats; nil for the usual share.
    var overlap: Int?

    /// What is taken where nobody says anything.
    static let usual = PassageSize(count: 900, isTokens: false)

    private init(count: Int, isTokens: Bool) {
        self.count = count
        self.isTokens = isTokens
    }

    /// Reads `900` or `200t`.
    init?(_ text: some StringProtocol) {
        isTokens = text.hasSuffix("t")
        guard let count = Int(isTokens ? text.dropLast() : text[...]), (40...20_000).contains(count) else { return nil }
        self.count = count
    }

    /// Reads what a collection says of itself: `900+120` or `200t+26`.
    init?(splitting: String) {
        let parts = splitting.split(separator: "+")
        guard parts.count == 2, let overlap = Int(parts[1]) else { return nil }
        self.init(parts[0])
        self.overlap = overlap
    }
}
