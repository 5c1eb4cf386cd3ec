import MartletConversation
import MartletTelegram
import Testing

@Suite("The transport of a reply")
struct ReplyTransportTests {
    private let start = ContinuousClock.now
    private static let token = BotToken("7000001:secret-letters")

    private func composer() -> ReplyComposer {
        ReplyComposer(
            language: .english,
            question: EventID(bot: BotID(7_000_001), update: 42),
            owner: UserID(11),
            buttons: Self.token.map { ButtonCodec(token: $0) },
            phrases: ["hm", "well"]
        )
    }

    private func transport(
        _ rung: ReplyTransport.Rung,
        isPrivate: Bool = true,
        resuming messages: [MessageID] = [],
        isRich: Bool = false
    ) -> ReplyTransport {
        ReplyTransport(
            composer: composer(),
            pacing: StreamPacing(),
            isPrivate: isPrivate,
            rung: rung,
            resuming: messages,
            isRich: isRich
        )
    }

    /// What a call does and shows, in short.
    private func short(_ step: ReplyTransport.Step) -> String {
        switch step {
        case .wait(let until): return until.map { "wait \(($0 - start) / .seconds(1))" } ?? "wait"
        case .end(let outcome): return "end \(outcome.rawValue)"
        case .call(let call):
            switch call {
            case .draft(let content, let part): return "draft \(part) \(short(content))"
            case .send(let content, let part, let isFinal):
                return "send \(part) \(short(content))\(isFinal ? " !" : "")"
            case .whisper(let content, let part): return "whisper \(part) \(short(content))"
            case .aside(let content, let part): return "aside \(part) \(short(content))"
            case .hint(let content): return "hint \(short(content))"
            case .edit(let id, let content, _, let isFinal): return "edit \(id) \(short(content))\(isFinal ? " !" : "")"
            case .delete(let id): return "delete \(id)"
            }
        }
    }

    private func short(_ content: MessageContent) -> String {
        let text = content.text.text.count > 20 ? "\(content.text.text.count) characters" : content.text.marked
        let rich: String =
            switch content.rich {
            case .markdown(let source): " rich(\(source))"
            case .thinking(let thoughts): " thinking(\(thoughts))"
            case nil: ""
            }
        return text + rich
            + (content.keyboard.map { " [\($0.rows.joined().map(\.label).joined(separator: "|"))]" } ?? "")
    }

    /// Asks for the next step, lets it succeed, and says what it was.
    private func advance(_ transport: inout ReplyTransport, at seconds: Double, message: Int64 = 100) -> String {
        let now = start + .milliseconds(Int(seconds * 1000))
        let step = transport.next(now: now)
        if case .call(let call) = step { transport.succeeded(call, message: MessageID(message), now: now) }
        return short(step)
    }

    private func fail(_ transport: inout ReplyTransport, _ error: TelegramError, at seconds: Double) throws -> String {
        let now = start + .milliseconds(Int(seconds * 1000))
        let step = transport.next(now: now)
        guard case .call(let call) = step else { return short(step) }
        try transport.failed(call, error, now: now)
        return short(step)
    }

    private func say(_ text: String, to transport: inout ReplyTransport, at seconds: Double = 0) {
        transport.update(.text(text), now: start + .milliseconds(Int(seconds * 1000)))
    }

    private func settle(_ transport: inout ReplyTransport, _ reply: FinalReply) {
        transport.update(.final(reply), now: start)
    }

    @Test("shows a reply by edits, paced, with a button to stop until it is settled")
    func edits() {
        var transport = transport(.edits)
        #expect(advance(&transport, at: 0) == "wait")
        say("a", to: &transport)
        #expect(advance(&transport, at: 0) == "wait 1.2", "too short to be shown at once")
        #expect(advance(&transport, at: 1.2) == "send 0 a [⏹ Stop]")
        #expect(advance(&transport, at: 1.3) == "wait 2.2")
        say("a **b", to: &transport)
        #expect(advance(&transport, at: 2.2) == "edit 100 a <b:b> [⏹ Stop]")
        say("a **b** c", to: &transport)
        #expect(advance(&transport, at: 3) == "wait 3.32", "less and less often")
        settle(&transport, FinalReply(text: "a **b** c d", isRemembered: true, actions: [.regenerate]))
        #expect(advance(&transport, at: 3) == "edit 100 a <b:b> c d [🔄 Again] !", "the settled text waits for nothing")
        #expect(advance(&transport, at: 3) == "end answered")
    }

    @Test("is slow in groups")
    func group() {
        var transport = transport(.edits, isPrivate: false)
        say("a long enough beginning of words", to: &transport)
        #expect(advance(&transport, at: 0).hasPrefix("send 0"))
        say("a long enough beginning of words and more", to: &transport)
        #expect(advance(&transport, at: 3.4) == "wait 3.5")
        #expect(advance(&transport, at: 3.5).hasPrefix("edit 100"))
    }

    @Test("shows drafts a second apart, again before they fade, and none once the text is settled")
    func drafts() {
        var transport = transport(.drafts)
        say("a long enough beginning", to: &transport)
        say("a long enough beginning.", to: &transport)
        #expect(advance(&transport, at: 0).hasPrefix("draft 0 24 characters"))
        say("a long enough beginning. b", to: &transport)
        #expect(advance(&transport, at: 0.5) == "wait 1.0")
        #expect(advance(&transport, at: 1).hasPrefix("draft 0 26 characters"))
        #expect(advance(&transport, at: 2) == "wait 25.0")
        #expect(advance(&transport, at: 25).hasPrefix("draft 0 26 characters"))
        say("a long enough beginning. b c", to: &transport)
        settle(&transport, FinalReply(text: "done", isRemembered: true))
        #expect(advance(&transport, at: 25.1) == "send 0 done !")
        #expect(advance(&transport, at: 40) == "end answered")
        #expect(advance(&transport, at: 90) == "end answered")
    }

    @Test("makes a message of what is full, and goes on with the rest in a draft of its own")
    func longDraft() {
        var transport = transport(.drafts)
        let first = String(repeating: "word ", count: 800).trimmingWhitespace()
        say(first + "\n\nsecond " + String(repeating: "more ", count: 40), to: &transport)
        #expect(advance(&transport, at: 0) == "send 0 3999 characters")
        #expect(advance(&transport, at: 1).hasPrefix("draft 1 206 characters"))
        settle(
            &transport,
            FinalReply(text: first + "\n\nsecond " + String(repeating: "more ", count: 50), isRemembered: true)
        )
        #expect(advance(&transport, at: 2) == "send 1 256 characters !")
        #expect(advance(&transport, at: 2) == "end answered")
    }

    @Test("goes on in a further message, and the button to stop moves along")
    func longEdits() {
        var transport = transport(.edits)
        let first = String(repeating: "word ", count: 800).trimmingWhitespace()
        say(first, to: &transport)
        #expect(advance(&transport, at: 0, message: 100) == "send 0 3999 characters [⏹ Stop]")
        say(first + "\n\nsecond " + String(repeating: "more ", count: 40), to: &transport)
        #expect(advance(&transport, at: 2) == "edit 100 3999 characters")
        #expect(advance(&transport, at: 4, message: 101) == "send 1 206 characters [⏹ Stop]")
        let whole = first + "\n\nsecond " + String(repeating: "more ", count: 50)
        settle(&transport, FinalReply(text: whole, isRemembered: true, actions: [.regenerate, .proceed]))
        #expect(
            advance(&transport, at: 4) == "edit 101 256 characters [🔄 Again|➡️ Go on] !",
            "the first message is as it should be"
        )
        #expect(advance(&transport, at: 4) == "end answered")
    }

    @Test(
        "gives up drafts at any failure of one, for a day where the chat refused it",
        arguments: [
            (RecordingBotAPI.refusal(400, "Bad Request: TEXTDRAFT_PEER_INVALID"), true),
            (RecordingBotAPI.refusal(404, "Not Found"), true),
            (RecordingBotAPI.refusal(403, "Forbidden"), true),
            (RecordingBotAPI.refusal(500, "Internal"), false),
            (RecordingBotAPI.refusal(429, "Too Many Requests", retryAfter: 3), false),
        ]
    )
    func refusedDraft(error: TelegramError, isForADay: Bool) throws {
        var transport = transport(.drafts)
        say("a long enough beginning.", to: &transport)
        #expect(try fail(&transport, error, at: 0).hasPrefix("draft 0"))
        #expect(advance(&transport, at: 1).hasPrefix("send 0"))
        #expect(transport.rung == .edits)
        var memory = TransportMemory()
        memory.note(transport, in: ChatID(11), now: start)
        #expect(memory.rung(of: ChatID(11), now: start) == (isForADay ? .edits : .drafts))
        #expect(memory.rung(of: ChatID(11), now: start + .seconds(86_401)) == .drafts)
        #expect(memory.rung(of: ChatID(12), now: start) == .drafts)
    }

    @Test("shows only the settled text when the server asks for a long silence, and other replies know")
    func longSilence() throws {
        var transport = transport(.edits)
        say("a long enough beginning.", to: &transport)
        #expect(try fail(&transport, RecordingBotAPI.refusal(429, "x", retryAfter: 200), at: 0).hasPrefix("send 0"))
        say("a long enough beginning. And more", to: &transport)
        #expect(advance(&transport, at: 100) == "wait")
        var memory = TransportMemory()
        memory.note(transport, in: ChatID(11), now: start)
        #expect(memory.rung(of: ChatID(11), now: start + .seconds(199)) == .finalOnly)
        #expect(memory.rung(of: ChatID(11), now: start + .seconds(201)) == .drafts)
        settle(&transport, FinalReply(text: "done", isRemembered: true))
        #expect(advance(&transport, at: 100) == "send 0 done !")
    }

    @Test("leaves out what a short silence or a full budget does not let through")
    func shortSilence() throws {
        for error in [
            RecordingBotAPI.refusal(429, "x", retryAfter: 7), RecordingBotAPI.refusal(502, "Bad Gateway"),
        ] {
            var transport = transport(.edits)
            say("a long enough beginning.", to: &transport)
            #expect(advance(&transport, at: 0).hasPrefix("send 0"))
            say("a long enough beginning. b", to: &transport)
            #expect(try fail(&transport, error, at: 2).hasPrefix("edit 100 26"))
            say("a long enough beginning. b c", to: &transport)
            #expect(advance(&transport, at: 4).hasPrefix("edit 100 28"))
        }
    }

    @Test("does not send a text on the way twice when nobody knows whether it was sent")
    func ambiguousSend() throws {
        var unknown = transport(.edits)
        say("a long enough beginning.", to: &unknown)
        _ = try fail(&unknown, RecordingBotAPI.refusal(502, "Bad Gateway"), at: 0)
        say("a long enough beginning. b", to: &unknown)
        #expect(advance(&unknown, at: 9) == "wait")
        settle(&unknown, FinalReply(text: "done", isRemembered: true))
        #expect(advance(&unknown, at: 9) == "send 0 done !")
        var unsent = transport(.edits)
        say("a long enough beginning.", to: &unsent)
        var error = RecordingBotAPI.refusal(502, "Bad Gateway")
        error.hadNoEffect = true
        _ = try fail(&unsent, error, at: 0)
        #expect(advance(&unsent, at: 9).hasPrefix("send 0"))
    }

    @Test("never loses an answer for its looks: what a server refuses is left out step by step")
    func refusedLooks() throws {
        let refusal = RecordingBotAPI.refusal(400, "Bad Request: something is wrong")
        var transport = transport(.edits, isRich: true)
        settle(&transport, FinalReply(text: "**b**", isRemembered: true, actions: [.regenerate]))
        #expect(try fail(&transport, refusal, at: 0) == "send 0 <b:b> rich(**b**) [🔄 Again] !")
        #expect(try fail(&transport, refusal, at: 0) == "send 0 <b:b> [🔄 Again] !")
        #expect(try fail(&transport, refusal, at: 0) == "send 0 b [🔄 Again] !")
        #expect(try fail(&transport, refusal, at: 0) == "send 0 b !")
        #expect(advance(&transport, at: 0) == "end undeliverable")
        var growing = self.transport(.edits)
        say("a **long enough** beginning", to: &growing)
        _ = try fail(&growing, refusal, at: 0)
        #expect(advance(&growing, at: 2) == "send 0 23 characters [⏹ Stop]")
        say("a **long**", to: &growing)
        #expect(advance(&growing, at: 4) == "edit 100 a long [⏹ Stop]")
    }

    @Test("ends when the message was deleted or the bot may not write")
    func ends() throws {
        var deleted = transport(.edits)
        say("a long enough beginning.", to: &deleted)
        _ = advance(&deleted, at: 0)
        say("a long enough beginning. b", to: &deleted)
        _ = try fail(&deleted, RecordingBotAPI.refusal(400, "Bad Request: message to edit not found"), at: 2)
        #expect(advance(&deleted, at: 2) == "end stopped")
        var blocked = transport(.edits)
        say("a long enough beginning.", to: &blocked)
        _ = try fail(&blocked, RecordingBotAPI.refusal(403, "Forbidden: bot was blocked by the user"), at: 0)
        #expect(advance(&blocked, at: 2) == "end undeliverable")
        var strange = transport(.edits)
        say("a long enough beginning.", to: &strange)
        #expect(throws: TelegramError.self) { try fail(&strange, RecordingBotAPI.refusal(401, "Unauthorized"), at: 0) }
    }

    @Test("says by phrases that the model thinks, and never what it thinks")
    func thinking() {
        var transport = transport(.edits)
        transport.update(.thinking("secret"), now: start)
        #expect(advance(&transport, at: 0) == "wait 1.5")
        #expect(advance(&transport, at: 1.5) == "send 0 hm [⏹ Stop]")
        transport.update(.thinking("secret thoughts"), now: start + .seconds(2))
        #expect(advance(&transport, at: 3) == "wait 9.5")
        #expect(advance(&transport, at: 9.5) == "edit 100 well [⏹ Stop]")
        say("a long enough beginning.", to: &transport)
        #expect(advance(&transport, at: 12) == "edit 100 24 characters [⏹ Stop]")
        settle(&transport, FinalReply(text: "done", isRemembered: true))
        #expect(advance(&transport, at: 12) == "edit 100 done !")
    }

    @Test("shows thoughts as a block of thinking in rich drafts only, and above the answer where they are asked for")
    func shownThinking() throws {
        var transport = transport(.drafts, isRich: true)
        transport.update(.thinking("thoughts"), now: start)
        #expect(advance(&transport, at: 1.5) == "draft 0 hm thinking(thoughts)")
        #expect(try fail(&transport, RecordingBotAPI.refusal(400, "x"), at: 9.5) == "draft 0 well thinking(thoughts)")
        #expect(advance(&transport, at: 11) == "draft 0 well", "the chat has drafts, but no rich ones")
        settle(&transport, FinalReply(text: "**done**", isRemembered: true, thinking: " thoughts\n"))
        #expect(advance(&transport, at: 12) == "send 0 <Q:thoughts>\n\n<b:done> !")
    }

    @Test("takes up the messages of an earlier process and removes those that are too many")
    func resumes() {
        var transport = transport(.drafts, resuming: [MessageID(7), MessageID(8)])
        #expect(transport.rung == .edits)
        say("a long enough beginning.", to: &transport)
        #expect(advance(&transport, at: 0).hasPrefix("edit 7"))
        settle(&transport, FinalReply(text: "done", isRemembered: false))
        #expect(advance(&transport, at: 0) == "edit 7 done !")
        #expect(advance(&transport, at: 0) == "delete 8")
        #expect(advance(&transport, at: 0) == "end answered")
    }

    @Test("shows all of an answer though messages of the earlier one are gone, and leaves none of them behind")
    func gone() throws {
        let gone = RecordingBotAPI.refusal(400, "Bad Request: message to edit not found")
        var whole = transport(.edits, resuming: [MessageID(7), MessageID(8), MessageID(9)])
        settle(&whole, FinalReply(text: String(repeating: "word ", count: 1000), isRemembered: true))
        #expect(advance(&whole, at: 0).hasPrefix("edit 7 "))
        #expect(try fail(&whole, gone, at: 0).hasPrefix("edit 8 "))
        #expect(advance(&whole, at: 0).hasPrefix("send 1 "))
        #expect(advance(&whole, at: 0) == "delete 9")
        #expect(advance(&whole, at: 0) == "end answered")
        var growing = transport(.edits, resuming: [MessageID(7)])
        say("a long enough beginning.", to: &growing)
        #expect(try fail(&growing, gone, at: 0).hasPrefix("edit 7 "))
        say("a long enough beginning. b", to: &growing)
        #expect(advance(&growing, at: 4).hasPrefix("send 0 "))
        settle(&growing, FinalReply(text: "done", isRemembered: true))
        #expect(try fail(&growing, gone, at: 8) == "edit 100 done !")
        #expect(advance(&growing, at: 8) == "end stopped", "this answer's own message was deleted")
    }

    @Test("shows something even for an answer that shows nothing")
    func blank() {
        for text in ["", " \n", "\u{200B}\u{FE0F}"] {
            var transport = transport(.edits)
            settle(&transport, FinalReply(text: text, isRemembered: true))
            #expect(advance(&transport, at: 0) == "send 0 … !")
        }
    }

    @Test("forgets chats when there are too many")
    func boundedMemory() throws {
        var refused = transport(.drafts)
        say("a long enough beginning.", to: &refused)
        _ = try fail(&refused, RecordingBotAPI.refusal(400, "x"), at: 0)
        var memory = TransportMemory()
        for chat in 1...25_000 { memory.note(refused, in: ChatID(Int64(chat)), now: start) }
        #expect(memory.count <= 10_000)
    }
}
