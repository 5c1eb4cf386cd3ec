import Foundation
import MartletSimulator
import Testing
import martlet

/// What users of bots complain about, played against the whole program.
@Suite("The scenarios", .serialized, .timeLimit(.minutes(5)))
struct ScenarioFileTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scenarios")

    /// Scenarios of what the bot cannot do yet.
    private static let awaited: Set<String> = [
        "02-entities-never-refused", "03-topics-do-not-mix", "05-bursts-are-one-turn", "05b-a-long-paste-is-one-turn",
        "06-stop-stops-at-once", "08-strangers-are-turned-away", "09-budgets-hold", "10-privacy-mode-is-explained",
        "12-model-is-switched-per-chat", "13-voice-is-met-kindly", "14-thinking-never-leaks",
        "17-a-group-becomes-a-supergroup", "19-webhooks-lose-nothing",
    ]

    private static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    private static func read(_ name: String) throws -> Scenario {
        try Scenario(yaml: String(contentsOf: folder.appending(path: name + ".yaml"), encoding: .utf8))
    }

    @Test("can all be read, and those that are awaited are there")
    func readable() throws {
        for name in Self.names { #expect(throws: Never.self) { _ = try Self.read(name) } }
        #expect(Self.awaited.subtracting(Self.names).isEmpty)
        #expect(Self.names.count >= 15)
    }

    @Test("pass", arguments: names.filter { !awaited.contains($0) })
    func pass(name: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "martlet")
        let report = try await ScenarioRunner.run(Self.read(name)) { _ in
            BotProcess(.file(program), folder: folder)
        }
        #expect(report.failure == nil, "\(report.place ?? "")")
    }
}
