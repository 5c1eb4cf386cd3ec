import MartletConversation
import MartletCore
import MartletTelegram
import Testing

@Suite("Reading updates that somebody broke")
struct ReaderFuzzTests {
    /// A generator that gives the same numbers on every run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            // SplitMix64; wrapping is part of it.
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let kinds =
        UpdateReader.allowedUpdates + ["poll", "chat_member", "subscription", "time_travel", "callback_queries"]

    /// The members that updates have, from the published schema.
    private static let members = [
        "message_id", "message_thread_id", "from", "sender_chat", "sender_business_bot", "date", "guest_query_id",
        "business_connection_id", "chat", "forward_origin", "is_topic_message", "is_automatic_forward",
        "reply_to_message", "external_reply", "quote", "via_bot", "edit_date", "media_group_id", "author_signature",
        "text", "entities", "rich_message", "photo", "caption", "caption_entities", "migrate_to_chat_id",
        "migrate_from_chat_id", "new_chat_members", "id", "is_bot", "first_name", "last_name", "username",
        "language_code", "type", "title", "user", "user_chat_id", "rights", "can_reply", "is_enabled", "status",
        "old_chat_member", "new_chat_member", "is_member", "data", "message", "query", "draft_id", "offset", "length",
        "blocks", "items", "cells", "origin", "sender_user", "position", "is_direct_messages", "forum_topic_created",
    ]

    private func value(depth: Int, _ generator: inout Generator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 5 ? 8 : 12), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer([0, 1, -1, 7, 11, -100, .max, .min].randomElement(using: &generator) ?? 0)
        case 3: return .integer(.random(in: .min ... .max, using: &generator))
        case 4: return .number(.random(in: -1e18...1e18, using: &generator))
        case 5:
            let words = ["", "hello", "/help@ada_bot", "private", "supergroup", "member", "mention", "🦜", "e\u{301}"]
            return .string(words.randomElement(using: &generator) ?? "")
        case 6: return .string(String(repeating: "\u{301}🦜x", count: Int.random(in: 0...1500, using: &generator)))
        case 7: return .number(.infinity)
        case 8, 9:
            return .array(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in value(depth: depth + 1, &generator) }
            )
        default: return .object(object(depth: depth + 1, &generator))
        }
    }

    private func object(depth: Int, _ generator: inout Generator) -> JSONObject {
        var object: JSONObject = [:]
        for _ in 0..<Int.random(in: 0...14, using: &generator) {
            object[Self.members.randomElement(using: &generator) ?? "id"] = value(depth: depth, &generator)
        }
        return object
    }

    private func reader() -> UpdateReader {
        var bench = ReaderBench()
        bench.settings.keepsAmbientMessages = true
        bench.settings.names = ["hello", "🦜"].compactMap { TriggerName($0) }
        bench.settings.readButton = { _, query in
            ButtonPress(query: query, action: .stop, question: EventID(bot: ReaderBench.bot, update: 1), owner: nil)
        }
        return bench.reader
    }

    @Test("random objects of the schema's members always mean something, and nothing crashes", arguments: 0..<8)
    func randomObjects(seed: UInt64) {
        var generator = Generator(state: seed)
        let reader = reader()
        for number in 0..<400 {
            let kind = Self.kinds.randomElement(using: &generator) ?? "message"
            let update: JSONValue = ["update_id": .integer(Int64(number)), .init(kind): value(depth: 0, &generator)]
            #expect(reader.read(update)?.id.update == Int64(number))
        }
    }

    /// Well-formed updates of every kind that has a use.
    private var wellFormed: [(kind: String, content: JSONValue)] {
        let message = ReaderBench.message([
            "entities": [["type": "mention", "offset": 0, "length": 5]], "quote": ["text": "q", "position": 0],
            "reply_to_message": ["message_id": 4, "from": ReaderBench.us, "text": "before", "date": 5],
            "business_connection_id": "c", "guest_query_id": "g", "forward_origin": ["type": "user"],
        ])
        let member: JSONValue = ["status": "member", "user": ReaderBench.us]
        return [
            ("message", message), ("edited_message", message), ("business_message", message),
            ("edited_business_message", message), ("guest_message", message),
            ("callback_query", ["id": "q", "from": ReaderBench.ada, "message": message, "data": "d"]),
            ("stopped_message_generation", ["chat": ReaderBench.privateChat, "draft_id": 5]),
            ("inline_query", ["id": "i", "from": ReaderBench.ada, "query": "q", "offset": ""]),
            (
                "my_chat_member",
                [
                    "chat": ReaderBench.group, "from": ReaderBench.ada, "date": 5, "old_chat_member": member,
                    "new_chat_member": member,
                ]
            ),
            (
                "business_connection",
                [
                    "id": "c", "user": ReaderBench.ada, "user_chat_id": 11, "date": 5, "is_enabled": true,
                    "rights": ["can_reply": true],
                ]
            ),
        ]
    }

    /// Every way to put `replacement` in the place of one member, at any depth; nil takes the member away.
    private func mutations(of value: JSONValue, with replacement: JSONValue?) -> [JSONValue] {
        switch value {
        case .object(let members):
            members.names.flatMap { name -> [JSONValue] in
                var changed = members
                changed[name] = replacement
                let inner = mutations(of: members[name] ?? .null, with: replacement)
                return [.object(changed)]
                    + inner.map { part in
                        var changed = members
                        changed[name] = part
                        return .object(changed)
                    }
            }
        case .array(let elements):
            elements.indices.flatMap { index in
                mutations(of: elements[index], with: replacement).map { part in
                    var changed = elements
                    changed[index] = part
                    return .array(changed)
                }
            }
        default: []
        }
    }

    @Test("every field of every kind may be missing, huge, nested or of another type")
    func mutatedFields() {
        let deep = (0..<200).reduce(JSONValue.string("x")) { inner, _ in ["text": [inner]] }
        let replacements: [JSONValue?] = [
            nil, .null, true, "", "text", .string(String(repeating: "🦜", count: 5000)), 0, -1, .integer(.max),
            .integer(.min), .number(1e300), [], [[]], [:], ["id": "x"], deep,
        ]
        let reader = reader()
        var count = 0
        for (kind, content) in wellFormed {
            for replacement in replacements {
                for changed in mutations(of: content, with: replacement) {
                    count += 1
                    let received = reader.read(["update_id": 5, .init(kind): changed])
                    #expect(received?.id.update == 5, "\(kind)")
                }
            }
        }
        #expect(count > 2000)
    }

    @Test("well-formed updates of every kind with a use are events")
    func wellFormedEvents() {
        for (kind, content) in wellFormed {
            guard case .event = reader().read(["update_id": 5, .init(kind): content])?.meaning else {
                Issue.record("\(kind) is no event")
                continue
            }
        }
    }

    @Test("a rich message that is nested as deeply as JSON may be is read")
    func deepRichMessage() {
        let tree = (0..<120).reduce(JSONValue.string("deep")) { inner, _ in ["type": "blockquote", "blocks": [inner]] }
        let event = ReaderBench().message(["text": .null, "rich_message": tree])
        #expect(event?.content == .text("deep"))
    }
}
