import FoundationEssentials
import MartletConversation
import MartletCore
import MartletTelegram
import Testing

@Suite("Reading updates of every kind")
struct UpdateKindTests {
    private let bench = ReaderBench()
    private let bot = ReaderBench.bot

    /// The kinds that the platform knows and the bot has no use for.
    static let unused = [
        "channel_post", "edited_channel_post", "message_reaction",
        "message_reaction_count",
        "chosen_inline_result", "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer",
        "chat_member", "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "subscription",
    ]

    @Test("kinds without use are known by name and not asked for", arguments: unused)
    func unusedKinds(kind: String) {
        #expect(bench.reason(kind, ["anything": 1]) == kind)
        #expect(!UpdateReader.allowedUpdates.contains(kind))
    }

    @Test("every kind with a use is asked for by name")
    func allowed() {
        #expect(
            Set(UpdateReader.allowedUpdates) == [
                "message", "edited_message", "callback_query", "stopped_message_generation", "my_chat_member",
                "business_connection", "business_message", "edited_business_message", "deleted_business_messages",
                "inline_query", "guest_message",
            ]
        )
    }

    @Test("a kind that nobody has heard of is kept as it came, up to a bound")
    func unknownKinds() throws {
        let update: JSONValue = ["update_id": 9, "time_travel": ["to": 1984]]
        let received = try #require(bench.reader.read(update))
        #expect(received.meaning == .unreadable(bytes: update.serialized))
        let huge: JSONValue = ["update_id": 9, "time_travel": .string(String(repeating: "x", count: 300_000))]
        guard case .unreadable(let bytes) = bench.reader.read(huge)?.meaning else {
            Issue.record("a huge unknown update was understood")
            return
        }
        #expect(bytes.count == 64 << 10)
        #expect(bench.read("message", .null) != nil, "a kind that is null is no kind")
    }

    @Test("bytes that are no update get a number of their own, the same for the same bytes")
    func bytes() {
        let reader = bench.reader
        #expect(reader.read(bytes: Array(#"{"update_id":12,"message":{"#.utf8)).id.update == 12)
        let first = reader.read(bytes: Array("garbage".utf8))
        #expect(first.id.update < 0)
        #expect(first == reader.read(bytes: Array("garbage".utf8)))
        #expect(first.id != reader.read(bytes: Array("garbagf".utf8)).id)
        #expect(reader.read(bytes: []).id.update < 0)
        #expect(reader.read(bytes: Array("[1,2]".utf8)).id.update < 0)
        #expect(reader.read(bytes: Array(repeating: UInt8(ascii: "["), count: 500_000)).id.update < 0)
    }

    @Test("a press is read with what the button's maker says of its data, and has the date at which it came")
    func presses() throws {
        var bench = bench
        let question = EventID(bot: bot, update: 3)
        bench.settings.readButton = { data, query in
            data == "good" ? ButtonPress(query: query, action: .stop, question: question, owner: UserID(11)) : nil
        }
        let shown: JSONValue = ["message_id": 8, "date": 0, "chat": ReaderBench.group]
        let query: JSONObject = ["id": "q", "from": ReaderBench.ada, "message": shown, "data": "good"]
        let event = try #require(bench.event("callback_query", .object(query)))
        #expect(
            event.content
                == .press(ButtonPress(query: "q", action: .stop, question: question, owner: UserID(11)))
        )
        #expect(event.key.chat == ChatID(-100))
        #expect(event.message == MessageID(8))
        #expect(event.date == ReaderBench.receivedAt)
        let forged = query.merging(["data": "forged"])
        let meaningless = InboundEvent.Content.press(.meaningless(query: "q", bot: bot))
        #expect(bench.event("callback_query", .object(forged))?.content == meaningless)
        #expect(bench.reason("callback_query", .object(query.merging(["data": .null]))) == "a button without data")
        let inline: JSONValue = ["id": "q", "from": ReaderBench.ada, "inline_message_id": "x", "data": "good"]
        #expect(bench.reason("callback_query", inline) == "a button outside the bot's chats")
        bench.settings.readButton = { _, query in
            ButtonPress(query: query, action: .stop, question: EventID(bot: BotID(8), update: 3), owner: nil)
        }
        #expect(bench.event("callback_query", .object(query))?.content == meaningless, "another bot's button")
    }

    @Test("the platform's stop names the draft")
    func stop() throws {
        let stopped: JSONValue = ["chat": ReaderBench.privateChat, "message_thread_id": 4, "draft_id": 99]
        let event = try #require(bench.event("stopped_message_generation", stopped))
        #expect(event.content == .stop)
        #expect(event.key == ConversationKey(bot: bot, chat: ChatID(11), thread: ThreadID(4)))
        #expect(event.message == MessageID(99))
        #expect(event.sender.id == UserID(11))
    }

    @Test(
        "a membership says what the bot was, is and may do",
        arguments: [
            ("left", ["status": "member"], Membership(isMember: true, wasMember: false)),
            ("member", ["status": "administrator"], Membership(isMember: true, wasMember: true, isAdministrator: true)),
            (
                "member", ["status": "kicked", "until_date": 0],
                Membership(isMember: false, wasMember: true, canWrite: false)
            ),
            (
                "member", ["status": "restricted", "is_member": true, "can_send_messages": false],
                Membership(isMember: true, wasMember: true, canWrite: false)
            ),
            (
                "member", ["status": "restricted", "is_member": false],
                Membership(isMember: false, wasMember: true, canWrite: false)
            ),
            ("kicked", ["status": "hologram"], Membership(isMember: false, wasMember: false, canWrite: false)),
        ] as [(String, JSONValue, Membership)]
    )
    func membership(before: String, after: JSONValue, expected: Membership) throws {
        let change: JSONValue = [
            "chat": ReaderBench.group, "from": ReaderBench.ada, "date": 5,
            "old_chat_member": ["status": .string(before)],
            "new_chat_member": after,
        ]
        let event = try #require(bench.event("my_chat_member", change))
        #expect(event.content == .membership(expected))
        #expect(event.chatTitle == "Friends")
        #expect(event.sender.id == UserID(11))
    }

    @Test("a membership in a channel is told from one in a group")
    func channelMembership() throws {
        let change: JSONValue = [
            "chat": ["id": -1_009, "type": "channel", "title": "News"], "from": ReaderBench.ada, "date": 5,
            "old_chat_member": ["status": "left"],
            "new_chat_member": ["status": "administrator", "can_post_messages": true],
        ]
        let event = try #require(bench.event("my_chat_member", change))
        let expected = Membership(isMember: true, wasMember: false, isAdministrator: true, isChannel: true)
        #expect(event.content == .membership(expected))
    }

    @Test("a connection says whose it is and whether the bot may answer, also in the words of older servers")
    func connection() throws {
        let base: JSONObject = ["id": "c", "user": ReaderBench.ada, "user_chat_id": 11, "date": 5, "is_enabled": true]
        for rights in [["rights": ["can_reply": true]], ["can_reply": true]] as [JSONObject] {
            let event = try #require(bench.event("business_connection", .object(base.merging(rights))))
            #expect(
                event.content
                    == .connection(
                        Connection(
                            id: ConnectionID("c"),
                            owner: UserID(11),
                            ownerChat: ChatID(11),
                            canReply: true,
                            isEnabled: true
                        )
                    )
            )
        }
    }

    @Test("in somebody's name: the contact is answered, the owner is heard, and our own words are known for ours")
    func business() throws {
        let connection: JSONObject = ["business_connection_id": "c"]
        let contact = try #require(bench.message(connection, as: "business_message"))
        #expect(contact.content == .text("hello"))
        #expect(contact.connection == ConnectionID("c"))
        #expect(contact.key.connection == ConnectionID("c"))
        #expect(contact.key != bench.message([:])?.key, "the same person may also talk to the bot itself")
        let owner: JSONObject = connection.merging(["from": ["id": 99, "first_name": "Owner"]])
        #expect(bench.message(owner, as: "business_message")?.content == .ownerSpoke("hello"))
        let byBot = owner.merging(["via_bot": ReaderBench.us, "text": .null, "photo": []])
        #expect(bench.message(byBot, as: "business_message")?.content == .ownerSpoke(""))
        let ours = ReaderBench.message(owner.merging(["sender_business_bot": ReaderBench.us]))
        let echo = try #require(bench.event("business_message", ours))
        #expect(echo.content == .ownerSpoke("hello"))
        #expect(echo.sender.id.rawValue == bot.rawValue)
        let others = owner.merging(["sender_business_bot": ["id": 5, "is_bot": true, "first_name": "Other"]])
        #expect(
            bench.message(others, as: "business_message")?.sender.id == UserID(99),
            "another bot writes for its owner"
        )
        #expect(bench.message(connection, as: "edited_business_message")?.content == .edited("hello"))
        #expect(bench.message(owner, as: "edited_business_message")?.content == .edited("hello"))
        guard case .unreadable = bench.read("business_message", ReaderBench.message([:])) else {
            Issue.record("a message of no connection was taken for one")
            return
        }
    }

    @Test("deleted messages in somebody's chats are named, by nobody in particular")
    func deletions() throws {
        let deletion: JSONObject = [
            "business_connection_id": "c", "chat": ReaderBench.privateChat, "message_ids": [5, 7, "x"],
        ]
        let event = try #require(bench.event("deleted_business_messages", .object(deletion)))
        #expect(event.content == .deleted([MessageID(5), MessageID(7)]))
        #expect(event.connection == ConnectionID("c"))
        #expect(event.key.connection == ConnectionID("c"))
        for member in ["business_connection_id", "chat", "message_ids"] {
            var less = deletion
            less[member] = nil
            guard case .unreadable = bench.read("deleted_business_messages", .object(less)) else {
                Issue.record("a deletion without \(member) was understood")
                return
            }
        }
    }

    @Test("an answer to the bot in private keeps its marks and every word, for drafts in the owner's words")
    func marks() throws {
        let entities: JSONValue = [
            ["type": "bold", "offset": 9, "length": 2],
            ["type": "text_link", "offset": 9, "length": 2, "url": "https://a.b"],
            ["type": "mention", "offset": 0, "length": 8], ["type": "bold", "offset": -1, "length": 2], "junk",
        ]
        let members: JSONObject = [
            "text": "@ada_bot 2*3*4", "entities": entities,
            "reply_to_message": ["message_id": 4, "from": ReaderBench.us, "text": "a draft"],
        ]
        let event = try #require(bench.message(members, as: "message", in: ReaderBench.privateChat))
        #expect(event.content == .text("@ada_bot 2*3*4"))
        #expect(
            event.marks == [
                TextMark(.bold, offset: 9, length: 2), TextMark(.link(url: "https://a.b"), offset: 9, length: 2),
            ]
        )
    }

    @Test("questions from the writing line and from other chats are events of the asker's own")
    func queries() throws {
        let inline = try #require(
            bench.event("inline_query", ["id": "i", "from": ReaderBench.ada, "query": "why", "offset": ""])
        )
        #expect(inline.content == .inlineQuery(query: "i", text: "why"))
        #expect(inline.key != bench.message([:])?.key)
        let mention: JSONValue = [["type": "mention", "offset": 0, "length": 8]]
        let members: JSONObject = ["guest_query_id": "g", "text": "@ada_bot why", "entities": mention]
        let guest = try #require(bench.message(members, as: "guest_message"))
        #expect(guest.content == .guestQuery(query: "g", text: "why"))
        #expect(guest.key != bench.message([:])?.key)
        #expect(bench.message(members, as: "guest_message", in: ["id": -9, "type": "channel"]) != nil)
    }
}
