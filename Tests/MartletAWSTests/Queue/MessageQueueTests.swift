import MartletAWS
import MartletCore
import Testing

@Suite("Queues, beside a server that behaves as AWS does", .besideMoto, .timeLimit(.minutes(1)))
struct MessageQueueTests {
    private func withQueue(
        fifo: Bool = true,
        visibilityTimeout: Duration = .seconds(30),
        _ body: (MessageQueue, AWSClient) async throws -> Void
    ) async throws {
        try await Moto.with { client in
            let definition = QueueDefinition(
                name: Moto.name("queue") + (fifo ? ".fifo" : ""),
                visibilityTimeout: visibilityTimeout
            )
            try await body(try await definition.apply(client).queue, client)
        }
    }

    @Test("keep the order within a group, take an id once, and hide what somebody works at")
    func order() async throws {
        try await withQueue { queue, _ in
            for text in ["a1", "a2"] {
                try await queue.send(QueueMessage(body: text, group: "a", deduplication: text))
            }
            let first = try await queue.send(QueueMessage(body: "b1", group: "b", deduplication: "b1"))
            let again = try await queue.send(QueueMessage(body: "b1", group: "b", deduplication: "b1"))
            #expect(!first.isEmpty && !again.isEmpty)
            let received = try await queue.receive(wait: .zero)
            #expect(received.filter { $0.group == "a" }.map(\.body) == ["a1", "a2"])
            #expect(received.filter { $0.group == "b" }.count == 1)
            #expect(received.allSatisfy { $0.receiveCount == 1 })
            #expect(received.first?.attributes["MessageDeduplicationId"] == "a1")
            #expect(try await queue.receive(wait: .zero).isEmpty)
            for result in try await queue.delete(received.map(\.receiptHandle)) { _ = try result.get() }
            #expect(try await queue.attributes()["ApproximateNumberOfMessagesNotVisible"] == "0")
        }
    }

    @Test("give a message back when its worker says so, and count")
    func visibility() async throws {
        try await withQueue { queue, _ in
            try await queue.send(QueueMessage(body: "x", group: "g", deduplication: "1"))
            let first = try #require(try await queue.receive(maximumCount: 1, wait: .zero).first)
            try await queue.changeVisibility(first.receiptHandle, to: .zero)
            let second = try #require(try await queue.receive(maximumCount: 1, wait: .seconds(2)).first)
            #expect(second.id == first.id && second.receiveCount == 2)
            try await queue.delete(second.receiptHandle)
        }
    }

    @Test("take batches, and say of each message what came of it")
    func batches() async throws {
        try await withQueue { queue, _ in
            let messages = (0..<10).map { QueueMessage(body: "m\($0) 😀", group: "g", deduplication: "\($0)") }
            let ids = try (try await queue.send(messages)).map { try $0.get() }
            #expect(Set(ids).count == 10)
            let received = try await queue.receive(wait: .zero)
            #expect(received.map(\.body) == messages.map(\.body))
        }
    }

    @Test("of the simple kind work too")
    func simple() async throws {
        try await withQueue(fifo: false) { queue, _ in
            try await queue.send(QueueMessage(body: "{\"a\":\"\n\"}"))
            #expect(try await queue.receive(wait: .zero).map(\.body) == ["{\"a\":\"\n\"}"])
        }
    }

    @Test("pass what nobody can deal with on to their dead letters")
    func deadLetters() async throws {
        try await Moto.with { client in
            let name = Moto.name("work")
            let dead = try await QueueDefinition(name: "\(name)-dead.fifo").apply(client).queue
            let arn = try #require(try await dead.attributes()["QueueArn"])
            let definition = QueueDefinition(
                name: "\(name).fifo",
                visibilityTimeout: .zero,
                deadLetters: .init(arn: arn, maximumReceiveCount: 2)
            )
            let queue = try await definition.apply(client).queue
            try await queue.send(QueueMessage(body: "poison", group: "g", deduplication: "1"))
            for _ in 0..<2 { #expect(try await queue.receive(wait: .zero).count == 1) }
            #expect(try await queue.receive(wait: .zero).isEmpty)
            #expect(try await dead.receive(wait: .zero).map(\.body) == ["poison"])
        }
    }

    @Test("are made once, and changed where they are not as they should be")
    func definitions() async throws {
        try await Moto.with { client in
            var definition = QueueDefinition(name: Moto.name("queue") + ".fifo", visibilityTimeout: .seconds(60))
            #expect(try await definition.change(client) == .created)
            #expect(try await definition.apply(client).change == .created)
            #expect(try await definition.apply(client).change == .unchanged)
            definition.visibilityTimeout = .seconds(90)
            #expect(try await definition.change(client) == .updated)
            let (queue, change) = try await definition.apply(client)
            #expect(change == .updated)
            #expect(try await queue.attributes()["VisibilityTimeout"] == "90")
            #expect(try await definition.change(client) == .unchanged)
        }
    }

    @Test("that are not there are told")
    func missing() async throws {
        try await Moto.with { client in
            let error = await #expect(throws: AWSError.self) { try await MessageQueue(named: "gone", client: client) }
            #expect(error?.code == "QueueDoesNotExist")
        }
    }
}

@Suite("Messages that a queue would refuse")
struct QueueMessageTests {
    private func refusal(_ messages: [QueueMessage], fifo: Bool = true) async throws -> AWSError {
        try await withHTTPClient { http in
            // Nothing listens there: what is refused is refused before it is sent.
            let client = AWSClient(
                region: "eu-west-1",
                credentials: Moto.credentials,
                httpClient: http,
                endpoint: "http://127.0.0.1:1",
                logger: .quiet
            )
            let queue = MessageQueue(url: "http://127.0.0.1:1/1/queue\(fifo ? ".fifo" : "")", client: client)
            let error = await #expect(throws: AWSError.self) {
                if messages.count == 1 { try await queue.send(messages[0]) } else { _ = try await queue.send(messages) }
            }
            return try #require(error)
        }
    }

    @Test(
        "are not sent",
        arguments: [
            "", "\u{0}", "\u{FFFE}", String(repeating: "x", count: (1 << 20) + 1),
        ]
    )
    func bodies(body: String) async throws {
        let error = try await refusal([QueueMessage(body: body, group: "g", deduplication: "d")])
        #expect(error.code == AWSError.invalidRequest)
        #expect(error.remedy?.isEmpty == false)
        #expect(error.description.count < 300)
    }

    @Test("for what they lack or have too much of are not sent either")
    func ids() async throws {
        let large = QueueMessage(body: String(repeating: "x", count: 300_000), group: "g", deduplication: "d")
        for messages in [
            [QueueMessage(body: "x")], [QueueMessage(body: "x", group: "g")],
            [QueueMessage(body: "x", group: "with space", deduplication: "d")],
            [QueueMessage(body: "x", group: String(repeating: "g", count: 129), deduplication: "d")],
            Array(repeating: large, count: 4), Array(repeating: large, count: 11),
        ] { #expect(try await refusal(messages).code == AWSError.invalidRequest) }
        #expect(
            try await refusal([QueueMessage(body: "x", deduplication: "d")], fifo: false).code
                == AWSError.invalidRequest
        )
    }
}
