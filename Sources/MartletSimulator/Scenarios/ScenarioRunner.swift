import MartletCore

/// Plays a scenario against a bot.
public struct ScenarioRunner {
    private let scenario: Scenario
    private let simulator: TelegramSimulator
    private let script: ModelScript
    private let server: SimulatorServer
    private let bot: any BotUnderTest

    private struct Failure: Error {
        var place: String
        var reason: String
    }

    /// Plays a scenario from its opening to its end, in a world of its own.
    /// - Parameter makeBot: Makes a bot that has never run, for a scenario's server.
    public static func run(
        _ scenario: Scenario,
        makeBot: (SimulatorServer) throws -> any BotUnderTest
    ) async throws -> ScenarioReport {
        let clock = VirtualClock(start: .present, isManual: scenario.hasManualClock)
        let simulator = TelegramSimulator(rules: scenario.rules, clock: clock)
        let script = ModelScript(scenario.model)
        let begin = ContinuousClock.now
        var report = ScenarioReport(name: scenario.name, duration: .zero, callCount: 0)
        try await SimulatorServer.withServer(simulator, script: script) { server in
            let bot = try makeBot(server)
            let runner = ScenarioRunner(
                scenario: scenario,
                simulator: simulator,
                script: script,
                server: server,
                bot: bot
            )
            do {
                try await runner.play()
            } catch let failure as Failure {
                report.failure = failure.reason
                report.place = failure.place
            }
            if bot.isRunning { try await bot.kill() }
        }
        report.duration = .now - begin
        report.callCount = simulator.calls.count
        return report
    }

    private func play() async throws {
        for (index, act) in scenario.opening.enumerated() { try perform(act, at: "opening[\(index)]", round: 1) }
        if !startsLater { try await start() }
        try await play(scenario.steps, at: "steps", round: 1)
    }

    /// Whether the bot is not there at first: a scenario that starts it before it ends it says when itself.
    private var startsLater: Bool {
        for step in scenario.steps {
            switch step {
            case .start: return true
            case .stop, .kill: return false
            default: continue
            }
        }
        return false
    }

    private func play(_ steps: [Scenario.Step], at place: String, round: Int) async throws {
        for (index, step) in steps.enumerated() {
            let place = "\(place)[\(index)]"
            switch step {
            case .act(let act): try perform(act, at: place, round: round)
            case .wait(let duration): try await wait(duration)
            case .expect(let expectation): try await check(expectation, at: place)
            case .start: try await start()
            case .stop:
                try await bot.stop()
                if bot.isRunning { throw Failure(place: place, reason: "the bot does not end") }
            case .kill: try await bot.kill()
            case .model(let lines): script.set(lines)
            case .repeat(let times, let steps):
                for round in 1...times { try await play(steps, at: place, round: round) }
            }
        }
    }

    private func start() async throws {
        try await bot.start(
            arguments: scenario.botArguments,
            environment: [
                "TELEGRAM_TOKEN": simulator.token, "TELEGRAM_API_BASE_URL": server.baseURL,
                "TELEGRAM_POLL_TIMEOUT": "2", "OPENAI_API_KEY": "scripted", "OPENAI_BASE_URL": server.baseURL + "/v1",
                "MODEL_NAME": "scripted",
            ].merging(scenario.botEnvironment) { $1 }
        )
    }

    private func perform(_ act: JSONObject, at place: String, round: Int) throws {
        var act = act
        for name in ["text", "title", "name"] {
            if let text = act[name]?.string { act[name] = .string(text.replacing("{n}", with: "\(round)")) }
        }
        do throws(SimulatorActError) {
            try simulator.act(try resolve(act))
        } catch {
            throw Failure(place: place, reason: error.description)
        }
    }

    /// Fills in what a file cannot know: the number of the last message, its buttons, the last draft and question.
    private func resolve(_ act: JSONObject) throws(SimulatorActError) -> JSONObject {
        var act = act
        let chat = act["chat_id"]?.integer ?? act["from"]?.integer ?? scenario.standardChat
        let messages = simulator.messages(in: chat)
        for name in ["message_id", "reply_to"] where act[name] == "last" {
            guard let last = messages.last else { throw SimulatorActError("the bot has said nothing in chat \(chat)") }
            act[name] = .integer(last.id)
        }
        if act["message_id"] == "mine" || act["reply_to"] == "mine" {
            guard let mine = simulator.allMessages(in: chat).last(where: { !$0.isByBot })?.message else {
                throw SimulatorActError("nobody has said anything in chat \(chat)")
            }
            for name in ["message_id", "reply_to"] where act[name] == "mine" { act[name] = .integer(mine.id) }
        }
        if let list = act["message_ids"]?.array {
            let mine = simulator.allMessages(in: chat).last { !$0.isByBot && !$0.message.isDeleted }?.message.id
            act["message_ids"] = .array(
                list.map { id in
                    switch id {
                    case "last": messages.last.map { .integer($0.id) } ?? id
                    case "mine": mine.map { .integer($0) } ?? id
                    default: id
                    }
                }
            )
        }
        if act["act"] == "press", let wanted = act["data"]?.string {
            let buttons = messages.first { .integer($0.id) == act["message_id"] }?.buttons.flatMap { $0 } ?? []
            // A file names a button by what people read on it.
            let button = buttons.first { $0["text"]?.string?.contains(wanted) == true }
            act["data"] = button?["callback_data"] ?? act["data"]
        }
        if act["act"] == "stopDraft", act["draft_id"] == "last" {
            let draft = simulator.look { $0.drafts.values.filter { $0.key.chat == chat }.max { $0.date < $1.date } }
            guard let draft else { throw SimulatorActError("there is no draft in chat \(chat)") }
            act["draft_id"] = .integer(draft.key.draft)
        }
        return act
    }

    private func wait(_ duration: Duration) async throws {
        guard simulator.clock.isManual else { return try await Task.sleep(for: duration) }
        try simulator.act(["act": "advanceClock", "seconds": .number(duration.inSeconds)])
    }

    private func check(_ expectation: Expectation, at place: String) async throws {
        func failure() -> String? {
            expectation.failure(.init(simulator: simulator, script: script, isRunning: bot.isRunning))
        }
        if try await !simulator.wait(timeout: expectation.within, until: { failure() == nil }) {
            throw Failure(place: place, reason: failure() ?? "it became so too late")
        }
        guard expectation.holdsFor > .zero else { return }
        var reason: String?
        let broke = try await simulator.wait(timeout: expectation.holdsFor) {
            reason = failure()
            return reason != nil
        }
        if broke { throw Failure(place: place, reason: "it did not stay so: " + (reason ?? "")) }
    }
}
