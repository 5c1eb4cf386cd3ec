import MartletCore
import MartletSimulator
import Testing

/// A bot that lives in the test: it repeats what it hears, each message once.
private final class EchoBot: BotUnderTest {
    private let simulator: TelegramSimulator
    private var task: Task<Void, Never>?

    init(_ simulator: TelegramSimulator) {
        self.simulator = simulator
    }

    var isRunning: Bool { task != nil }

    func start(arguments: [String], environment: [String: String]) async throws {
        let simulator = simulator
        task = Task {
            var offset: Int64 = 0
            while !Task.isCancelled {
                let answer = await simulator.call("getUpdates", ["offset": .integer(offset), "timeout": 1])
                for update in answer?.answer["result"]?.array ?? [] {
                    offset = (update["update_id"]?.integer ?? 0) + 1
                    guard let message = update["message"], let text = message["text"] else { continue }
                    _ = await simulator.call("sendMessage", ["chat_id": message["chat"]?["id"] ?? .null, "text": text])
                }
            }
        }
    }

    func stop() async throws { try await kill() }

    func kill() async throws {
        task?.cancel()
        await task?.value
        task = nil
    }
}

@Suite("A scenario", .timeLimit(.minutes(1)))
struct ScenarioTests {
    /// Why a scenario fails with a bot that repeats what it hears; nil where it passes.
    private func play(_ steps: String, head: String = "") async throws -> String? {
        let scenario = try Scenario(yaml: "name: test\n\(head)steps:\n\(steps)")
        let report = try await ScenarioRunner.run(scenario) { EchoBot($0.simulator) }
        return report.failure.map { "\(report.place ?? ""): \($0)" }
    }

    @Test("passes where the bot does what is expected, and says why where it does not")
    func verdicts() async throws {
        #expect(
            try await play(
                "  - say: hello\n  - expect: {texts: [hello], count: 1, refused: 0, calls: {method: sendMessage, count: 1}}"
            ) == nil
        )
        #expect(
            try await play("  - say: hello\n  - expect: {last: bye, within: 0.2}")
                == "steps[1]: last: the last message is \"hello\""
        )
        #expect(
            try await play(
                "  - say: hello\n  - expect: {count: 1}\n  - say: more\n  - expect: {at_most: 1, holds_for: 2, within: 0.2}"
            )?
            .hasPrefix("steps[3]: ") == true
        )
        #expect(
            try await play(
                "  - kill\n  - say: hello\n  - expect: {running: false, unconfirmed: 1}\n  - start\n  - expect: {texts: [hello]}"
            ) == nil
        )
        #expect(
            try await play(
                "  - repeat: {times: 3, steps: [{say: 'm{n}'}]}\n  - expect: {order: [m1, m2, m3], whole: m1m2m3}"
            ) == nil
        )
        #expect(
            try await play("  - say: {text: x, from: 99}") == "steps[0]: there is no user 99; add them with \"addUser\""
        )
    }

    @Test("plays hours at once on a clock that is turned")
    func clock() async throws {
        let steps = "  - stop\n  - say: old\n  - wait: 90000\n  - say: fresh\n  - start\n  - expect: {texts: [fresh]}"
        #expect(try await play(steps, head: "clock: manual\n") == nil)
    }

    @Test(
        "names the place of a slip and the nearest name",
        arguments: [
            ("stesp: []", "scenario: unknown \"stesp\"; did you mean \"steps\"?"),
            ("steps: []", "scenario: it needs a \"name\""),
            ("name: x\nsteps: [{sya: hi}]", "steps[0]: unknown step \"sya\"; did you mean \"say\"?"),
            ("name: x\nsteps: [{expect: {txets: [a]}}]", "steps[0].expect: unknown \"txets\"; did you mean \"texts\"?"),
            ("name: x\nsteps: [{expect: {count: many}}]", "steps[0].expect: \"count\" is a whole number"),
            ("name: x\nsteps: [{say: {txt: a}}]", "steps[0]: \"say\" has no member \"txt\"; did you mean \"text\"?"),
            ("name: x\nmodel: [{sya: a}]\nsteps: []", "model[0]: unknown \"sya\"; did you mean \"say\"?"),
            ("name: x\nname: y", "\"name\" stands twice in one place"),
            ("name: x\nsteps: [{wait: soon}]", "steps[0]: \"wait\" is a number of seconds"),
            ("", "the file is empty"), ("name: x\nclock: slow\nsteps: []", "scenario: \"clock\" is real or manual"),
        ]
    )
    func slips(yaml: String, expected: String) {
        #expect {
            _ = try Scenario(yaml: yaml)
        } throws: { error in
            let description = (error as? ScenarioError)?.description ?? ""
            return description == expected || (expected.contains("twice") && !description.isEmpty)
        }
    }
}
