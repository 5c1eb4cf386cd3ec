import FoundationEssentials
import MartletConversation
import MartletStore
import Testing

@Suite("Groups")
struct GroupAccessTests {
    @Test("that a stranger adds wait in silence until the owner approves them")
    func approval() async throws {
        let gate = Doorway()
        #expect(try await gate.add(by: 5) == .ignored)
        #expect(await gate.groupStanding() == .pending)
        let asked = try #require(gate.actions.sent.first)
        #expect(asked.chat == ChatID(Doorway.owner))
        #expect(asked.reply.text.contains("Bakers"))
        #expect(asked.reply.choices.flatMap { $0 }.map(\.value) == ["ga:-1001", "gl:-1001"])
        #expect(try await gate.say("hi", from: 5, chat: Doorway.group) == .ignored)
        #expect(try await gate.say("hi", from: Doorway.owner, chat: Doorway.group) == .ignored)
        #expect(gate.actions.sent.count == 1, "nobody is asked twice, and nothing is said in the group")
        #expect(try await gate.press("ga:-1001", from: 5) == .ignored)
        #expect(await gate.groupStanding() == .pending)
        _ = try await gate.press("ga:-1001", from: Doorway.owner)
        #expect(await gate.groupStanding() == .approved)
        #expect(gate.actions.sent.last?.chat == ChatID(Doorway.group))
        #expect(gate.actions.sent.last?.reply.text.contains("reply to one of my messages") == true)
        #expect(try await gate.say("hi", from: 5, chat: Doorway.group) == .admitted)
        #expect(try await gate.say("hi", from: 5) != .admitted, "private talk is another matter")
        let count = gate.actions.sent.count
        _ = try await gate.press("ga:-1001", from: Doorway.owner)
        #expect(gate.actions.sent.count == count, "a second press says nothing again")
    }

    @Test("are left at once when the owner refuses them, and stay refused to strangers")
    func refusal() async throws {
        let gate = Doorway()
        _ = try await gate.add(by: 5)
        _ = try await gate.press("gl:-1001", from: Doorway.owner)
        #expect(gate.actions.left == [ChatID(Doorway.group)])
        _ = try await gate.add(by: 5)
        #expect(gate.actions.left.count == 2)
        #expect(try await gate.say("hi", from: 5, chat: Doorway.group) == .ignored)
        _ = try await gate.add(by: Doorway.owner)
        #expect(await gate.groupStanding() == .approved, "an owner who adds the bot again changed their mind")
    }

    @Test("that an owner or admin adds are approved at once")
    func ownAddition() async throws {
        for user in [Doorway.owner, 101] {
            let gate = Doorway(Doorway.closed { $0.admins = [UserID(101)] })
            #expect(try await gate.add(by: user) == .ignored)
            #expect(await gate.groupStanding() == .approved)
            #expect(gate.actions.sent.map(\.chat) == [ChatID(Doorway.group)])
        }
    }

    @Test(
        "a channel hears nothing when the bot comes: who decides about it is told in private, and for others it leaves"
    )
    func channels() async throws {
        for user in [Doorway.owner, 101] {
            let gate = Doorway(Doorway.closed { $0.admins = [UserID(101)] })
            #expect(try await gate.add(by: user, isChannel: true) == .ignored)
            #expect(gate.actions.sent.map(\.chat) == [ChatID(user)])
            #expect(gate.actions.sent.first?.reply.text.contains("Bakers") == true)
            #expect(await gate.groupStanding() == .approved)
        }
        let gate = Doorway()
        _ = try await gate.add(by: 5, isChannel: true)
        #expect(gate.actions.sent.isEmpty, "nobody is asked about a place where there is nothing to answer")
        #expect(gate.actions.left == [ChatID(Doorway.group)])
        let open = Doorway(Doorway.closed { $0.groups = .open })
        _ = try await open.add(by: 5, isChannel: true)
        #expect(open.actions.sent.isEmpty && open.actions.left.isEmpty)
        let never = Doorway(Doorway.closed { $0.groups = .never })
        _ = try await never.add(by: Doorway.owner, isChannel: true)
        #expect(never.actions.left == [ChatID(Doorway.group)] && never.actions.sent.isEmpty)
    }

    @Test("that wait too long are left, and not before")
    func patience() async throws {
        let gate = Doorway()
        _ = try await gate.add(by: 5)
        gate.advance(86_399)
        try await gate.policy.sweep(bot: Doorway.bot)
        #expect(gate.actions.left.isEmpty)
        gate.advance(2)
        try await gate.policy.sweep(bot: Doorway.bot)
        #expect(gate.actions.left == [ChatID(Doorway.group)])
        #expect(await gate.groupStanding() == nil)
        try await gate.policy.sweep(bot: Doorway.bot)
        #expect(gate.actions.left.count == 1)
    }

    @Test("from before are asked about at the first word")
    func unknown() async throws {
        let gate = Doorway()
        #expect(try await gate.say("hi", from: 5, chat: Doorway.group) == .ignored)
        #expect(await gate.groupStanding() == .pending)
        #expect(gate.actions.sent.count == 1)
    }

    @Test("are asked about when there is somebody to ask")
    func later() async throws {
        let gate = Doorway(AccessSettings())
        _ = try await gate.add(by: 5)
        #expect(gate.actions.sent.isEmpty)
        let code = try #require(try await gate.policy.makeFirstOwnerCode(bot: Doorway.bot)).code.text
        _ = try await gate.say(code, from: 9)
        #expect(gate.actions.sent.map(\.chat) == [ChatID(9)])
        try await gate.policy.sweep(bot: Doorway.bot)
        #expect(gate.actions.sent.count == 1)
    }

    @Test("are asked about again where the owner could not be reached")
    func unreachable() async throws {
        let gate = Doorway(actions: RecordingActions(unreachable: [ChatID(Doorway.owner)]))
        _ = try await gate.add(by: 5)
        #expect(await gate.store.groups(of: Doorway.bot).first?.isAsked == false)
        #expect(await gate.groupStanding() == .pending)
    }

    @Test("follow the settings: open, never, named, and members only")
    func settings() async throws {
        let open = Doorway(Doorway.closed { $0.groups = .open })
        _ = try await open.add(by: 5)
        #expect(try await open.say("hi", from: 6, chat: Doorway.group) == .admitted)
        let never = Doorway(Doorway.closed { $0.groups = .never })
        for user in [5, Doorway.owner] { _ = try await never.add(by: user) }
        #expect(never.actions.left.count == 2)
        let named = Doorway(Doorway.closed { $0.allowedGroups = [ChatID(Doorway.group)] })
        #expect(try await named.say("hi", from: 5, chat: Doorway.group) == .admitted)
        let closed = Doorway(
            Doorway.closed {
                $0.groupMembers = .allowed
                $0.allowedGroups = [ChatID(Doorway.group)]
            }
        )
        #expect(try await closed.say("hi", from: 5, chat: Doorway.group) == .ignored)
        #expect(try await closed.say("hi", from: Doorway.owner, chat: Doorway.group) == .admitted)
    }

    @Test("do not hear those who are blocked")
    func blocked() async throws {
        let gate = Doorway()
        _ = try await gate.add(by: Doorway.owner)
        _ = try await gate.say("/block 5", from: Doorway.owner)
        #expect(try await gate.say("hi", from: 5, chat: Doorway.group) == .ignored)
        #expect(try await gate.say("hi", from: 6, chat: Doorway.group) == .admitted)
    }

    @Test("keep an approval when the bot is taken out, and drop a question")
    func departure() async throws {
        let gate = Doorway()
        let gone = InboundEvent.Content.membership(Membership(isMember: false, wasMember: true))
        _ = try await gate.add(by: 5)
        #expect(try await gate.admit(gone, from: 5, chat: Doorway.group) == .ignored)
        #expect(await gate.groupStanding() == nil)
        _ = try await gate.add(by: Doorway.owner)
        _ = try await gate.admit(gone, from: 5, chat: Doorway.group)
        #expect(await gate.groupStanding() == .approved)
        _ = try await gate.press("ga:-1001", from: Doorway.owner)
        guard case .changed(_, let reply) = gate.actions.actions.last else {
            Issue.record("the owner was not told")
            return
        }
        #expect(reply.text.contains("no longer in"))
    }

    @Test("take what was decided along when they become another chat")
    func migration() async throws {
        let gate = Doorway()
        _ = try await gate.add(by: Doorway.owner)
        #expect(try await gate.say("hi", from: 5, chat: -2002) == .ignored, "the other number is not known yet")
        #expect(try await gate.admit(.migrated(to: ChatID(-2002)), from: 5, chat: Doorway.group) == .admitted)
        #expect(await gate.groupStanding(Doorway.group) == nil)
        #expect(try await gate.say("hi", from: 5, chat: -2002) == .admitted)
        #expect(try await gate.admit(.migrated(to: ChatID(-2002)), from: 5, chat: Doorway.group) == .admitted)
        #expect(await gate.groupStanding(-2002) == .approved)
    }

    @Test("that strangers add by the hundred fill neither the table nor the owner's chat")
    func flood() async throws {
        let gate = Doorway()
        for number in 1...100 { _ = try await gate.add(by: 5, to: -Int64(number)) }
        #expect(gate.actions.sent.count == 20)
        #expect(gate.actions.left.count == 80)
        #expect(await gate.store.groups(of: Doorway.bot).count == 20)
    }

    @Test("let their administrators change settings, and everybody where the owner says so")
    func settingsRights() async throws {
        struct Administrators: GroupAdministering {
            func isAdministrator(_ user: UserID, of chat: ChatID) -> Bool { user == UserID(50) }
        }
        let gate = Doorway(Doorway.closed { $0.admins = [UserID(101)] }, administrators: Administrators())
        _ = try await gate.add(by: Doorway.owner)
        func may(_ user: Int64, in chat: Int64 = Doorway.group) async throws -> Bool {
            try await gate.policy.mayChangeSettings(gate.event(.text("/lang tr"), from: user, chat: chat))
        }
        for (user, expected) in [(Doorway.owner, true), (101, true), (50, true), (5, false)] as [(Int64, Bool)] {
            #expect(try await may(user) == expected, "\(user)")
        }
        #expect(try await may(5, in: 5), "a private chat is one's own")
        for _ in 0..<2 { _ = try await gate.press("ge:-1001", from: Doorway.owner) }
        #expect(try await may(5))
        _ = try await gate.press("gm:-1001", from: Doorway.owner)
        #expect(try await may(5) == false)
    }
}
