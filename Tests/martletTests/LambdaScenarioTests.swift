import Foundation
import MartletSimulator
import Testing

/// The scenarios of the bot, played against it as a function, by webhook.
@Suite("The scenarios against a function", .serialized, .timeLimit(.minutes(10)))
struct LambdaScenarioTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scenarios")

    static func read(_ name: String) throws -> Scenario {
        try Scenario(yaml: String(contentsOf: folder.appending(path: name + ".yaml"), encoding: .utf8))
    }

    private func play(_ name: String, mode: String) async throws {
        let scenario = try Self.read(name)
        try await withFolder { folder in
            var log = ""
            let report = try await ScenarioRunner.run(scenario) { server in
                let function = try LambdaProcess(
                    server.simulator,
                    folder: folder,
                    options: ["--mode", mode, "--environments", "8"]
                )
                log = function.logPath
                return function
            }
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            #expect(report.failure == nil, "\(report.place ?? ""): \(text.suffix(2000))")
        }
    }

    @Test(
        "pass against one function",
        arguments: [
            "01-rate-limited-while-streaming", "02-entities-never-refused", "03-topics-do-not-mix",
            "04-long-answers-are-split-well", "05-bursts-are-one-turn", "05b-a-long-paste-is-one-turn",
            "06-stop-stops-at-once", "07-killed-between-ack-and-answer", "08-strangers-are-turned-away",
            "09-budgets-hold", "10-privacy-mode-is-explained", "11-duplicate-updates-are-answered-once",
            "12-model-is-switched-per-chat", "13-voice-is-met-kindly", "14-thinking-never-leaks",
            "16-lost-acknowledgements", "17-a-group-becomes-a-supergroup", "18-updates-live-a-day",
            "19-webhooks-lose-nothing",
        ]
    )
    func one(name: String) async throws { try await play(name, mode: "one") }

    // What is said while an answer is made within a request comes when that request is answered: 06 and 07 are about that.
    @Test(
        "pass against answers within the request",
        arguments: [
            "02-entities-never-refused", "03-topics-do-not-mix", "09-budgets-hold",
            "11-duplicate-updates-are-answered-once", "13-voice-is-met-kindly", "14-thinking-never-leaks",
            "17-a-group-becomes-a-supergroup", "19-webhooks-lose-nothing",
        ]
    )
    func request(name: String) async throws { try await play(name, mode: "request") }
}

/// Runs `body` with a folder that is gone afterwards.
func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
