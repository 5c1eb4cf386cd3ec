import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletTelegram
import Synchronization
import Testing

@Suite("The sink", .timeLimit(.minutes(1)))
struct ReplySinkTests {
    private func event(chat: Int64 = 11, thread: Int64? = nil, connection: String? = nil) -> InboundEvent {
        InboundEvent(
            id: EventID(bot: BotID(7_000_001), update: 42),
            key: ConversationKey(bot: BotID(7_000_001), chat: ChatID(chat), thread: thread.map { ThreadID($0) }),
            isPrivate: chat > 0,
            message: MessageID(9),
            sender: .init(id: UserID(11), name: "Ada", languageCode: "en"),
            date: .init(timeIntervalSince1970: 0),
            content: .text("hello"),
            connection: connection.map { ConnectionID($0) }
        )
    }

    private func settings(_ change: (inout ReplySettings) -> Void = { _ in }) -> ReplySettings {
        var settings = ReplySettings()
        settings.pacing.firstLength = 1
        settings.pacing.draftInterval = .zero
        settings.pacing.privateInterval = .zero
        settings.pacing.groupInterval = .zero
        settings.pacing.thinkingDelay = .zero
        settings.pacing.typingDelay = .zero
        change(&settings)
        return settings
    }

    private func sink(_ api: RecordingBotAPI, _ settings: ReplySettings) throws -> TelegramReplySink {
        TelegramReplySink(
            api: api,
            settings: settings,
            buttons: ButtonCodec(token: try #require(BotToken("7000001:secret-letters"))),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Shows steps, each after the one before it had its call.
    private func deliver(
        _ steps: [ReplyPart],
        to event: InboundEvent,
        by sink: TelegramReplySink,
        _ api: RecordingBotAPI
    ) async throws -> EventOutcome {
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream(bufferingPolicy: .bufferingNewest(1))
        async let outcome = sink.deliver(parts, replyingTo: event, resuming: [:]) { _, _ in }
        let before = api.methods.count
        for (index, step) in steps.enumerated() {
            while api.methods.count < before + index { try await Task.sleep(for: .milliseconds(1)) }
            continuation.yield(step)
        }
        continuation.finish()
        return try await outcome
    }

    @Test("streams drafts in a private chat and sends the whole, never with a call beside it")
    func drafts() async throws {
        let api = RecordingBotAPI()
        let sink = try sink(api, settings())
        let reply = FinalReply(text: "one **two** three", isRemembered: true)
        let outcome = try await deliver(
            [.thinking("hm"), .text("one **tw"), .text("one **two** th"), .final(reply)],
            to: event(thread: 1),
            by: sink,
            api
        )
        #expect(outcome == .answered)
        #expect(api.methods == ["sendMessageDraft", "sendMessageDraft", "sendMessageDraft", "sendMessage"])
        #expect(api.mostUnderWay == 1)
        let drafts = api.calls(of: "sendMessageDraft")
        #expect(Set(drafts.map { $0.parameters["draft_id"]?.integer ?? 0 }).count == 1)
        #expect(
            drafts.allSatisfy { ($0.parameters["draft_id"]?.integer ?? 0) != 0 && $0.parameters["can_stop"] == true }
        )
        #expect(drafts.allSatisfy { $0.parameters["message_thread_id"] == nil && $0.parameters["parse_mode"] == nil })
        let message = try #require(api.calls(of: "sendMessage").first)
        #expect(message.parameters["text"] == "one two three")
        #expect(message.parameters["entities"] == [["type": "bold", "offset": 4, "length": 3]])
        #expect(message.parameters["message_thread_id"] == nil, "the topic General is not named when sending")
        #expect(message.importance == .required)
    }

    @Test("remembers that a chat has no drafts")
    func noDrafts() async throws {
        let api = RecordingBotAPI { call, _ in
            guard call.method == "sendMessageDraft" else { return nil }
            throw RecordingBotAPI.refusal(404, "Not Found")
        }
        let sink = try sink(api, settings())
        let reply = FinalReply(text: "done", isRemembered: true)
        for _ in 0..<2 { _ = try await deliver([.text("one"), .final(reply)], to: event(), by: sink, api) }
        #expect(api.calls(of: "sendMessageDraft").count == 1)
        #expect(api.calls(of: "sendMessage").count == 2)
    }

    @Test("edits in groups, as a reply, and leaves the button to stop behind")
    func edits() async throws {
        let api = RecordingBotAPI()
        let sink = try sink(api, settings())
        let reply = FinalReply(text: "one two", isRemembered: true, choices: [[ReplyChoice("Yes", value: "y")]])
        _ = try await deliver([.text("one"), .final(reply)], to: event(chat: -100, thread: 5), by: sink, api)
        #expect(api.methods == ["sendMessage", "editMessageText"])
        let calls = api.calls.filter { $0.method != "sendChatAction" }
        #expect(calls[0].parameters["reply_parameters"]?["message_id"]?.integer == 9)
        #expect(calls[0].parameters["message_thread_id"]?.integer == 5)
        let labels = calls.map { $0.parameters["reply_markup"]?["inline_keyboard"]?.array?[0].array?[0]["text"] }
        #expect(labels == ["⏹ Stop", "Yes"])
    }

    @Test("shows typing in the topic, and names even the topic General there")
    func typing() async throws {
        for thread in [1, 5] as [Int64] {
            let api = RecordingBotAPI()
            let sink = try sink(api, settings())
            let (parts, continuation) = AsyncStream<ReplyPart>.makeStream()
            async let outcome = sink.deliver(parts, replyingTo: event(chat: -100, thread: thread), resuming: [:]) {
                _,
                _ in
            }
            while api.calls(of: "sendChatAction").isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            continuation.yield(.final(FinalReply(text: "done", isRemembered: true)))
            continuation.finish()
            #expect(try await outcome == .answered)
            #expect(api.calls(of: "sendChatAction")[0].parameters["message_thread_id"]?.integer == thread)
            #expect(
                api.calls(of: "sendMessage")[0].parameters["message_thread_id"]?.integer == (thread == 1 ? nil : thread)
            )
        }
    }

    @Test("sends the words plain when the server does not like their entities")
    func refusedEntities() async throws {
        let api = RecordingBotAPI { call, _ in
            guard call.parameters["entities"] != nil else { return nil }
            throw RecordingBotAPI.refusal(400, "Bad Request: entity out of range")
        }
        let sink = try sink(api, settings { $0.usesDrafts = false })
        let reply = FinalReply(text: "**bold** words", isRemembered: true)
        #expect(try await deliver([.final(reply)], to: event(), by: sink, api) == .answered)
        #expect(api.calls(of: "sendMessage").last?.parameters["text"] == "bold words")
    }

    @Test("falls back from a rich message that the server refuses")
    func refusedRich() async throws {
        let api = RecordingBotAPI { call, _ in
            guard call.method.contains("Rich") else { return nil }
            throw RecordingBotAPI.refusal(404, "Not Found")
        }
        let sink = try sink(api, settings { $0.wantsRichMessages = { _ in true } })
        let reply = FinalReply(text: "| a |\n|---|\n| b |", isRemembered: true)
        #expect(try await deliver([.final(reply)], to: event(), by: sink, api) == .answered)
        #expect(api.methods == ["sendRichMessage", "sendMessage"])
        #expect(api.calls(of: "sendRichMessage")[0].parameters["rich_message"]?["markdown"]?.string == reply.text)
    }

    @Test("says only the whole in somebody's name, over the connection, without buttons")
    func connection() async throws {
        let api = RecordingBotAPI()
        let sink = try sink(api, settings { $0.pacing.typingDelay = .seconds(60) })
        let reply = FinalReply(text: "done", isRemembered: true, actions: [.regenerate])
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream()
        for step in [ReplyPart.thinking("x"), .text("d"), .final(reply)] { continuation.yield(step) }
        continuation.finish()
        let sent = Mutex<[MessageID]>([])
        let outcome = try await sink.deliver(parts, replyingTo: event(connection: "c1"), resuming: [:]) { id, _ in
            sent.withLock { $0.append(id) }
        }
        #expect(outcome == .answered)
        #expect(api.calls.map(\.method) == ["sendMessage"])
        #expect(api.calls[0].parameters["business_connection_id"] == "c1")
        #expect(api.calls[0].parameters["reply_markup"] == nil)
        #expect(sent.withLock { $0.count } == 1)
    }

    @Test("ends with a cancellation when the reply has no end")
    func abandoned() async throws {
        let api = RecordingBotAPI()
        let sink = try sink(api, settings())
        await #expect(throws: CancellationError.self) {
            try await deliver([.text("one")], to: event(), by: sink, api)
        }
    }
}
