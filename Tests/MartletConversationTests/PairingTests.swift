import FoundationEssentials
import MartletConversation
import MartletStore
import Testing

@Suite("Pairing codes")
struct PairingTests {
    @Test("have eight signs without look-alikes, and are read in any spelling")
    func reading() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let code = PairingCode(using: &generator)
            #expect(code.text.count == 8)
            #expect(!code.text.contains { "ILOU01".contains($0) })
            let half = code.text.prefix(4) + "-" + code.text.suffix(4)
            for text in [
                code.text, code.text.lowercased(), "\(half)", " \(code.text)\n", "/start \(code.text)",
                "/start@bot \(half)",
            ] {
                #expect(PairingCode(reading: text) == code, "\(text)")
            }
        }
    }

    @Test(
        "are not read into other messages",
        arguments: [
            "", "hello", "/start", "/start hello", "ABCD EFGH", "ABCDEFG", "ABCDEFGHJ", "ABCDEFG0", "/help ABCDEFGH",
            "🦜🦜🦜🦜🦜🦜🦜🦜",
            "ＡＢＣＤＥＦＧＨ", "--------", String(repeating: "A", count: 1 << 20),
        ]
    )
    func others(text: String) {
        #expect(PairingCode(reading: text) == nil)
    }

    @Test("let one person in, once, and the owner is told with a button to undo it")
    func once() async throws {
        let gate = Doorway()
        let code = try await gate.policy.makeCode(for: .member, bot: Doorway.bot).code.text
        #expect(try await gate.say("/start \(code)", from: 5).told?.contains("Welcome") == true)
        #expect(try await gate.say("hi", from: 5) == .admitted)
        #expect(try await gate.say(code, from: 6).told?.contains("not valid") == true)
        let told = try #require(gate.actions.sent.first)
        #expect(told.chat == ChatID(Doorway.owner))
        #expect(told.reply.choices.flatMap { $0 }.map(\.value) == ["ub:5"])
        _ = try await gate.press("ub:5", from: Doorway.owner)
        #expect(try await gate.say("hi", from: 5) == .ignored)
    }

    @Test("welcome somebody again when the same event is taken up after a crash")
    func again() async throws {
        let gate = Doorway()
        let code = try await gate.policy.makeCode(for: .member, bot: Doorway.bot).code.text
        let event = gate.event(.text(code), from: 5)
        let first = try await gate.policy.admit(event)
        #expect(try await gate.policy.admit(event) == first)
    }

    @Test("end after an hour, and are kept as fingerprints only")
    func expiry() async throws {
        let gate = Doorway()
        let code = try await gate.policy.makeCode(for: .member, bot: Doorway.bot).code.text
        let kept = try #require(await gate.store.pairingCodes(of: Doorway.bot).first)
        #expect(kept.digest.count == 32)
        #expect(!String(decoding: kept.digest + kept.salt, as: UTF8.self).contains(code))
        gate.advance(3601)
        #expect(try await gate.say(code, from: 5).told?.contains("not valid") == true)
        try await gate.policy.sweep(bot: Doorway.bot)
        #expect(await gate.store.pairingCodes(of: Doorway.bot).isEmpty)
    }

    @Test("get silence after five wrong tries in an hour, the right one too")
    func tries() async throws {
        let gate = Doorway()
        let code = try await gate.policy.makeCode(for: .member, bot: Doorway.bot).code.text
        let wrong = code == "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA"
        for _ in 0..<5 { #expect(try await gate.say(wrong, from: 5).told?.contains("not valid") == true) }
        #expect(try await gate.say(wrong, from: 5) == .ignored)
        #expect(try await gate.say(code, from: 5) == .ignored)
        gate.advance(3601)
        let fresh = try await gate.policy.makeCode(for: .member, bot: Doorway.bot).code.text
        #expect(try await gate.say(fresh, from: 5).told?.contains("Welcome") == true)
    }

    @Test("make somebody the owner where there is none, and the first only")
    func firstOwner() async throws {
        let gate = Doorway(AccessSettings())
        #expect(try await gate.say("hi", from: 5).told?.contains("no owner yet") == true)
        let stale = try #require(try await gate.policy.makeFirstOwnerCode(bot: Doorway.bot))
        let invitation = try #require(try await gate.policy.makeFirstOwnerCode(bot: Doorway.bot))
        #expect(invitation.role == .owner)
        #expect(
            try await gate.say(stale.code.text, from: 6).told?.contains("not valid") == true,
            "an earlier start's code"
        )
        #expect(try await gate.say(invitation.code.text, from: 5).told?.contains("owner now") == true)
        #expect(try await gate.policy.role(of: UserID(5), bot: Doorway.bot) == .owner)
        #expect(try await gate.policy.makeFirstOwnerCode(bot: Doorway.bot) == nil)
        #expect(try await gate.say("hi", from: 6).told?.contains("pairing code") == true)
    }

    @Test("raise a member, and never lower anybody or disturb their conversation")
    func members() async throws {
        let gate = Doorway()
        _ = try await gate.say("/allow 5", from: Doorway.owner)
        let member = try await gate.policy.makeCode(for: .member, bot: Doorway.bot).code.text
        #expect(try await gate.say(member, from: 5) == .admitted, "it stays good for somebody else")
        #expect(try await gate.say(member, from: 6).told?.contains("Welcome") == true)
        for _ in 0..<9 { #expect(try await gate.say("AAAAAAAA", from: 6) == .admitted) }
        let owner = try await gate.policy.makeCode(for: .owner, bot: Doorway.bot).code.text
        #expect(try await gate.say(owner, from: 5).told?.contains("owner now") == true)
        #expect(try await gate.policy.role(of: UserID(5), bot: Doorway.bot) == .owner)
    }

    @Test("come with a link where the bot's name is known, and are twenty at most")
    func invitations() async throws {
        let gate = Doorway()
        await gate.store.recordUsername("ada_bot", of: Doorway.bot)
        let reply = try #require(try await gate.say("/pair", from: Doorway.owner).told)
        #expect(reply.contains("https://t.me/ada_bot?start="))
        for _ in 0..<25 { _ = try await gate.policy.makeCode(for: .member, bot: Doorway.bot) }
        #expect(await gate.store.pairingCodes(of: Doorway.bot).count == 20)
    }

    @Test("work in private only")
    func groups() async throws {
        let gate = Doorway()
        let code = try await gate.policy.makeCode(for: .member, bot: Doorway.bot).code.text
        #expect(try await gate.say(code, from: 5, chat: Doorway.group) == .ignored)
        #expect(await gate.store.pairingCodes(of: Doorway.bot).count == 1)
    }
}
