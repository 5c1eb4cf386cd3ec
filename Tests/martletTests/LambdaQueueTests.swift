import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletCore
import MartletSimulator
import Testing

/// Front and worker with a queue of SQS between them.
@Suite(
    "Front and worker",
    .serialized,
    .timeLimit(.minutes(20)),
    .enabled(
        if: LambdaQueue.endpoint != nil,
        "MARTLET_MOTO_URL names no server that stands for AWS; scripts/moto starts one"
    )
)
struct LambdaQueueTests {
    private let ada = LambdaWorld.ada

    /// A front, a worker and their queue in a world.
    private func withPair(
        _ lines: String = "- {echo: true}",
        receives: Int = 5,
        visibility: Duration = .seconds(6),
        _ body: (LambdaWorld, LambdaPair, LambdaQueue) async throws -> Void
    ) async throws {
        try await LambdaWorld.with(lines) { world in
            let queue = try await LambdaQueue.make(receives: receives, visibility: visibility)
            let pair = try LambdaPair(world.simulator, folder: world.folder, queue: queue, receives: receives)
            do {
                try await pair.start(arguments: [], environment: world.environment)
                try await body(world, pair, queue)
            } catch {
                try await pair.kill()
                throw error
            }
            try await pair.kill()
        }
    }

    @Test(
        "pass the scenarios",
        arguments: [
            "02-entities-never-refused", "03-topics-do-not-mix", "06-stop-stops-at-once", "09-budgets-hold",
            "11-duplicate-updates-are-answered-once", "13-voice-is-met-kindly", "14-thinking-never-leaks",
        ]
    )
    func scenarios(name: String) async throws {
        let scenario = try LambdaScenarioTests.read(name)
        try await withFolder { folder in
            let queue = try await LambdaQueue.make(receives: 5, visibility: .seconds(20))
            var pair: LambdaPair?
            let report = try await ScenarioRunner.run(scenario) { server in
                let made = try LambdaPair(server.simulator, folder: folder, queue: queue, receives: 5)
                pair = made
                return made
            }
            #expect(report.failure == nil, "\(report.place ?? ""): \(pair?.logText.suffix(3000) ?? "")")
        }
    }

    @Test("keep the order of a chat, and answer several chats side by side")
    func order() async throws {
        try await withPair("- {echo: true, delay: 0.1}") { world, pair, _ in
            for round in 1...4 {
                world.simulator.say("message \(round)", from: ada)
                world.simulator.say("other \(round)", from: LambdaWorld.boris)
            }
            let areAnswered = try await world.until(within: 240) {
                world.texts().count >= 4 && world.texts(LambdaWorld.boris).count >= 4
            }
            #expect(areAnswered, "\(world.texts()) \(pair.logText.suffix(3000))")
            #expect(world.texts() == (1...4).map { "message \($0)" })
            #expect(world.texts(LambdaWorld.boris) == (1...4).map { "other \($0)" })
        }
    }

    @Test("answer once what a worker was at when it was killed")
    func killedWorker() async throws {
        let story = "- {when: story, pieces: [\"word{n} \"], repeat: 40, delay: 0.1}\n- {echo: true}"
        try await withPair(story) { world, pair, _ in
            world.simulator.say("a long story", from: ada)
            try await world.reaches("\(pair.logText.suffix(3000))") { world.shown(in: ada).contains("word5") }
            try await pair.worker.kill()
            world.simulator.say("and this", from: ada)
            try await world.reaches { world.simulator.unconfirmedCount == 0 }
            try await pair.worker.launch(arguments: [], environment: world.environment)
            let isAnswered = try await world.until(within: 240) { world.texts().contains("and this") }
            #expect(isAnswered, "\(world.texts()) \(pair.logText.suffix(3000))")
            try await Task.sleep(for: .seconds(2))
            #expect(world.texts().count == 2 && world.texts()[0].contains("word40"), "\(world.texts())")
        }
    }

    @Test("lose nothing while there is no queue: Telegram is asked to come again until it is passed on")
    func noQueue() async throws {
        try await withPair { world, pair, queue in
            try await queue.remove()
            world.simulator.say("hello", from: ada)
            try await world.reaches { pair.front.logText.contains("could not be put into the queue") }
            #expect(world.simulator.unconfirmedCount == 1)
            try await queue.apply()
            let isAnswered = try await world.until(within: 240) { world.texts() == ["hello"] }
            #expect(isAnswered, "\(pair.logText.suffix(3000))")
            // The worker's clock may have found it before the front hears of it again.
            try await world.reaches { world.simulator.unconfirmedCount == 0 }
            #expect(world.texts() == ["hello"])
        }
    }

    @Test("give a message up after so many times, tell its chat once, and put it aside")
    func poison() async throws {
        let story = "- {when: story, pieces: [\"word{n} \"], repeat: 8000, delay: 0.1}\n- {echo: true}"
        try await withPair(story, receives: 2) { world, pair, queue in
            try await queue.queue.send(QueueMessage(body: "no turn at all", group: "x", deduplication: "x"))
            world.simulator.say("an endless story", from: ada)
            try await world.reaches { world.shown(in: ada).contains("word5") }
            // The last receipt may be the killed worker's too: the queue answers connections whose process is gone.
            try await pair.worker.kill()
            try await pair.worker.launch(arguments: [], environment: world.environment)
            let isTold = try await world.until(within: 240) {
                world.texts().contains { $0.contains("tried several times") }
            }
            #expect(isTold, "\(world.texts()) \(pair.logText.suffix(3000))")
            var aside: Set<String> = []
            let areAside = try await world.until(within: 240) {
                for message in try await queue.deadLetters.receive(wait: .seconds(1)) { aside.insert(message.body) }
                return aside.count == 2
            }
            #expect(areAside, "\(aside) \(pair.logText.suffix(3000))")
            #expect(aside.contains("no turn at all"))
            #expect(world.texts().count { $0.contains("tried several times") } == 1)
        }
    }

    @Test("answer what the queue gave to nobody who is alive")
    func lostInQueue() async throws {
        try await withPair { world, pair, queue in
            try await pair.worker.kill()
            world.simulator.say("hello", from: ada)
            try await world.reaches { world.simulator.unconfirmedCount == 0 }
            try await queue.remove()
            try await queue.apply()
            try await pair.worker.launch(arguments: [], environment: world.environment)
            try await world.reaches("\(pair.logText.suffix(3000))") { world.texts() == ["hello"] }
        }
    }
}

/// A front and a worker that share a store, and a queue.
final class LambdaPair: BotUnderTest {
    let front: LambdaProcess
    let worker: LambdaProcess

    init(_ simulator: TelegramSimulator, folder: URL, queue: LambdaQueue, receives: Int) throws {
        var settings = LambdaQueue.environment
        settings["LAMBDA_QUEUE_URL"] = queue.queue.url
        settings["LAMBDA_MAXIMUM_RECEIVES"] = "\(receives)"
        front = try LambdaProcess(
            simulator,
            folder: folder,
            options: ["--mode", "front", "--environments", "4"],
            settings: settings
        )
        worker = try LambdaProcess(
            simulator,
            folder: folder,
            options: ["--mode", "worker", "--environments", "4"],
            settings: settings
        )
    }

    var isRunning: Bool { front.isRunning || worker.isRunning }
    var logText: String { "FRONT " + front.logText.suffix(1500) + "\nWORKER " + worker.logText.suffix(2500) }

    func start(arguments: [String], environment: [String: String]) async throws {
        try await worker.launch(arguments: arguments, environment: environment)
        try await front.launch(arguments: arguments, environment: environment)
        try await front.takeWebhook()
    }

    func stop() async throws {
        try await front.stop()
        try await worker.stop()
    }

    func kill() async throws {
        try await front.kill()
        try await worker.kill()
    }
}

/// A FIFO queue with its dead letters, on the server that stands for AWS.
struct LambdaQueue {
    let queue: MessageQueue
    let deadLetters: MessageQueue
    private let definition: QueueDefinition
    private let client: AWSClient

    static let endpoint = ProcessInfo.processInfo.environment["MARTLET_MOTO_URL"].flatMap { $0.isEmpty ? nil : $0 }

    /// What a process needs to reach it.
    static var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL": endpoint ?? "", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        ]
    }

    /// What calls the server.
    static var client: AWSClient {
        AWSClient(
            region: "eu-west-1",
            credentials: FixedCredentials(AWSCredentials(accessKeyID: "test", secretAccessKey: "test")),
            httpClient: .shared,
            endpoint: endpoint,
            logger: Logger(label: "test")
        )
    }

    /// Makes queues of their own.
    static func make(receives: Int, visibility: Duration) async throws -> LambdaQueue {
        let name = "martlet-\(UUID().uuidString.prefix(8))"
        let client = client
        let dead = try await QueueDefinition(name: name + "-dead.fifo").apply(client).queue
        let arn = try await dead.attributes()["QueueArn"] ?? ""
        let definition = QueueDefinition(
            name: name + ".fifo",
            visibilityTimeout: visibility,
            deadLetters: .init(arn: arn, maximumReceiveCount: receives)
        )
        let queue = try await definition.apply(client).queue
        return LambdaQueue(queue: queue, deadLetters: dead, definition: definition, client: client)
    }

    /// Makes it again.
    func apply() async throws { _ = try await definition.apply(client) }

    /// Takes it away.
    func remove() async throws {
        _ = try await client.call(
            AWSOperation(service: "sqs", target: "AmazonSQS.DeleteQueue", jsonVersion: "1.0", isIdempotent: true),
            ["QueueUrl": .string(queue.url)]
        )
    }
}
