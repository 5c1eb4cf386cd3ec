import FoundationEssentials
import MartletConversation
import MartletCore
import MartletTelegram
import Testing

@Suite("Reading messages")
struct MessageReadingTests {
    private let bench = ReaderBench()

    @Test("a message in a private chat has its words, its sender and its place")
    func privateMessage() throws {
        let event = try #require(bench.message(["from": ["id": 11, "first_name": "Ada", "last_name": "Byron"]]))
        #expect(event.content == .text("hello"))
        #expect(event.key == ConversationKey(bot: ReaderBench.bot, chat: ChatID(11)))
        #expect(event.sender.name == "Ada Byron")
        #expect(event.addressing == .privateChat)
        #expect(event.isPrivate)
        #expect(event.message == MessageID(5))
        #expect(event.date == Date(timeIntervalSince1970: 1_790_000_000))
        #expect(event.chatTitle == nil)
    }

    @Test("a topic is a conversation apart, a chain of replies is not")
    func threads() {
        #expect(bench.message(["message_thread_id": 9, "is_topic_message": true])?.key.thread == ThreadID(9))
        #expect(bench.message(["message_thread_id": 9])?.key.thread == nil)
    }

    @Test("a caption is what was said, with the platform's word for what came with it")
    func captions() throws {
        let event = try #require(
            bench.message(["text": .null, "caption": "look", "photo": [], "media_group_id": "77"])
        )
        #expect(event.content == .text("look"))
        #expect(event.attachment == "photo")
        #expect(event.bundle == MessageBundle(album: "77"))
        let mention: JSONValue = [["type": "mention", "offset": 0, "length": 8]]
        let group = bench.message(
            ["text": .null, "caption": "@ada_bot look", "caption_entities": mention, "video": [:]],
            in: ReaderBench.group
        )
        #expect(group?.content == .text("look"))
        #expect(group?.addressing == .mention)
    }

    @Test(
        "what has no words is named",
        arguments: [
            "photo", "voice", "video", "video_note", "audio", "document", "sticker", "location", "contact", "poll",
            "dice",
        ]
    )
    func attachments(kind: String) {
        let event = bench.message(["text": .null, .init(kind): ["x": 1]])
        #expect(event?.content == .unsupported(kind: kind))
        let inGroup = ReaderBench.message(["text": .null, .init(kind): ["x": 1]], in: ReaderBench.group)
        #expect(bench.reason("message", inGroup) == "not for the bot")
    }

    @Test("a rich message is read as its words")
    func richMessage() {
        let blocks: JSONValue = [
            ["type": "heading", "text": "Title", "size": 1],
            ["type": "paragraph", "text": ["Some ", ["type": "bold", "text": "bold"], " words"]],
            ["type": "thinking", "text": "hidden"],
            ["type": "table", "cells": [[["text": "a"], ["text": "b"]], [["text": "c"]]]],
            ["type": "list", "items": [["label": "1", "blocks": [["type": "paragraph", "text": "item"]]]]],
        ]
        let event = bench.message(["text": .null, "rich_message": ["blocks": blocks]])
        #expect(event?.content == .text("Title\nSome bold words\na | b\nc\nitem"))
    }

    @Test("forwards and pieces of a long text are told apart from single messages")
    func bundles() {
        #expect(bench.message([:])?.bundle == nil)
        #expect(bench.message(["forward_origin": ["type": "hidden_user"]])?.bundle == MessageBundle(isForwarded: true))
        #expect(bench.message(["forward_date": 5])?.bundle == MessageBundle(isForwarded: true))
        let long = String(repeating: "x", count: 4000)
        #expect(bench.message(["text": .string(long)])?.bundle == MessageBundle(isFull: true))
        #expect(bench.message(["text": .string(String(long.dropLast()))])?.bundle == nil)
        #expect(bench.message(["text": .string(String(repeating: "🦜", count: 2000))])?.bundle?.isFull == true)
    }

    @Test("what a message answers is quoted, one level deep")
    func quotes() {
        let answered: JSONValue = ["message_id": 4, "from": ReaderBench.us, "text": "the whole answer"]
        #expect(
            bench.message(["reply_to_message": answered])?.quoted
                == QuotedMessage(message: MessageID(4), senderName: "Bot", isOurs: true, text: "the whole answer")
        )
        #expect(
            bench.message(["reply_to_message": answered, "quote": ["text": "whole", "position": 4]])?.quoted?.text
                == "whole"
        )
        let elsewhere: JSONValue = [
            "origin": ["type": "hidden_user", "sender_user_name": "Somebody"], "photo": [], "message_id": 9,
        ]
        #expect(
            bench.message(["external_reply": elsewhere, "quote": ["text": "said there"]])?.quoted
                == QuotedMessage(message: nil, senderName: "Somebody", isOurs: false, text: "said there")
        )
        let huge: JSONValue = ["message_id": 4, "text": .string(String(repeating: "x", count: 100_000))]
        #expect(bench.message(["reply_to_message": huge])?.quoted?.text.count == 4096)
        let topic: JSONValue = ["message_id": 9, "from": ReaderBench.us, "forum_topic_created": ["name": "x"]]
        #expect(bench.message(["reply_to_message": topic])?.quoted == nil)
    }

    @Test("who speaks as a chat is that chat: anonymous administrators and channels")
    func senderChats() {
        let stand: JSONValue = ["id": 1_087_968_824, "is_bot": true, "first_name": "Group"]
        let anonymous = bench.message(
            ["from": stand, "sender_chat": ReaderBench.group, "author_signature": "admin", "text": "/help"],
            in: ReaderBench.group
        )
        #expect(anonymous?.sender.id == UserID(-100))
        #expect(anonymous?.sender.name == "admin")
        let channel: JSONValue = ["id": -500, "type": "channel", "title": "News"]
        let members: JSONObject = ["from": stand, "sender_chat": channel, "text": "/help"]
        #expect(bench.message(members, in: ReaderBench.group)?.sender.name == "News")
        let forwarded = members.merging(["is_automatic_forward": true])
        #expect(
            bench.reason("message", ReaderBench.message(forwarded, in: ReaderBench.group)) == "from the linked channel"
        )
    }

    @Test("bots, channels, notes of the platform's and what came by way of a bot are left alone")
    func leftAlone() {
        let bot: JSONValue = ["id": 5, "is_bot": true, "first_name": "b"]
        #expect(bench.reason("message", ReaderBench.message(["from": bot])) == "from a bot")
        #expect(bench.reason("message", ReaderBench.message(["via_bot": ReaderBench.us])) == "by way of a bot")
        #expect(bench.reason("message", ReaderBench.message(["from": .null], in: ReaderBench.group)) == "no sender")
        #expect(bench.reason("message", ReaderBench.message([:], in: ["id": -5, "type": "channel"])) == "chat type")
        let note = ReaderBench.message(["text": .null, "new_chat_members": [ReaderBench.us]], in: ReaderBench.group)
        #expect(bench.reason("message", note) == "a note of the platform's")
        let messages: JSONValue = ["id": -5, "type": "supergroup", "is_direct_messages": true]
        #expect(bench.reason("message", ReaderBench.message(["text": "/help"], in: messages)) != nil)
    }

    @Test("a migration means the same where it is told in the old group and where it is told in the new one")
    func migration() throws {
        let old = try #require(
            bench.message(["text": .null, "migrate_to_chat_id": -100_200], in: ["id": -5, "type": "group"])
        )
        let new = try #require(
            bench.message(
                ["text": .null, "migrate_from_chat_id": -5, "from": .null],
                in: ["id": -100_200, "type": "supergroup"]
            )
        )
        for event in [old, new] {
            #expect(event.content == .migrated(to: ChatID(-100_200)))
            #expect(event.key == ConversationKey(bot: ReaderBench.bot, chat: ChatID(-5)))
        }
        #expect(
            bench.reason("message", ReaderBench.message(["migrate_to_chat_id": -100], in: ReaderBench.group)) != nil,
            "a group that became itself would be erased"
        )
    }

    @Test("an edit is an edit of the message that it names, at the time of the edit")
    func edits() throws {
        let event = try #require(bench.message(["text": "better", "edit_date": 1_790_000_500], as: "edited_message"))
        #expect(event.content == .edited("better"))
        #expect(event.message == MessageID(5))
        #expect(event.date == Date(timeIntervalSince1970: 1_790_000_500))
        let wordless = ReaderBench.message(["text": .null, "location": [:]])
        #expect(bench.reason("edited_message", wordless) == "an edit without words")
        let group = ReaderBench.message([:], in: ReaderBench.group)
        #expect(bench.reason("edited_message", group) == "not for the bot")
    }
}
