import Foundation
import MartletAWS
import MartletConversation
import MartletCore
import MartletSimulator
import MartletStore
import Testing

/// The function as Lambda runs it: a program of its own that asks for its invocations, and is ended when it takes too long.
@Suite("A function in Lambda's hands", .serialized, .timeLimit(.minutes(5)))
struct LambdaHostedTests {
    private static func event(_ text: String, number: Int, secret: String?) -> String {
        let update: JSONValue = [
            "update_id": .integer(Int64(number)),
            "message": [
                "message_id": .integer(Int64(number)), "date": .integer(Int64(Date().timeIntervalSince1970)),
                "text": .string(text), "from": ["id": 11, "is_bot": false, "first_name": "Ada", "language_code": "en"],
                "chat": ["id": 11, "type": "private", "first_name": "Ada"],
            ],
        ]
        var headers: JSONObject = ["content-type": "application/json"]
        if let secret { headers["x-telegram-bot-api-secret-token"] = .string(secret) }
        let event: JSONValue = [
            "version": "2.0", "rawPath": "/", "headers": .object(headers),
            "requestContext": [
                "http": ["method": "POST", "path": "/"], "domainName": "x.lambda-url.eu-west-1.on.aws",
            ],
            "body": .string(update.text), "isBase64Encoded": false,
        ]
        return event.text
    }

    @Test("needs no home and no secret of its own, takes nothing without the right one, and answers after a restart")
    func hosted() async throws {
        try await LambdaWorld.with("- {say: An answer.}") { world in
            world.simulator.say("/start", from: LambdaWorld.ada)
            var settings = LambdaEmulator.Settings()
            settings.port = 0
            settings.memoryMegabytes = 512
            settings.timeout = .seconds(120)
            let environment = world.environment.merging([
                "TELEGRAM_WEBHOOK_SECRET": LambdaProcess.secret,
                "MARTLET_STORE_PATH": world.folder.appending(path: "store.sqlite").path, "LAMBDA_METRICS": "no",
            ]) { $1 }
            let emulator = LambdaEmulator(
                settings,
                runtime: .program(try MartletProgram.file.path, arguments: ["lambda"], environment: environment)
            )
            try await emulator.run { running in
                func call(_ event: String) async -> JSONValue {
                    let outcome = await running.invoke(Array(event.utf8))
                    return (try? JSONValue(parsing: outcome.body)) ?? .null
                }
                #expect(await call(Self.event("hello", number: 1, secret: nil))["statusCode"]?.integer == 401)
                #expect(await call(Self.event("hello", number: 1, secret: "wrong"))["statusCode"]?.integer == 401)
                let taken = await call(Self.event("hello", number: 1, secret: LambdaProcess.secret))
                #expect(taken["statusCode"]?.integer == 200, "\(taken.text)")
                try await world.reaches { world.texts() == ["An answer."] }
                #expect(
                    await call(Self.event("hello", number: 1, secret: LambdaProcess.secret))["statusCode"]?.integer
                        == 200
                )
                #expect(await call("{\"hello\": 1}")["errorType"]?.string == "Martlet.UnknownEvent")
                #expect(await call("{\"hello\": ")["errorType"]?.string == "Martlet.InvalidEvent")
                #expect(await call("{\"source\": \"aws.ecs\"}")["errorType"]?.string == "Martlet.UnknownEvent")
                try await Task.sleep(for: .milliseconds(500))
                #expect(world.texts().count == 1)
            }
        }
    }

    @Test("answers out of the queue, and then what a call began that is gone; what has its own turn there waits for it")
    func leftovers() async throws {
        try await LambdaWorld.with("- {echo: true}") { world in
            let people = [LambdaWorld.ada, LambdaWorld.boris, SimulatedUser(id: 33, name: "Clara", languageCode: "en")]
            for person in people { world.simulator.say("/start", from: person) }
            let bot = BotID(try #require(world.simulator.token.split(separator: ":").first.flatMap { Int64($0) }))
            let path = world.folder.appending(path: "store.sqlite").path
            let store = try SQLiteConversationStore(path: path)
            let updates = people.enumerated().map { index, person in
                let id = EventID(bot: bot, update: Int64(500 + index))
                let event = InboundEvent(
                    id: id,
                    key: ConversationKey(bot: bot, chat: ChatID(person.id)),
                    isPrivate: true,
                    message: MessageID(1),
                    sender: .init(id: UserID(person.id), name: person.name, languageCode: "en"),
                    date: Date(),
                    content: .text("for \(person.name)")
                )
                return ReceivedUpdate(id: id, meaning: .event(event))
            }
            _ = try await store.accept(updates)
            // Boris's answer was begun a minute ago, by a call that is gone.
            let gone = Lease(owner: "gone", taken: Date(timeIntervalSinceNow: -60), lasting: .seconds(5))
            _ = try await store.beginAnswer(to: updates[1].id, joining: [], lease: gone)
            try store.close()
            var settings = LambdaEmulator.Settings()
            settings.port = 0
            settings.timeout = .seconds(120)
            let environment = world.environment.merging([
                "MARTLET_STORE_PATH": path, "LAMBDA_METRICS": "no", "LAMBDA_MODE": "worker",
            ]) { $1 }
            let emulator = LambdaEmulator(
                settings,
                runtime: .program(try MartletProgram.file.path, arguments: ["lambda"], environment: environment)
            )
            try await emulator.run { running in
                let record = QueueRecord(
                    messageID: "first",
                    receiptHandle: "",
                    body: "{\"bot\":\(bot.rawValue),\"update\":500}",
                    attributes: ["ApproximateReceiveCount": "5"]
                )
                let outcome = await running.invoke(QueueMapping.event([record]))
                // However often it was received: nobody had begun it, and now it is answered.
                let text = String(decoding: outcome.body, as: UTF8.self)
                #expect(QueueBatchResponse(outcome.body)?.failedMessageIDs == [], "\(text)")
                #expect(world.texts().last == "for Ada")
                try await world.reaches { world.texts(LambdaWorld.boris).last == "for Boris" }
                try await Task.sleep(for: .seconds(1))
                #expect(world.texts(people[2]).isEmpty)
                // A turn that was answered long ago is put aside where it comes for the last time, and left out before.
                let again = await running.invoke(QueueMapping.event([record]))
                #expect(QueueBatchResponse(again.body)?.failedMessageIDs == ["first"])
            }
        }
    }
}
