import FoundationEssentials
import MartletConversation
import MartletCore
import MartletStore
import MartletTestSupport
import Testing

/// A process that is killed at every step, over every store; the SQLite file is opened anew by each process.
@Suite("The secretary after a kill", .timeLimit(.minutes(2)))
struct SecretaryRestartTests {
    private func withStage(_ kind: StageStore, _ body: (Stage, (Stage) throws -> Stage) async throws -> Void)
        async throws
    {
        switch kind {
        case .memory:
            let stage = Stage(MemoryConversationStore())
            try await body(stage) { $0 }
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.path + "/martlet-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let path = folder + "/store.sqlite"
            let stage = Stage(try SQLiteConversationStore(path: path))
            try await body(stage) { Stage(try SQLiteConversationStore(path: path), after: $0) }
        }
    }

    @Test("goes on waiting for the contact's quiet, and for the human delay", arguments: StageStore.allCases)
    func timers(kind: StageStore) async throws {
        try await withStage(kind) { stage, reopen in
            var secretary = stage.secretary()
            try await stage.begin(secretary, "Automatic")
            try await stage.run(secretary) {
                _ = try await secretary.handle(stage.contact("hi"))
                try await stage.wait(3, secretary)
            }
            stage.pass(6)  // while nothing runs
            var next = try reopen(stage)
            secretary = next.secretary()
            try await next.run(secretary) { try await next.settle(secretary) }
            #expect(next.chat.named.isEmpty)
            next.pass(60)
            next = try reopen(next)
            secretary = next.secretary(ScriptedLanguageModel.saying("never asked"))
            try await next.run(secretary) { try await next.settle(secretary) }
            #expect(next.chat.named.map(\.text) == ["I'm fine, thanks"])
        }
    }

    @Test("asks the model again when it was killed while it wrote", arguments: StageStore.allCases)
    func writing(kind: StageStore) async throws {
        try await withStage(kind) { stage, reopen in
            let gate = Gate()
            let model = ScriptedLanguageModel { _ in [.say("half"), .wait(for: gate)] }
            let first = stage.secretary(model)
            try await stage.begin(first, "Suggest")
            try await stage.run(first) {
                _ = try await first.handle(stage.contact("hi"))
                stage.pass(8)
                first.lookAgain()
                try await stage.until { model.requests.count == 1 }
            }
            #expect(stage.chat.drafts.isEmpty)
            let next = try reopen(stage)
            let second = next.secretary()
            try await next.run(second) { try await next.settle(second) }
            #expect(next.chat.drafts.count == 1)
        }
    }

    @Test(
        "shows a draft again when it cannot know whether it was shown, and sends it once",
        arguments: StageStore.allCases
    )
    func showing(kind: StageStore) async throws {
        try await withStage(kind) { stage, reopen in
            let gate = Gate()
            let first = stage.secretary()
            try await stage.begin(first, "Suggest")
            stage.chat.holdShown(gate)
            try await stage.run(first) {
                _ = try await first.handle(stage.contact("hi"))
                stage.pass(8)
                first.lookAgain()
                try await stage.until { stage.chat.drafts.count == 1 }
            }
            stage.chat.holdShown(nil)
            let next = try reopen(stage)
            let second = next.secretary()
            try await next.run(second) {
                try await next.settle(second)
                let drafts = next.chat.drafts
                #expect(drafts.count == 2)
                for draft in drafts {
                    let value = try #require(draft.reply.choices.first?.first?.value)
                    _ = try await second.handle(next.press(value, on: draft.id))
                    try await next.settle(second)
                }
            }
            #expect(next.chat.named.count == 1)
            #expect(next.chat.drafts.isEmpty)
        }
    }

    @Test("sends what was pressed before the kill, once", arguments: StageStore.allCases)
    func pressed(kind: StageStore) async throws {
        try await withStage(kind) { stage, reopen in
            let first = stage.secretary()
            try await stage.begin(first, "Suggest")
            try await stage.run(first) {
                _ = try await first.handle(stage.contact("hi"))
                try await stage.wait(8, first)
            }
            let button = try stage.button("Send")
            let press = stage.press(button.value, on: button.message)
            _ = try await first.handle(press)  // nothing runs: killed before it was sent
            #expect(stage.chat.named.isEmpty)
            let next = try reopen(stage)
            let second = next.secretary()
            _ = try await second.handle(press)  // the event comes again
            try await next.run(second) { try await next.settle(second) }
            #expect(next.chat.named.count == 1)
        }
    }

    @Test("never repeats what was being sent, says so, and learns from the echo", arguments: StageStore.allCases)
    func sending(kind: StageStore) async throws {
        try await withStage(kind) { stage, reopen in
            let first = stage.secretary()
            try await stage.begin(first, "Automatic")
            stage.chat.holdNamed(Gate())
            try await stage.run(first) {
                _ = try await first.handle(stage.contact("hi"))
                try await stage.wait(8, first)
                stage.pass(60)
                first.lookAgain()
                try await stage.until { stage.chat.named.count == 1 }
            }
            stage.chat.holdNamed(nil)
            let next = try reopen(stage)
            let second = next.secretary()
            try await next.run(second) {
                try await next.settle(second)
                #expect(next.chat.named.count == 1)
                #expect(next.chat.messages.last?.reply.text.contains("don't know") == true)
                var log = try await next.store.sentMessages(of: Stage.owner, bot: Stage.bot, limit: 5)
                #expect(log.map(\.outcome) == [.doubtful])
                let sent = next.chat.named[0]
                _ = try await second.handle(next.owner(sent.text, message: sent.message))
                log = try await next.store.sentMessages(of: Stage.owner, bot: Stage.bot, limit: 5)
                #expect(log.map(\.outcome) == [.sent])
                // The owner did not write that: automatic answers go on.
                _ = try await second.handle(next.contact("and you?"))
                try await next.wait(8, second)
                try await next.wait(60, second)
                #expect(next.chat.named.count == 2)
            }
        }
    }

    @Test("takes an event that comes again once, whatever it is", arguments: StageStore.allCases)
    func repeats(kind: StageStore) async throws {
        try await withStage(kind) { stage, reopen in
            let first = stage.secretary()
            try await stage.begin(first, "Suggest")
            let contact = stage.contact("hi")
            _ = try await first.handle(contact)
            var next = try reopen(stage)
            var second = next.secretary()
            _ = try await second.handle(contact)
            try await next.run(second) {
                try await next.wait(8, second)
                _ = try await second.handle(contact)
                try await next.press("Edit", second)
                try await next.settle(second)
            }
            let draft = try next.button("Send").message
            let words = next.ownerSays("mine", answering: draft)
            _ = try await second.handle(words)
            next = try reopen(next)
            second = next.secretary()
            _ = try await second.handle(words)
            try await next.run(second) { try await next.settle(second) }
            _ = try await second.handle(words)
            try await next.run(second) { try await next.settle(second) }
            #expect(next.chat.named.map(\.text) == ["mine"])
            #expect(next.chat.drafts.isEmpty)
            let lane = try await next.store.secretaryContacts(of: Stage.owner, bot: Stage.bot, limit: 1, offset: 0)[0]
            #expect(try await next.store.messages(in: lane.id).count { $0.author == .contact } == 1)
        }
    }

    @Test("ends what is being sent before it shuts down", arguments: StageStore.allCases)
    func graceful(kind: StageStore) async throws {
        try await withStage(kind) { stage, reopen in
            let gate = Gate()
            let first = stage.secretary()
            try await stage.begin(first, "Automatic")
            stage.chat.holdNamed(gate)
            _ = try await first.handle(stage.contact("hi"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await first.run() }
                try await stage.wait(8, first)
                stage.pass(60)
                first.lookAgain()
                try await stage.until { stage.chat.named.count == 1 }
                first.shutDown()
                gate.open()
                try await group.waitForAll()
            }
            let log = try await stage.store.sentMessages(of: Stage.owner, bot: Stage.bot, limit: 5)
            #expect(log.map(\.outcome) == [.sent])
        }
    }
}

/// The stores that are tested over.
enum StageStore: CaseIterable, Sendable {
    case memory, sqlite
}
