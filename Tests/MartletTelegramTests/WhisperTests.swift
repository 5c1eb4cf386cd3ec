import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletSimulator
import MartletTelegram
import Synchronization
import Testing

@Suite("What only one person in a group is to see", .timeLimit(.minutes(1)))
struct WhisperTests {
    private let reply = FinalReply(text: "That is all for **today**.", isRemembered: false, audience: .asker)

    private func event(
        _ content: InboundEvent.Content = .text("hello"),
        isPrivate: Bool = false,
        connection: String? = nil,
        from user: Int64 = 11
    ) -> InboundEvent {
        InboundEvent(
            id: EventID(bot: BotID(7_000_001), update: 3),
            key: ConversationKey(bot: BotID(7_000_001), chat: ChatID(isPrivate ? user : -100)),
            isPrivate: isPrivate,
            message: MessageID(5),
            sender: .init(id: UserID(user), name: "Ada"),
            date: Date(),
            content: content,
            connection: connection.map { ConnectionID($0) }
        )
    }

    private func press() -> InboundEvent.Content {
        .press(
            ButtonPress(
                query: "q1",
                action: .choose("x"),
                question: EventID(bot: BotID(7_000_001), update: 1),
                owner: nil
            )
        )
    }

    private func sink(_ api: any BotAPICalling, _ change: (inout ReplySettings) -> Void = { _ in }) -> TelegramReplySink
    {
        var settings = ReplySettings()
        settings.pacing.typingDelay = .seconds(60)
        change(&settings)
        return TelegramReplySink(
            api: api,
            settings: settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @discardableResult
    private func deliver(_ reply: FinalReply, to event: InboundEvent, by sink: TelegramReplySink) async throws
        -> [MessageID]
    {
        let recorded = Mutex<[MessageID]>([])
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream()
        continuation.yield(.final(reply))
        continuation.finish()
        let outcome = try await sink.deliver(parts, replyingTo: event, resuming: [:]) { message, _ in
            recorded.withLock { $0.append(message) }
        }
        #expect(outcome == .answered)
        return recorded.withLock { $0 }
    }

    @Test("is addressed to the asker, in the words of the newest Bot API, and leaves no number behind")
    func addressed() async throws {
        let api = RecordingBotAPI { call, _ in
            call.method == "sendMessage" ? ["message_id": 0, "ephemeral_message_id": 77] : nil
        }
        #expect(try await deliver(reply, to: event(press()), by: sink(api)) == [])
        let call = try #require(api.calls.first)
        #expect(api.calls.count == 1)
        #expect(
            call.parameters["ephemeral_message_parameters"] == ["receiver_user_id": 11, "callback_query_id": "q1"]
        )
        #expect(call.parameters["reply_parameters"] == nil)
        #expect(call.parameters["text"] == "That is all for **today**.")
        var command = event()
        command.whisper = MessageID(9)
        try await deliver(reply, to: command, by: sink(api))
        #expect(api.calls.last?.parameters["reply_parameters"] == ["ephemeral_message_id": 9])
        #expect(api.calls.last?.parameters["ephemeral_message_parameters"] == ["receiver_user_id": 11])
    }

    @Test("is said to everybody where the server does not let the bot, which is remembered, but not for presses")
    func refused() async throws {
        let api = RecordingBotAPI { call, _ in
            guard call.parameters["ephemeral_message_parameters"] != nil else { return nil }
            throw RecordingBotAPI.refusal(400, "Bad Request: MESSAGE_NOT_COMMAND")
        }
        let sink = sink(api)
        #expect(try await deliver(reply, to: event(), by: sink).count == 1)
        #expect(api.calls.map { $0.parameters["ephemeral_message_parameters"] != nil } == [true, false])
        #expect(api.calls[1].parameters["reply_parameters"]?["message_id"] == 5)
        try await deliver(reply, to: event(), by: sink)
        #expect(api.calls.count == 3, "the group is known for it")
        try await deliver(reply, to: event(press()), by: sink)
        #expect(api.calls.count == 5, "a press is an occasion of its own")
    }

    @Test("a question for the bot's eyes only is answered so, when the answer is whole")
    func question() async throws {
        let api = RecordingBotAPI { call, _ in
            call.method == "sendMessage" ? ["message_id": 0, "ephemeral_message_id": 77] : nil
        }
        var question = event()
        question.whisper = MessageID(9)
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream()
        continuation.yield(.text(String(repeating: "word ", count: 40)))
        continuation.yield(.final(FinalReply(text: "An answer.", isRemembered: true)))
        continuation.finish()
        _ = try await sink(api).deliver(parts, replyingTo: question, resuming: [:]) { _, _ in }
        #expect(api.calls.map(\.method) == ["sendMessage"])
        #expect(api.calls.first?.parameters["ephemeral_message_parameters"] == ["receiver_user_id": 11])
    }

    @Test(
        "an answer that the server refuses to show the asker alone goes to their private chat, or nowhere, never to all",
        arguments: [true, false]
    )
    func hidden(knowsPerson: Bool) async throws {
        let api = RecordingBotAPI { call, _ in
            if call.parameters["ephemeral_message_parameters"] != nil {
                throw RecordingBotAPI.refusal(400, "Bad Request: MESSAGE_NOT_COMMAND")
            }
            if !knowsPerson, call.parameters["chat_id"] == 11 {
                throw RecordingBotAPI.refusal(403, "Forbidden: bot can't initiate conversation with a user")
            }
            return nil
        }
        var question = event()
        question.whisper = MessageID(9)
        let recorded = Mutex<[MessageID]>([])
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream()
        continuation.yield(.final(FinalReply(text: "An answer.", isRemembered: true)))
        continuation.finish()
        let outcome = try await sink(api).deliver(parts, replyingTo: question, resuming: [:]) { message, _ in
            recorded.withLock { $0.append(message) }
        }
        let expected: EventOutcome = knowsPerson ? .answered : .undeliverable
        #expect(outcome == expected)
        let said = api.calls(of: "sendMessage").map(\.parameters)
        #expect(said.map { $0["chat_id"]?.integer } == [-100, 11, -100])
        #expect(said[0]["ephemeral_message_parameters"] != nil && said[1]["text"] == "An answer.")
        let hint =
            knowsPerson
            ? "Ada, I have answered you in our private chat."
            : "Ada, I cannot answer you here without everybody reading it. Please write to me in private."
        #expect(said[2]["text"] == .string(hint))
        #expect(recorded.withLock { $0 } == [], "neither is an answer's message in the group")
    }

    @Test("a question for the bot's eyes only is answered in private where whispers are turned off")
    func hiddenWithout() async throws {
        let api = RecordingBotAPI()
        var question = event()
        question.whisper = MessageID(9)
        #expect(try await deliver(reply, to: question, by: sink(api) { $0.whispers = false }) == [])
        #expect(api.calls(of: "sendMessage").map { $0.parameters["chat_id"]?.integer } == [11, -100])
    }

    @Test("a server that knows no whispers shows an ordinary message, which is known by its number")
    func older() async throws {
        let api = RecordingBotAPI()
        let recorded = try await deliver(reply, to: event(), by: sink(api))
        #expect(recorded.count == 1 && recorded[0] != MessageID(0))
    }

    @Test("is an ordinary message in private, in somebody's name, to a channel, and where it is turned off")
    func ordinary() async throws {
        let api = RecordingBotAPI()
        try await deliver(reply, to: event(isPrivate: true), by: sink(api))
        try await deliver(reply, to: event(connection: "c1"), by: sink(api))
        try await deliver(reply, to: event(from: -1_001), by: sink(api))
        try await deliver(reply, to: event(), by: sink(api) { $0.whispers = false })
        var open = reply
        open.audience = nil
        try await deliver(open, to: event(), by: sink(api))
        #expect(api.calls.count == 5)
        #expect(api.calls.allSatisfy { $0.parameters["ephemeral_message_parameters"] == nil })
    }

    @Test("a menu that one person sees is changed where it is")
    func menus() async throws {
        let api = RecordingBotAPI()
        let actions = TelegramActions(api: api, bot: BotID(7_000_001), buttons: nil)
        try await actions.change(
            whisper: MessageID(9),
            to: FinalReply(text: "Done", isRemembered: false),
            seenBy: UserID(11),
            in: ConversationKey(bot: BotID(7_000_001), chat: ChatID(-100))
        )
        #expect(api.calls.map(\.method) == ["editEphemeralMessageText"])
        #expect(api.calls[0].parameters["ephemeral_message_id"] == 9)
        #expect(api.calls[0].parameters["receiver_user_id"] == 11)
        #expect(api.calls[0].parameters["message_id"] == nil)
    }

    @Test("a settled reply from before there were whispers is still understood")
    func stored() throws {
        let old = #"{"text":"t","isRemembered":false,"format":"plain","actions":[],"choices":[]}"#
        let reply = try JSONDecoder().decode(FinalReply.self, from: Data(old.utf8))
        #expect(reply.audience == nil)
    }
}
