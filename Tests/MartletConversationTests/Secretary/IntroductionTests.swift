import FoundationEssentials
import MartletConversation
import MartletStore
import MartletTestSupport
import Testing

@Suite("Words through a connection of which nothing is known yet", .timeLimit(.minutes(2)))
struct IntroductionTests {
    private func found(_ report: InboundEvent) throws -> FoundConnection {
        guard case .connection(let connection) = report.content else { throw CancellationError() }
        return FoundConnection(connection: connection, owner: report.sender, date: report.date)
    }

    @Test("are answered, and the owner is greeted once, whichever comes first")
    func early() async throws {
        let stage = Stage(MemoryConversationStore())
        var settings = SecretarySettings()
        settings.defaultMode = .suggest
        let secretary = stage.secretary(settings: settings)
        let report = stage.connected()
        stage.chat.know(try found(report))
        try await stage.run(secretary) {
            let words = stage.contact("are you there?")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await secretary.prepare(for: words) } }
                group.addTask { _ = try await secretary.handle(report) }
                try await group.waitForAll()
            }
            #expect(try await secretary.handle(words))
            _ = try await secretary.handle(report)
            try await stage.wait(60, secretary)
            #expect(stage.chat.drafts.count == 1)
            #expect(stage.chat.messages.count { $0.reply.text.contains("You let me answer") } == 1)
        }
    }

    @Test("are left alone where the platform knows no such connection, which is asked once in a while")
    func unknown() async throws {
        let stage = Stage(MemoryConversationStore())
        let secretary = stage.secretary()
        let words = stage.contact("hello?")
        for _ in 0..<5 { try await secretary.prepare(for: words) }
        #expect(stage.chat.connectionQuestions == [Stage.connection])
        #expect(try await stage.store.secretaryAccount(behind: Stage.connection, bot: Stage.bot) == nil)
        stage.pass(601)
        try await secretary.prepare(for: words)
        #expect(stage.chat.connectionQuestions.count == 2)
    }

    @Test("teach the bot nothing about an owner whom it does not serve")
    func turnedAway() async throws {
        let stage = Stage(MemoryConversationStore())
        let secretary = stage.secretary(access: ClosedDoor())
        stage.chat.know(try found(stage.connected()))
        try await secretary.prepare(for: stage.contact("hello?"))
        #expect(try await stage.store.secretaryAccount(behind: Stage.connection, bot: Stage.bot) == nil)
        #expect(stage.chat.messages.isEmpty)
    }

    @Test("cost no question once the connection is known")
    func known() async throws {
        let stage = Stage(MemoryConversationStore())
        let secretary = stage.secretary()
        _ = try await secretary.handle(stage.connected())
        try await secretary.prepare(for: stage.contact("hello?"))
        #expect(stage.chat.connectionQuestions.isEmpty)
    }
}
