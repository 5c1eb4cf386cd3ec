import MartletConversation
import MartletCore
import MartletTelegram
import Testing

@Suite("Being meant in a group")
struct AddressingTests {
    private func read(_ text: String, _ more: JSONObject = [:], names: [String] = []) -> InboundEvent? {
        var bench = ReaderBench()
        bench.settings.names = names.compactMap { TriggerName($0) }
        bench.settings.keepsAmbientMessages = true
        return bench.message(more.merging(["text": .string(text)]), in: ReaderBench.group)
    }

    private func entity(_ type: String, _ offset: Int64, _ length: Int64, _ more: JSONObject = [:]) -> JSONObject {
        let entity: JSONObject = ["type": .string(type), "offset": .integer(offset), "length": .integer(length)]
        return ["entities": [.object(entity.merging(more))]]
    }

    @Test(
        "commands are ours unless they name another bot",
        arguments: [
            ("/help", InboundEvent.Addressing.command), ("/help@ada_bot now", .command), ("/help@ADA_BOT", .command),
            ("/help@other_bot", .none), ("/usr/bin", .none), ("say /help", .none),
        ]
    )
    func commands(text: String, addressing: InboundEvent.Addressing) {
        #expect(read(text)?.addressing == addressing)
        let answered: JSONValue = ["message_id": 2, "from": ReaderBench.us]
        if text.contains("@other") {
            #expect(read(text, ["reply_to_message": answered])?.addressing == InboundEvent.Addressing.none)
        }
    }

    @Test("a mention counts where the platform marked it, by UTF-16 positions, and leaves the front of the text")
    func mentions() {
        #expect(read("@ada_bot: hi", entity("mention", 0, 8))?.content == .text("hi"))
        #expect(read("@ADA_Bot", entity("mention", 0, 8))?.content == .text("@ADA_Bot"))
        #expect(read("🦜🦜 @ada_bot hi", entity("mention", 5, 8))?.addressing == .mention)
        #expect(read("🦜🦜 @ada_bot hi", entity("mention", 5, 8))?.content == .text("🦜🦜 @ada_bot hi"))
        #expect(read("@ada_bot hi")?.addressing == InboundEvent.Addressing.none, "words alone are no mention")
        #expect(read("@ada_bott hi", entity("mention", 0, 9))?.addressing == InboundEvent.Addressing.none)
        #expect(read("Ada hi", entity("text_mention", 0, 3, ["user": ReaderBench.us]))?.addressing == .mention)
        #expect(
            read("Ada hi", entity("text_mention", 0, 3, ["user": ReaderBench.ada]))?.addressing
                == InboundEvent.Addressing.none
        )
    }

    @Test(
        "entities out of range or inside a character mention nobody",
        arguments: [
            (-1, 8), (0, 0), (0, -5), (0, 99), (1, 8), (Int64.max, 1), (0, .max), (.min, .min), (9, 1), (10, 2),
        ] as [(Int64, Int64)]
    )
    func hostileEntities(offset: Int64, length: Int64) {
        let event = read("@ada_bot 🦜", entity("mention", offset, length))
        #expect(event?.addressing == InboundEvent.Addressing.none)
        #expect(event?.content == .text("@ada_bot 🦜"))
    }

    @Test("a bad entity does not hide a good one")
    func mixedEntities() {
        let good: JSONValue = ["type": "mention", "offset": 0, "length": 8]
        #expect(read("@ada_bot hi", ["entities": [5, .null, "x", ["type": 7], good]])?.addressing == .mention)
        #expect(read("hi", ["entities": "none"])?.addressing == InboundEvent.Addressing.none)
    }

    @Test("a reply to the bot is for it; a message in a topic that it opened is not")
    func replies() {
        let ours: JSONObject = ["message_id": 2, "from": ReaderBench.us]
        #expect(read("and you?", ["reply_to_message": .object(ours)])?.addressing == .reply)
        let topic = ours.merging(["forum_topic_created": ["name": "x"]])
        #expect(read("hi all", ["reply_to_message": .object(topic)])?.addressing == InboundEvent.Addressing.none)
        let theirs: JSONValue = ["message_id": 2, "from": ReaderBench.ada]
        #expect(read("and you?", ["reply_to_message": theirs])?.addressing == InboundEvent.Addressing.none)
    }

    @Test(
        "a name at the start of a message is heard in any case, to the end of a word",
        arguments: [
            ("Тимоха", "Тимоха, как дела?", "как дела?"), ("Тимоха", "ТИМОХА как дела", "как дела"),
            ("Тимоха", "  тимоха!", "  тимоха!"), ("Тимоха", "Тимоху позови", nil), ("Тимоха", "где Тимоха?", nil),
            ("Ada", "Adana güzel", nil), ("Ada", "ada_bot", nil), ("Ada", "ADA - hi", "hi"), ("Ada", "ada", "ada"),
            ("Ada", "Ada's hat", "'s hat"), ("Ada,", "ada, hi", "hi"), ("Ada,", "ada hi", nil),
            ("Strasse", "STRASSE auf", "auf"), ("Straße", "STRASSE auf", "auf"), ("Strasse", "straße auf", "auf"),
            ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ γεια", "γεια"), ("İpek", "ipek selam", "selam"), ("Ipek", "İPEK selam", "selam"),
            ("café", "cafe\u{301} now", "now"), ("cafe", "cafe\u{301} now", nil), ("hey ada", "Hey Ada, hi", "hi"),
            ("Ada", "A\u{200B}da hi", nil), ("🦜", "🦜 hi", "hi"), ("🦜", "🦜🦜 hi", "🦜 hi"), ("Ada", "", nil),
        ] as [(String, String, String?)]
    )
    func names(name: String, text: String, rest: String?) {
        guard let heard = TriggerName(name)?.rest(of: text) else {
            #expect(rest == nil)
            return
        }
        #expect((heard.isEmpty ? text : heard) == rest)
        let event = read(text, names: ["Somebody", name])
        #expect(event?.addressing == .name)
        #expect(event?.content == .text(heard.isEmpty ? text : heard))
    }

    @Test("a name is 1 to 64 characters")
    func badNames() {
        #expect(TriggerName("") == nil)
        #expect(TriggerName(" \n") == nil)
        #expect(TriggerName(String(repeating: "x", count: 65)) == nil)
        #expect(TriggerName(" Ada ")?.description == "Ada")
    }

    @Test("a message with a thousand marks on each letter is given up quickly")
    func stackedMarks() {
        let text = String(repeating: "A" + String(repeating: "\u{301}", count: 1000), count: 4)
        #expect(TriggerName("Ada")?.rest(of: text) == nil)
    }

    @Test("what is not for the bot is left alone, unless a setting keeps it")
    func ambient() {
        #expect(read("just talking")?.addressing == InboundEvent.Addressing.none)
        let silent = ReaderBench()
        #expect(silent.reason("message", ReaderBench.message([:], in: ReaderBench.group)) == "not for the bot")
    }
}
