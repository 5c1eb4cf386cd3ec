import FoundationEssentials
import MartletConversation
import MartletCore
import MartletStore
import MartletTestSupport
import Testing

@Suite("The secretary, when messages are deleted", .timeLimit(.minutes(2)))
struct DeletionTests {
    private func deletion(_ stage: Stage, _ messages: [MessageID], chat: Int64 = 5) -> InboundEvent {
        stage.event(.deleted(messages), chat: ChatID(chat), sender: UserID(chat), connection: Stage.connection)
    }

    private func lane(_ stage: Stage) async throws -> SecretaryContact? {
        try await stage.store.secretaryContacts(of: Stage.owner, bot: Stage.bot, limit: 1, offset: 0).first
    }

    @Test("withdraws a draft whose question is gone, says so, and forgets what was said")
    func withdraws() async throws {
        let stage = Stage(MemoryConversationStore())
        let secretary = stage.secretary()
        try await stage.begin(secretary, "Suggest")
        try await stage.run(secretary) {
            let question = stage.contact("how are you?")
            _ = try await secretary.handle(question)
            try await stage.wait(8, secretary)
            let send = try stage.button("Send")
            _ = try await secretary.handle(deletion(stage, [question.message]))
            try await stage.settle(secretary)
            #expect(stage.chat.drafts.isEmpty)
            let draft = stage.chat.messages.first { $0.id == send.message }
            #expect(draft?.reply.text.contains("because they deleted what it answers") == true)
            _ = try await secretary.handle(stage.press(send.value, on: send.message))
            try await stage.wait(60, secretary)
            let contact = try #require(try await lane(stage))
            #expect(try await stage.store.messages(in: contact.id).isEmpty)
            #expect(contact.lane.phase == .idle)
        }
        #expect(stage.chat.named.isEmpty)
        #expect(stage.chat.presses.last == "This draft is out of date.")
    }

    @Test("answers what is left of several questions, without the deleted one")
    func partly() async throws {
        let stage = Stage(MemoryConversationStore())
        let model = ScriptedLanguageModel.saying("fine")
        let secretary = stage.secretary(model)
        try await stage.begin(secretary, "Automatic")
        try await stage.run(secretary) {
            let first = stage.contact("lend me 100?")
            _ = try await secretary.handle(first)
            _ = try await secretary.handle(stage.contact("how are you?"))
            try await stage.wait(8, secretary)
            #expect(model.requests.count == 1)
            _ = try await secretary.handle(deletion(stage, [first.message]))
            try await stage.wait(8, secretary)
            #expect(model.requests.count == 2, "what was written is out of date")
            #expect(model.conversations.last?.last?.content.contains("lend me") == false)
            try await stage.wait(200, secretary)
        }
        #expect(stage.chat.named.map(\.text) == ["fine"])
    }

    @Test("answers nothing automatically that was deleted while the answer waited", arguments: [1.0, 8, 9])
    func automatic(after seconds: Double) async throws {
        let stage = Stage(MemoryConversationStore())
        let secretary = stage.secretary()
        try await stage.begin(secretary, "Automatic")
        try await stage.run(secretary) {
            let question = stage.contact("how are you?")
            _ = try await secretary.handle(question)
            try await stage.wait(seconds, secretary)
            _ = try await secretary.handle(deletion(stage, [question.message]))
            for _ in 0..<5 { try await stage.wait(60, secretary) }
        }
        #expect(stage.chat.named.isEmpty)
        #expect(stage.chat.drafts.isEmpty)
    }

    @Test("leaves a draft alone when something else is deleted, and makes nobody known by a deletion")
    func others() async throws {
        let stage = Stage(MemoryConversationStore())
        let secretary = stage.secretary()
        try await stage.begin(secretary, "Suggest")
        try await stage.run(secretary) {
            _ = try await secretary.handle(deletion(stage, [MessageID(1)], chat: 9))
            #expect(try await lane(stage) == nil)
            _ = try await secretary.handle(stage.contact("how are you?"))
            try await stage.wait(8, secretary)
            _ = try await secretary.handle(deletion(stage, [MessageID(4000)]))
            try await stage.settle(secretary)
            #expect(stage.chat.drafts.count == 1)
            // What was answered is answered; that it goes later changes nothing.
            try await stage.press("Send", secretary)
            try await stage.settle(secretary)
            _ = try await secretary.handle(stage.contact("thanks"))
            try await stage.wait(8, secretary)
            #expect(stage.chat.drafts.count == 1)
        }
        #expect(stage.chat.named.count == 1)
    }

    @Test("shows that the owner types before an automatic answer, as long as that takes, and never otherwise")
    func typing() async throws {
        let stage = Stage(MemoryConversationStore())
        let answer = String(repeating: "word ", count: 20)
        let secretary = stage.secretary(ScriptedLanguageModel.saying(answer))
        try await stage.begin(secretary, "Automatic")
        try await stage.run(secretary) {
            _ = try await secretary.handle(stage.contact("how are you?"))
            try await stage.wait(8, secretary)
            #expect(stage.chat.typing.isEmpty)
            for _ in 0..<60 where stage.chat.named.isEmpty { try await stage.wait(1, secretary) }
            #expect(stage.chat.named.count == 1)
            // A hundred characters at six a second: about 17 seconds, told every 4.5.
            #expect((3...5).contains(stage.chat.typing.count))
            #expect(Set(stage.chat.typing) == [ChatID(5)])
            let count = stage.chat.typing.count
            try await stage.press("Suggest", secretary)
            _ = try await secretary.handle(stage.contact("and now?"))
            for _ in 0..<60 { try await stage.wait(1, secretary) }
            #expect(stage.chat.typing.count == count)
        }
    }

    @Test("sends the owner's words exactly as typed, with the marks that they used")
    func exactly() async throws {
        let stage = Stage(MemoryConversationStore())
        let secretary = stage.secretary()
        try await stage.begin(secretary, "Suggest")
        try await stage.run(secretary) {
            _ = try await secretary.handle(stage.contact("what is 2*3*4?"))
            try await stage.wait(8, secretary)
            try await stage.press("Edit", secretary)
            let draft = try stage.button("Send").message
            var words = stage.ownerSays("  2*3*4 = **24** ", answering: draft)
            words.marks = [TextMark(.italic, offset: 2, length: 5)]
            #expect(try await secretary.handle(words))
            try await stage.settle(secretary)
        }
        #expect(
            stage.chat.named.map(\.words) == [.typed("  2*3*4 = **24** ", [TextMark(.italic, offset: 2, length: 5)])]
        )
    }

    @Test("books what the model writes on the owner's account, never on the contact's")
    func charges() async throws {
        let stage = Stage(MemoryConversationStore())
        let budget = NotingBudget()
        let secretary = stage.secretary(budget: budget)
        try await stage.begin(secretary, "Suggest")
        try await stage.run(secretary) {
            _ = try await secretary.handle(stage.contact("how are you?"))
            try await stage.wait(8, secretary)
        }
        #expect(await budget.payers == [Stage.owner, Stage.owner])
        #expect(await budget.places == [Stage.ownerChat, Stage.ownerChat])
    }

    /// Notes who pays.
    private actor NotingBudget: Budgeting {
        var payers: [UserID] = []
        var places: [ChatID] = []

        func reserve(tokens: Int, for event: InboundEvent) -> Reservation {
            note(event)
            return .granted
        }

        func settle(_ event: InboundEvent, usage: Usage?) { note(event) }

        private func note(_ event: InboundEvent) {
            payers.append(event.sender.id)
            places.append(event.key.chat)
        }
    }
}
