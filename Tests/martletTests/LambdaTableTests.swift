import Foundation
import Logging
import MartletAWS
import MartletCore
import MartletSimulator
import Testing

/// Functions whose store is a table of DynamoDB, and whose secrets are elsewhere.
@Suite(
    "A function on AWS",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(
        if: LambdaQueue.endpoint != nil,
        "MARTLET_MOTO_URL names no server that stands for AWS; scripts/moto starts one"
    )
)
struct LambdaTableTests {
    private let ada = LambdaWorld.ada

    /// Makes a table of its own, and gives the settings that name it.
    private func makeTable() async throws -> [String: String] {
        let name = "martlet-\(UUID().uuidString.prefix(8))"
        let client = LambdaQueue.client
        _ = try await DynamoDBTableDefinition(name: name, hasPointInTimeRecovery: false).create(on: client)
        return LambdaQueue.environment.merging(["MARTLET_STORE_PATH": "dynamodb:\(name)"]) { $1 }
    }

    @Test(
        "passes the scenarios",
        arguments: [
            "02-entities-never-refused", "03-topics-do-not-mix", "05-bursts-are-one-turn", "06-stop-stops-at-once",
            "07-killed-between-ack-and-answer", "08-strangers-are-turned-away", "09-budgets-hold",
            "11-duplicate-updates-are-answered-once", "17-a-group-becomes-a-supergroup", "19-webhooks-lose-nothing",
        ]
    )
    func scenarios(name: String) async throws {
        let scenario = try LambdaScenarioTests.read(name)
        let settings = try await makeTable()
        try await withFolder { folder in
            var function: LambdaProcess?
            let report = try await ScenarioRunner.run(scenario) { server in
                let made = try LambdaProcess(
                    server.simulator,
                    folder: folder,
                    options: ["--environments", "8"],
                    settings: settings,
                    namesStore: false
                )
                function = made
                return made
            }
            #expect(report.failure == nil, "\(report.place ?? ""): \(function?.logText.suffix(3000) ?? "")")
        }
    }

    @Test("answers what two environments get of one chat, once and in order")
    func twoEnvironments() async throws {
        let settings = try await makeTable()
        try await LambdaWorld.with("- {echo: true, delay: 0.2}") { world in
            try await world.withFunction(settings: settings, namesStore: false) { first in
                try await world.withFunction(settings: settings, namesStore: false) { second in
                    try await world.start(second)
                    try await world.start(first)
                    for round in 1...5 {
                        world.simulator.say("message \(round) of five", from: ada)
                        try await world.reaches { world.simulator.unconfirmedCount == 0 }
                        try await (round.isMultiple(of: 2) ? first : second).takeWebhook()
                    }
                    try await world.reaches(within: 240, "\(world.texts()) \(first.logText.suffix(2000))") {
                        world.texts().count >= 5
                    }
                    try await Task.sleep(for: .seconds(1))
                    #expect(world.texts() == (1...5).map { "message \($0) of five" })
                }
            }
        }
    }

    @Test("that is killed in the middle of an answer gives it once after its restart")
    func killed() async throws {
        let settings = try await makeTable()
        try await LambdaWorld.with("- {pieces: [\"word{n} \"], repeat: 40, delay: 0.1}") { world in
            try await world.withFunction(settings: settings, namesStore: false) { function in
                try await world.start(function)
                world.simulator.say("a long story", from: ada)
                try await world.reaches("\(function.logText.suffix(2000))") { world.shown(in: ada).contains("word5") }
                try await function.kill()
                try await world.start(function)
                try await world.reaches("\(function.logText.suffix(2000))") {
                    world.texts().contains { $0.contains("word40") }
                }
                try await Task.sleep(for: .seconds(2))
                #expect(world.texts().count == 1, "\(world.texts())")
            }
        }
    }

    @Test("takes its token, its secret and its model's key from where they are kept, and shows none of them")
    func secrets() async throws {
        let name = "martlet-\(UUID().uuidString.prefix(8))"
        try await LambdaWorld.with("- {say: An answer.}") { world in
            let values: JSONValue = [
                "TOKEN": .string(world.simulator.token), "WEBHOOK": .string(LambdaProcess.secret),
                "KEY": "hidden-model-key",
            ]
            _ = try await LambdaQueue.client.call(
                AWSOperation(
                    service: "secretsmanager",
                    target: "secretsmanager.CreateSecret",
                    jsonVersion: "1.1",
                    isIdempotent: false
                ),
                ["Name": .string(name), "SecretString": .string(values.text)]
            )
            let settings = LambdaQueue.environment.merging([
                "TELEGRAM_TOKEN": "secretsmanager:\(name)#TOKEN", "OPENAI_API_KEY": "secretsmanager:\(name)#KEY",
                "TELEGRAM_WEBHOOK_SECRET": "secretsmanager:\(name)#WEBHOOK",
            ]) { $1 }
            try await world.withFunction(settings: settings) { function in
                try await world.start(function)
                world.simulator.say("hello", from: ada)
                try await world.reaches("\(function.logText.suffix(2000))") { world.texts() == ["An answer."] }
                for hidden in ["hidden-model-key", LambdaProcess.secret, world.simulator.token] {
                    #expect(!function.logText.contains(hidden))
                }
            }
        }
    }
}
