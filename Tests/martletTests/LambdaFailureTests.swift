import Foundation
import MartletCore
import MartletSimulator
import Testing

/// What goes wrong with a function: it is killed, cut off, called twice, called too late; nothing is lost, and nothing said twice.
@Suite("A function in trouble", .serialized, .timeLimit(.minutes(10)))
struct LambdaFailureTests {
    private let ada = LambdaWorld.ada
    private let story = """
        - {when: story, pieces: ["word{n} "], repeat: 40, delay: 0.1}
        - {when: novel, pieces: ["word{n} "], repeat: 4000, delay: 0.1}
        - {echo: true}
        """

    @Test("that is killed in the middle of an answer gives it once after its restart", arguments: ["one", "request"])
    func killed(mode: String) async throws {
        try await LambdaWorld.with(story) { world in
            try await world.withFunction(mode: mode) { function in
                try await world.start(function)
                world.simulator.say("a long story", from: ada)
                try await world.reaches { world.shown(in: ada).contains("word5") }
                try await function.kill()
                try await world.start(function)
                let isAnswered = try await world.until {
                    world.simulator.unconfirmedCount == 0 && world.texts().contains { $0.contains("word40") }
                }
                #expect(isAnswered, "\(function.logText.suffix(3000))")
                try await Task.sleep(for: .seconds(2))
                #expect(world.texts().count == 1 && world.texts()[0].contains("word1 word2"), "\(world.texts())")
            }
        }
    }

    @Test("that is told to stop in the middle of an answer ends well, and gives it once after its restart")
    func stopped() async throws {
        try await LambdaWorld.with(story) { world in
            try await world.withFunction { function in
                try await world.start(function)
                world.simulator.say("a novel", from: ada)
                try await world.reaches { world.shown(in: ada).contains("word5") }
                let begin = ContinuousClock.now
                try await function.stop()
                // The answer alone would take minutes.
                #expect(.now - begin < .seconds(60))
                #expect(function.status == 0, "\(function.logText.suffix(2000))")
                try await world.start(function)
                try await world.reaches("\(function.logText.suffix(2000))") {
                    world.script.questionCount >= 2 && world.shown(in: ada).contains("word5")
                }
                world.simulator.say("/stop", from: ada)
                try await world.reaches { world.texts().contains { $0.contains("Stopped") } }
                try await Task.sleep(for: .seconds(2))
                #expect(world.texts().count { $0.contains("word1") } == 1, "\(world.texts())")
            }
        }
    }

    @Test(
        "looks by itself, once it runs again, for what it was at: no emulator has a schedule",
        arguments: ["one", "request"]
    )
    func clock(mode: String) async throws {
        try await LambdaWorld.with(story) { world in
            try await world.withFunction(mode: mode) { function in
                try await world.start(function)
                world.simulator.say("a long story", from: ada)
                try await world.reaches { world.shown(in: ada).contains("word5") }
                _ = await world.simulator.call("deleteWebhook", [:])
                try await function.kill()
                try await function.launch(arguments: [], environment: world.environment)
                try await world.reaches("\(function.logText.suffix(3000))") {
                    world.texts().contains { $0.contains("word40") }
                }
                try await Task.sleep(for: .seconds(2))
                #expect(world.texts().count == 1, "\(world.texts())")
            }
        }
    }

    @Test("says of an answer that it was cut off where the call's time is over")
    func cutOff() async throws {
        try await LambdaWorld.with("- {pieces: [\"word{n} \"], repeat: 400, delay: 0.1}") { world in
            try await world.withFunction(settings: ["AWS_LAMBDA_FUNCTION_TIMEOUT": "6"]) { function in
                try await world.start(function)
                world.simulator.say("an endless story", from: ada)
                try await world.reaches { world.texts().contains { $0.contains("ran out of time") } }
                let text = world.texts().last ?? ""
                #expect(text.contains("word1 word2"))
                #expect(!text.contains("word100"))
                #expect(world.simulator.unconfirmedCount == 0)
                // The next call begins nothing again.
                try await function.invoke(LambdaProcess.schedule)
                #expect(world.texts().count == 1)
            }
        }
    }

    @Test("answers within Telegram's request as far as its own time goes, and is never silent")
    func handlerTimeout() async throws {
        let lines = """
            - {when: story, pieces: ["word{n} "], repeat: 400, delay: 0.1}
            - {hang: true}
            """
        try await LambdaWorld.with(lines) { world in
            try await world.withFunction(mode: "request", settings: ["HANDLER_TIMEOUT": "3"]) { function in
                try await world.start(function)
                world.simulator.say("an endless story", from: ada)
                let isCut = try await world.until {
                    world.simulator.unconfirmedCount == 0 && world.texts().contains { $0.contains("ran out of time") }
                }
                #expect(isCut, "\(function.logText.suffix(2000))")
                #expect(world.texts().last?.contains("word1 word2") == true)
                world.simulator.say("silence", from: ada)
                let isTold = try await world.until {
                    world.simulator.unconfirmedCount == 0 && world.texts().count == 2
                }
                #expect(isTold)
                #expect(world.texts().last?.contains("before I could answer") == true, "\(world.texts())")
            }
        }
    }

    @Test("keeps for the next call what comes when there is no time left")
    func tooLate() async throws {
        try await LambdaWorld.with { world in
            try await world.withFunction { function in
                // A call of a second has no time for an answer.
                try await world.start(function, settings: ["AWS_LAMBDA_FUNCTION_TIMEOUT": "1"])
                world.simulator.say("hello", from: ada)
                try await world.reaches { world.simulator.unconfirmedCount == 0 }
                #expect(world.texts().isEmpty)
                try await function.kill()
                try await world.start(function)
                try await world.reaches("\(function.logText.suffix(2000))") { world.texts() == ["An answer."] }
            }
        }
    }

    @Test("that has no store asks Telegram to come again, and answers when it has one")
    func noStore() async throws {
        try await LambdaWorld.with { world in
            // A file stands where the store's folder should be.
            let obstacle = world.folder.appending(path: "obstacle")
            try Data().write(to: obstacle)
            let settings = ["MARTLET_STORE_PATH": obstacle.appending(path: "store.sqlite").path]
            let function = try LambdaProcess(
                world.simulator,
                folder: world.folder,
                options: ["--environments", "2"],
                settings: settings,
                namesStore: false
            )
            try await world.start(function)
            world.simulator.say("hello", from: LambdaWorld.ada)
            let update = "{\"update_id\": 1, \"message\": {}}"
            let refused = try await function.post(
                "/telegram",
                update,
                headers: ["Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": LambdaProcess.secret]
            )
            #expect(refused.status == 503)
            #expect(world.simulator.unconfirmedCount == 1)
            #expect(world.texts().isEmpty)
            try FileManager.default.removeItem(at: obstacle)
            try await world.reaches("\(function.logText.suffix(2000))") {
                world.texts() == ["An answer."] && world.simulator.unconfirmedCount == 0
            }
            try await function.kill()
        }
    }

    @Test("that has no model loses nothing", arguments: ["one", "request"])
    func noModel(mode: String) async throws {
        try await LambdaWorld.with { world in
            try await world.withFunction(mode: mode) { function in
                try await world.start(function, settings: ["MODEL_NAME": "", "MARTLET_MODEL": "/nowhere/model.gguf"])
                world.simulator.say("hello", from: ada)
                try await world.reaches { function.logText.contains("update") || function.logText.contains("model") }
                try await Task.sleep(for: .seconds(1))
                #expect(world.texts().isEmpty)
                try await function.kill()
                try await world.start(function)
                let isAnswered = try await world.until {
                    world.texts() == ["An answer."] && world.simulator.unconfirmedCount == 0
                }
                #expect(isAnswered, "\(world.texts()) \(function.logText.suffix(2000))")
            }
        }
    }

    @Test("takes nothing from whoever has no secret or a wrong one, and what came meanwhile when the secret is right")
    func secret() async throws {
        try await LambdaWorld.with { world in
            try await world.withFunction { function in
                try await world.start(function)
                try await function.takeWebhook(secret: "another")
                world.simulator.say("hello", from: ada)
                try await world.reaches { function.logText.contains("wrong secret") }
                #expect(world.simulator.unconfirmedCount == 1)
                #expect(world.texts().isEmpty)
                try await function.takeWebhook()
                try await world.reaches { world.texts() == ["An answer."] }
            }
        }
    }

    @Test("answers what two environments get of one chat, once and in order")
    func twoEnvironments() async throws {
        try await LambdaWorld.with("- {echo: true, delay: 0.3}") { world in
            try await world.withFunction { first in
                try await world.withFunction { second in
                    try await world.start(second)
                    try await world.start(first)
                    for round in 1...6 {
                        world.simulator.say("message \(round) of six", from: ada)
                        world.simulator.say("other \(round)", from: LambdaWorld.boris)
                        // Acknowledged at once, and then the other one's turn comes.
                        try await world.reaches { world.simulator.unconfirmedCount == 0 }
                        try await (round.isMultiple(of: 2) ? first : second).takeWebhook()
                    }
                    let wanted = (1...6).map { "message \($0) of six" }
                    let areAnswered = try await world.until(within: 240) {
                        world.texts().count >= 6 && world.texts(LambdaWorld.boris).count >= 6
                    }
                    #expect(areAnswered, "\(world.texts()) \(world.texts(LambdaWorld.boris))")
                    try await Task.sleep(for: .seconds(1))
                    #expect(world.texts() == wanted)
                    #expect(world.texts(LambdaWorld.boris) == (1...6).map { "other \($0)" })
                }
            }
        }
    }

    @Test("stops an answer that another environment gives, and leaves out what waits behind it")
    func stopElsewhere() async throws {
        try await LambdaWorld.with("- {when: story, pieces: [\"word{n} \"], repeat: 4000, delay: 0.1}\n- {echo: true}")
        {
            world in
            try await world.withFunction { first in
                try await world.withFunction { second in
                    try await world.start(second)
                    try await world.start(first)
                    world.simulator.say("an endless story", from: ada)
                    try await world.reaches { world.shown(in: ada).contains("word9") }
                    try await second.takeWebhook()
                    world.simulator.say("left behind", from: ada)
                    try await world.reaches { world.simulator.unconfirmedCount == 0 }
                    world.simulator.say("/stop", from: ada)
                    // All of it would take minutes.
                    try await world.reaches { world.texts().contains { $0.contains("Stopped") } }
                    world.simulator.say("hello again", from: ada)
                    try await world.reaches { world.texts().contains("hello again") }
                    #expect(!world.texts().contains("left behind"))
                }
            }
        }
    }
}
