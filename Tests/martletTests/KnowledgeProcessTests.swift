import Foundation
import MartletSimulator
import Testing
import martlet

/// Documents taken in and answered from by the program itself.
@Suite("Answers from documents, by the whole program", .serialized, .timeLimit(.minutes(3)))
struct KnowledgeProcessTests {
    private static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs")

    /// The program that was built beside these tests.
    private var program: URL {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: tests).deletingLastPathComponent().appending(path: "martlet")
        }
    }

    private func start(_ arguments: [String], in folder: URL) throws -> (process: Process, output: Pipe, errors: Pipe) {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = try program
        process.arguments = arguments
        process.environment = ["HOME": folder.path, "PATH": "/nonexistent"]
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output, errors)
    }

    private func run(_ arguments: [String], in folder: URL) throws -> (status: Int32, output: String, errors: String) {
        let (process, output, errors) = try start(arguments, in: folder)
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        let complained = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: said, as: UTF8.self),
            String(decoding: complained, as: UTF8.self)
        )
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private struct Report: Decodable {
        var added: Int
        var replaced: Int
        var unchanged: Int
        var removed: Int
        var documentCount: Int
        var problems: [String]
    }

    private func report(_ output: String) throws -> Report {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Report.self, from: Data(output.utf8))
    }

    @Test("files are taken in once, again where they changed, out where they are gone; the rest is passed over")
    func increments() async throws {
        try await withFolder { folder in
            let notes = folder.appending(path: "notes")
            try FileManager.default.createDirectory(
                at: notes.appending(path: ".git"),
                withIntermediateDirectories: true
            )
            func write(_ name: String, _ text: String) throws {
                try Data(text.utf8).write(to: notes.appending(path: name))
            }
            try write("a.md", "# Kettle\n\nDescale the kettle with vinegar.")
            try write("b.txt", "The bicycle pump lives in the cellar.")
            try write("c.bin", "x")
            try write("d.txt", "zero \u{0} byte")
            let first = try report(run(["index", "notes", "--into", "k.db", "--json"], in: folder).output)
            #expect(first.added == 2 && first.documentCount == 2)
            try write("a.md", "# Kettle\n\nDescale the kettle with lemon.")
            try FileManager.default.removeItem(at: notes.appending(path: "b.txt"))
            let second = try report(run(["index", "notes", "--into", "k.db", "--json"], in: folder).output)
            #expect(second.replaced == 1 && second.removed == 1 && second.unchanged == 0 && second.documentCount == 1)
            let third = try report(run(["index", "notes", "--into", "k.db", "--json"], in: folder).output)
            #expect(third.unchanged == 1)
            let found = try run(["search", "How do I descale a kettle?", "--into", "k.db"], in: folder)
            #expect(found.output.contains("notes/a.md, line 3") && found.output.contains("They fit"))
            #expect(found.output.contains("lemon") && !found.output.contains("vinegar"))
            #expect(try run(["index", "--list", "--into", "k.db"], in: folder).output == "1  notes/a.md  Kettle\n")
            #expect(try run(["index", "--remove", "notes", "--into", "k.db"], in: folder).output == "1 taken out.\n")
            #expect(try run(["search", "kettle", "--into", "k.db"], in: folder).output.contains("Nothing fits"))
        }
    }

    @Test("what can't be done is said with the remedy")
    func refusals() async throws {
        try await withFolder { folder in
            try Data("%PDF-1.4".utf8).write(to: folder.appending(path: "x.pdf"))
            let pdf = try run(["index", "x.pdf", "--into", "k.db"], in: folder)
            #expect(pdf.status == 1 && pdf.errors.contains("apt-get install poppler-utils"))
            let missing = try run(["index", "none", "--into", "k.db"], in: folder)
            #expect(missing.status != 0 && missing.errors.contains("There is no none"))
            let index = try run(["search", "x", "--into", "none.db"], in: folder)
            #expect(index.status != 0 && index.errors.contains("martlet index PATH"))
            #expect(try run(["index"], in: folder).status == 2 || run(["index"], in: folder).status == 64)
            let removed = try run(["index", "--remove", "y", "--into", "k.db"], in: folder)
            #expect(removed.status != 0 && removed.errors.contains("--list"))
        }
    }

    @Test(
        "a run that is killed leaves an index that can be used and goes on",
        arguments: [40_000, 150_000, 400_000, 900_000]
    )
    func killed(logByteCount: Int) async throws {
        try await withFolder { folder in
            let notes = folder.appending(path: "notes")
            try FileManager.default.createDirectory(at: notes, withIntermediateDirectories: true)
            let text = (0..<400).map { "Paragraph \($0) of a long document about kettles." }.joined(separator: "\n\n")
            for index in 0..<60 {
                try Data("# Note \(index)\n\n\(text)".utf8).write(to: notes.appending(path: "\(index).md"))
            }
            let (process, _, _) = try start(["index", "notes", "--into", "k.db"], in: folder)
            let wal = folder.appending(path: "k.db-wal").path
            while process.isRunning,
                (try? FileManager.default.attributesOfItem(atPath: wal)[.size] as? Int ?? 0) ?? 0 < logByteCount
            {
                try await Task.sleep(for: .milliseconds(2))
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let found = try run(["search", "paragraph about kettles", "--into", "k.db", "--json"], in: folder)
            // Before the first document there is none, which is said as such.
            #expect(found.status == 0 || found.errors.contains("There are no documents"), "\(found.errors)")
            let rest = try report(run(["index", "notes", "--into", "k.db", "--json"], in: folder).output)
            #expect(rest.documentCount == 60 && rest.added + rest.unchanged + rest.replaced == 60)
        }
    }

    @Test("a bot answers questions about this repository's documents with their sources, and refuses others")
    func bot() async throws {
        try await withFolder { folder in
            let scenario = try Scenario(
                yaml: """
                    name: answers from documents
                    bot: {environment: {MARTLET_ACCESS: open}, arguments: [--knowledge, '\(Self.docs.path)']}
                    model:
                      - {when: webhook, pieces: ["Give --webhook ", "an address [1]", " and [9]."]}
                      - {when: France, pieces: [Paris]}
                    steps:
                      - say: /sources
                      - expect: {last: My last answer here comes from no document.}
                      - say: How do I set a webhook for the bot?
                      - expect: {contains: "Give --webhook an address [1] and.\\n\\nSources: [1] bot.md"}
                      - say: /sources
                      - expect: {contains: docs/bot.md}
                      - say: What is the capital of France?
                      - expect: {last: I found nothing about that in the documents.}
                      - expect: {absent: Paris, menu: [sources], refused: 0}
                    """
            )
            let program = try program
            let report = try await ScenarioRunner.run(scenario) { _ in BotProcess(.file(program), folder: folder) }
            #expect(report.failure == nil, "\(report.place ?? "") \(report.failure ?? "")")
        }
    }
}
