import Foundation
import MartletSimulator
import Testing
import martlet

/// What users of bots complain about, played against the whole program.
@Suite("The scenarios", .serialized, .timeLimit(.minutes(5)))
struct ScenarioFileTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scenarios")

    private static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    private static func read(_ name: String) throws -> Scenario {
        try Scenario(yaml: String(contentsOf: folder.appending(path: name + ".yaml"), encoding: .utf8))
    }

    @Test("can all be read")
    func readable() throws {
        for name in Self.names { #expect(throws: Never.self) { _ = try Self.read(name) } }
        #expect(Self.names.count >= 15)
    }

    @Test("pass", arguments: names)
    func pass(name: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = try MartletProgram.file
        let scenario = try Self.read(name)
        let report = try await ScenarioRunner.run(scenario) { _ in
            BotProcess(.file(program), folder: folder, files: scenario.botFiles)
        }
        #expect(report.failure == nil, "\(report.place ?? "")")
    }
}
