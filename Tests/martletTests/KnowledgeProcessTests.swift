import Foundation
import MartletSimulator
import Testing
import martlet

/// Documents taken in and answered from by the program itself.
@Suite("Answers from documents, by the whole program", .serialized, .timeLimit(.minutes(3)))
struct KnowledgeProcessTests {
    private static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs")

    private func start(_ arguments: [String], in folder: URL) throws -> (process: Process, output: Pipe, errors: Pipe) {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = try MartletProgram.file
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
        try MartletProgram.run(arguments, environment: ["HOME": folder.path, "PATH": "/nonexistent"], in: folder)
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

    @Test("what a .gitignore names is left out, in its folder and above, unless it is asked for")
    func ignored() async throws {
        try await withFolder { folder in
            func write(_ name: String, _ text: String) throws {
                let file = folder.appending(path: name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data(text.utf8).write(to: file)
            }
            try write(".git/HEAD", "ref: refs/heads/main")
            try write(".gitignore", "# made by programs\n*.log.md\n/notes/out/\nnotes/drafts/**\n!notes/keep.log.md\n")
            for name in [
                "a.md", "b.log.md", "keep.log.md", "out/c.md", "deep/out/d.md", "drafts/e.md", "deep/drafts/f.md",
                "deep/own/g.md", "deep/own/h.md", "node_modules/i.md", "cache/j.md", ".build/k.md",
            ] { try write("notes/\(name)", "The file \(name) is about kettles.") }
            try write("notes/deep/own/.gitignore", "h.*\n")
            try write("notes/cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55")
            func indexed(_ arguments: [String]) throws -> [String] {
                let store = "\(UUID().uuidString).db"
                let report = try run(["index"] + arguments + ["--into", store, "--json"], in: folder)
                #expect(report.status == 0, "\(report.errors)")
                let list = try run(["index", "--list", "--into", store], in: folder).output
                return list.split(separator: "\n").compactMap {
                    $0.split(separator: " ").dropFirst().first.map { String($0) }
                }
            }
            #expect(
                try indexed(["notes"]) == [
                    "notes/a.md", "notes/deep/drafts/f.md", "notes/deep/out/d.md", "notes/deep/own/g.md",
                    "notes/keep.log.md",
                ]
            )
            #expect(try indexed(["notes", "--include-ignored"]).count == 9)
            #expect(try indexed(["notes/b.log.md"]) == ["notes/b.log.md"])
        }
    }

    @Test(
        "a file that isn't UTF-8 is named, one in UTF-16 is read, and one that was asked for is never passed over in silence"
    )
    func encodings() async throws {
        try await withFolder { folder in
            let notes = folder.appending(path: "notes")
            try FileManager.default.createDirectory(at: notes, withIntermediateDirectories: true)
            try Data([0x63, 0x61, 0x66, 0xE9]).write(to: notes.appending(path: "latin.txt"))
            try #require("Der Kessel pfeift.".data(using: .utf16)).write(to: notes.appending(path: "wide.txt"))
            try Data([0x7F, 0x45, 0, 0]).write(to: notes.appending(path: "binary.md"))
            let folderRun = try run(["index", "notes", "--into", "k.db"], in: folder)
            #expect(folderRun.status == 1 && folderRun.errors.contains("notes/latin.txt is not UTF-8 text"))
            #expect(folderRun.errors.contains("iconv") && folderRun.output.contains("Passed over: 1 not text"))
            #expect(try run(["search", "Kessel", "--into", "k.db"], in: folder).output.contains("notes/wide.txt"))
            let file = try run(["index", "notes/binary.md", "--into", "k.db"], in: folder)
            #expect(file.status == 1 && file.errors.contains("notes/binary.md holds no text"))
        }
    }

    @Test("PDF files are read by pdftotext, and their pages are named")
    func pages() async throws {
        try await withFolder { folder in
            let tools = folder.appending(path: "tools")
            try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
            func tool(_ script: String) throws {
                let file = tools.appending(path: "pdftotext")
                try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
            }
            try Data("%PDF-1.4 kettle".utf8).write(to: folder.appending(path: "x.pdf"))
            func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
                try MartletProgram.run(arguments, environment: ["HOME": folder.path, "PATH": tools.path], in: folder)
            }
            try tool("printf 'First page.\\f The kettle is on the second page.' > \"$5\"")
            #expect(try run(["index", "x.pdf", "--into", "k.db"]).status == 0)
            #expect(try run(["search", "kettle", "--into", "k.db"]).output.contains("x.pdf, page 2"))
            try tool("exit 3")
            let damaged = try run(["index", "x.pdf", "--into", "other.db"])
            #expect(damaged.status == 1 && damaged.errors.contains("pdftotext can't read x.pdf"))
        }
    }

    @Test("nothing is left of a run that can't begin, and a folder can be searched as it is")
    func beginnings() async throws {
        try await withFolder { folder in
            let notes = folder.appending(path: "notes")
            try FileManager.default.createDirectory(at: notes, withIntermediateDirectories: true)
            let none = try run(["index", "notes", "--into", "k.db"], in: folder)
            #expect(none.status == 1 && none.errors.contains("no document in notes"))
            try Data("# Kettle\n\nDescale it with vinegar.".utf8).write(to: notes.appending(path: "a.md"))
            let model = try run(["index", "notes", "--into", "k.db", "--embedder", "nobody"], in: folder)
            #expect(model.status == 1 && model.errors.contains("martlet pull --list"))
            let address = try run(["index", "notes", "--into", "k.db", "--embedder", "https://host/v1"], in: folder)
            #expect(address.status == 1 && address.errors.contains("https://HOST/v1#MODEL"))
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "k.db").path))
            let found = try run(["search", "How is a kettle descaled?", "--knowledge", "notes"], in: folder)
            #expect(found.status == 0 && found.output.contains("notes/a.md") && found.output.contains("vinegar"))
            let place = try run(["index", "notes", "--into", "notes"], in: folder)
            #expect(place.status == 1 && place.errors.contains("is a folder"))
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
            let program = try MartletProgram.file
            let report = try await ScenarioRunner.run(scenario) { _ in BotProcess(.file(program), folder: folder) }
            #expect(report.failure == nil, "\(report.place ?? "") \(report.failure ?? "")")
        }
    }
}
