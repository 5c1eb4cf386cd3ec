import FoundationEssentials
import MartletConversation
import MartletStore
import Testing

@Suite("The access policy")
struct AccessPolicyTests {
    @Test("tells a stranger once an hour how to get in, and then nothing")
    func stranger() async throws {
        let gate = Doorway()
        let first = try await gate.say("hello", from: 5)
        #expect(first.told?.contains("pairing code") == true)
        #expect(first.told?.contains("number is 5") == true)
        #expect(try await gate.say("hello?", from: 5) == .ignored)
        gate.advance(3599)
        #expect(try await gate.admit(.unsupported(kind: "photo"), from: 5) == .ignored)
        gate.advance(2)
        #expect(try await gate.admit(.unsupported(kind: "photo"), from: 5).told != nil)
        #expect(try await gate.say("hello", from: 6).told != nil, "strangers are counted apart")
    }

    @Test("tells the same about the same event, however often it asks")
    func repeatsRefusal() async throws {
        let gate = Doorway()
        let event = gate.event(.text("hello"), from: 5)
        let first = try await gate.policy.admit(event)
        #expect(try await gate.policy.admit(event) == first)
    }

    @Test("does not silence anybody for long when the clock is set back")
    func clockSetBack() async throws {
        let gate = Doorway()
        _ = try await gate.say("hello", from: 5)
        gate.advance(-86_400 * 365)
        #expect(try await gate.say("hello", from: 5).told != nil)
    }

    /// Everything that a stranger can send in private, and what comes of it.
    static let strangerTable: [(InboundEvent.Content, isTold: Bool)] = [
        (.text("hi"), true), (.text("/help"), true), (.text("/users"), true), (.unsupported(kind: "voice"), true),
        (.edited("hi"), false), (.stop, false), (.inlineQuery(query: "i", text: "x"), false),
        (.membership(Membership(isMember: false, wasMember: true)), false),
    ]

    @Test("answers no stranger, whatever they send", arguments: strangerTable)
    func strangers(content: InboundEvent.Content, isTold: Bool) async throws {
        let gate = Doorway()
        let admission = try await gate.admit(content, from: 5)
        #expect(admission != .admitted)
        #expect((admission.told != nil) == isTold)
    }

    @Test("says to a stranger who presses a button that it is not theirs")
    func strangerPresses() async throws {
        let gate = Doorway()
        for action in [ReplyAction.stop, .regenerate, .choose("ua:5"), .choose("whatever")] {
            let press = ButtonPress(
                query: "q",
                action: action,
                question: EventID(bot: Doorway.bot, update: 1),
                owner: nil
            )
            #expect(try await gate.admit(.press(press), from: 5) == .ignored)
        }
        #expect(gate.actions.actions.count == 4)
        #expect(await gate.store.knownPeople(of: Doorway.bot).isEmpty)
    }

    @Test("keeps an owner who came by a code from shutting themselves out, by word and by button")
    func owned() async throws {
        let gate = Doorway(AccessSettings())
        for owner in [Int64(5), 6] {
            await gate.store.setAccess(
                .allowed,
                role: .owner,
                name: nil,
                for: UserID(owner),
                bot: Doorway.bot,
                at: gate.now
            )
        }
        #expect(try await gate.say("/block 5", from: 5).told?.contains("yourself") == true)
        _ = try await gate.press("ub:5", from: 5)
        #expect(gate.actions.changes.last?.reply.text.contains("yourself") == true)
        #expect(try await gate.policy.role(of: UserID(5), bot: Doorway.bot) == .owner)
        #expect(try await gate.say("/block 6", from: 5).told?.contains("blocked") == true)
    }

    @Test(
        "answers those whom the settings name, and everybody where it is open",
        arguments: [
            (100, AccessRole.owner), (101, .admin), (102, .member), (5, nil),
        ] as [(Int64, AccessRole?)]
    )
    func configured(user: Int64, role: AccessRole?) async throws {
        let closed = Doorway(
            Doorway.closed {
                $0.admins = [UserID(101)]
                $0.allowed = [UserID(102)]
            }
        )
        #expect(try await closed.policy.role(of: UserID(user), bot: Doorway.bot) == role)
        #expect((try await closed.say("hi", from: user) == .admitted) == (role != nil))
        let open = Doorway(Doorway.closed { $0.people = .open })
        #expect(try await open.say("hi", from: user) == .admitted)
    }

    @Test("lets an owner allow and block people by their number, and nobody else")
    func allowAndBlock() async throws {
        let gate = Doorway()
        #expect(try await gate.say("/allow 5", from: 6).told != nil)
        #expect(try await gate.say("hi", from: 5) != .admitted)
        #expect(try await gate.say("/allow 5", from: Doorway.owner).told?.contains("5 may talk") == true)
        #expect(try await gate.say("hi", from: 5) == .admitted)
        #expect(try await gate.say("/block 5", from: Doorway.owner).told?.contains("blocked") == true)
        #expect(try await gate.say("hi", from: 5) == .ignored)
        #expect(try await gate.press("ua:5", from: Doorway.owner) == .ignored)
        #expect(try await gate.say("hi", from: 5) == .admitted)
        #expect(try await gate.press("ub:5", from: 6) == .ignored)
        #expect(try await gate.say("hi", from: 5) == .admitted)
    }

    @Test("never locks out an owner by configuration, and can block anybody else whom it names")
    func blocking() async throws {
        let gate = Doorway(
            Doorway.closed {
                $0.people = .open
                $0.admins = [UserID(101)]
            }
        )
        #expect(try await gate.say("/block 100", from: Doorway.owner).told?.contains("access.owners") == true)
        #expect(try await gate.say("hi", from: Doorway.owner) == .admitted)
        _ = try await gate.say("/block 101", from: Doorway.owner)
        #expect(try await gate.say("hi", from: 101) == .ignored)
    }

    @Test(
        "explains that a name is no number",
        arguments: ["/allow @ada", "/block ada", "/allow -5", "/allow 1 2", "/allow 0"]
    )
    func names(text: String) async throws {
        #expect(try await Doorway().say(text, from: Doorway.owner).told?.contains("@name is not enough") == true)
    }

    @Test("shows owners who is in, with names that cannot break the line")
    func lists() async throws {
        let gate = Doorway()
        let hostile = "\u{202E}evil\n• root 🦜\u{0}" + String(repeating: "a\u{0301}\u{0302}", count: 100_000)
        let code = try await gate.policy.makeCode(for: .member, bot: Doorway.bot).code.text
        _ = try await gate.policy.admit(gate.event(.text(code), from: 5, name: hostile))
        guard case .refused(let reply) = try await gate.say("/users", from: Doorway.owner) else {
            Issue.record("the owner got no list")
            return
        }
        #expect(reply.text.split(separator: "\n").count == 3, "a title, the owner and the person: \(reply.text)")
        #expect(!reply.text.unicodeScalars.contains("\u{202E}"))
        #expect(reply.text.unicodeScalars.count < 400)
        #expect(reply.choices.flatMap { $0 }.map(\.value) == ["ub:5"])
        #expect(reply.text.contains("🦜"))
    }

    @Test("survives messages of any size and kind as codes and commands")
    func hostile() async throws {
        let gate = Doorway()
        let texts = [
            String(repeating: "A", count: 1 << 20), "/start " + String(repeating: "A", count: 1 << 20),
            "/allow " + "9".padded(400),
            "/start 🦜🦜🦜🦜🦜🦜🦜🦜", "ＡＢＣＤＥＦＧＨ", "/", "//", "/@", "", " \n", "\u{0}\u{0}", "/start\u{A0}ABCD",
        ]
        for text in texts {
            for user in [Doorway.owner, 5] {
                #expect(
                    try await gate.say(text, from: user, chat: user)
                        != .refused(FinalReply(text: "", isRemembered: false))
                )
            }
        }
    }

    @Test("answers in an owner's name only while the owner of the connection may talk to the bot")
    func connections() async throws {
        let gate = Doorway()
        let connection = Connection(
            id: ConnectionID("c"),
            owner: UserID(Doorway.owner),
            ownerChat: ChatID(Doorway.owner),
            canReply: true,
            isEnabled: true
        )
        let question = gate.event(.text("hi"), from: 5, connection: connection.id)
        #expect(try await gate.policy.admit(question) == .ignored, "a connection that nobody admitted")
        #expect(try await gate.admit(.connection(connection), from: Doorway.owner) == .admitted)
        #expect(try await gate.policy.admit(question) == .admitted, "a stranger who writes to the owner")
        let foreign = Connection(
            id: ConnectionID("d"),
            owner: UserID(5),
            ownerChat: ChatID(5),
            canReply: true,
            isEnabled: true
        )
        #expect(try await gate.admit(.connection(foreign), from: 5) == .ignored)
        #expect(try await gate.policy.admit(gate.event(.text("hi"), from: 6, connection: foreign.id)) == .ignored)
        #expect(gate.actions.actions.isEmpty, "nothing is said in anybody's name")
    }

    @Test("answers inline and guest questions of those who may talk to it")
    func inline() async throws {
        let gate = Doorway()
        let query = InboundEvent.Content.inlineQuery(query: "i", text: "x")
        #expect(try await gate.admit(query, from: Doorway.owner) == .admitted)
        #expect(try await gate.admit(query, from: 5) == .ignored)
    }
}

extension String {
    fileprivate func padded(_ count: Int) -> String { String(repeating: self, count: count) }
}
