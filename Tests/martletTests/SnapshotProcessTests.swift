import Foundation
import Testing

/// Prompts that are kept from one process to the next, with the model in the box.
@Suite("Prompts on disk, from process to process", .timeLimit(.minutes(2)))
struct SnapshotProcessTests {
    private let persona =
        "You are a small bird that lives in a box. You answer every question in one short sentence, you never lie, you "
        + "like seeds and rain, and you are afraid of cats. When you do not know something, you say that you are a bird."

    /// What a run of the program printed, and how it ended.
    private func run(_ arguments: [String], folder: URL) throws -> (output: String, status: Int32) {
        let run = try MartletProgram.run(arguments, environment: ["HOME": folder.path])
        return (run.output, run.status)
    }

    @Test("a baked persona is there for the next process, is listed, and can be cleared")
    func bake() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        struct Report: Decodable {
            let tokens: Int
            let bytes: Int
            let wasKept: Bool
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let reports = try (0..<2).map { _ in
            let (output, status) = try run(["bake", "--system-text", persona, "--json"], folder: folder)
            #expect(status == 0)
            return try decoder.decode(Report.self, from: Data(output.utf8))
        }
        #expect(reports.map(\.wasKept) == [false, true])
        #expect(reports[0].tokens >= 32 && reports[0].bytes > 0 && reports[0].tokens == reports[1].tokens)
        let directory = folder.appending(path: ".cache/martlet/snapshots").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 1)
        let list = try run(["snapshots", "list"], folder: folder)
        #expect(list.status == 0 && list.output.contains(" \(reports[0].tokens) "))
        #expect(try run(["snapshots", "clear"], folder: folder).output.hasPrefix("Removed 1 file,"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
    }

    @Test(
        "arguments that contradict each other are refused",
        arguments: [
            ["bake"], ["bake", "--system", "a", "--system-text", "b"],
            ["bake", "--system-text", "a", "--no-snapshots"],
            ["chat", "--no-snapshots", "--snapshots", "x"], ["chat", "--snapshot-limit", "many"],
        ]
    )
    func contradictions(_ arguments: [String]) throws {
        #expect(try run(arguments, folder: FileManager.default.temporaryDirectory).status == 2)
    }
}
