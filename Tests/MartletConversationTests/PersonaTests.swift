import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletTestSupport
import Synchronization
import Testing

@Suite("The persona")
struct PersonaTests {
    private struct Unreachable: Error {}
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("fills in every place, each time anew, in its own time zone")
    func fills() throws {
        let persona = Persona(
            template: "{bot_name} in {location}, {date} {time}: {context} {unknown} {",
            botName: "Martlet",
            location: "Ankara",
            timeZone: try #require(TimeZone(secondsFromGMT: 3 * 3600))
        )
        let evening = Date(timeIntervalSince1970: 1_766_264_700)  // 2025-12-20 21:05 UTC
        #expect(
            persona.render(at: evening, context: "facts") == "Martlet in Ankara, 2025-12-21 00:05: facts {unknown} {"
        )
        #expect(persona.render(at: evening + 3600, context: "").contains("2025-12-21 01:05"))
    }

    @Test("has a default that names only what there is")
    func standard() {
        #expect(!Persona(botName: "Ada").template.contains("{location}"))
        #expect(!Persona(botName: "Ada").usesContext)
        let full = Persona(
            template: Persona.standardTemplate(hasLocation: true, hasContext: true),
            botName: "Ada",
            location: "London"
        )
        let text = full.render(at: Date(), context: "The shop opens at nine.")
        #expect(text.hasPrefix("You are Ada, a friendly bot in London. Answer briefly. Today is "))
        #expect(text.hasSuffix("The shop opens at nine."))
        #expect(!text.contains("{"))
    }

    @Test("does not fill in places inside of what it filled in")
    func onePass() {
        let persona = Persona(template: "{context}|{bot_name}", botName: "{date}", location: "")
        #expect(persona.render(at: Date(), context: "{bot_name}") == "{bot_name}|{date}")
    }

    @Test("comes to the model as the first message, with the context document in it")
    func reachesModel() async throws {
        var bench = Bench()
        bench.settings.persona = Persona(template: "I am {bot_name}. {context}", botName: "Martlet")
        bench.context = ContextDocument(logger: logger) { "The shop opens at nine." }
        let model = ScriptedLanguageModel.shouting
        try await bench.answer([Bench.event(1, "when?")], with: model)
        #expect(model.conversations == [[.system("I am Martlet. The shop opens at nine."), .user("when?")]])
    }

    @Test("fetches the document once for everybody until it is old")
    func caches() async throws {
        let count = Mutex(0)
        let document = ContextDocument(lifetime: .seconds(3600), logger: logger) {
            count.withLock { $0 += 1 }
            try await Task.sleep(for: .milliseconds(20))
            return "text"
        }
        let texts = await withTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { await document.current() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts == Array(repeating: "text", count: 8))
        #expect(count.withLock { $0 } == 1)
    }

    @Test("answers without the document when it cannot be had, and with the last one when it once could")
    func failure() async throws {
        let isUp = Mutex(true)
        let document = ContextDocument(lifetime: .zero, retryInterval: .zero, maximumLength: 4, logger: logger) {
            guard isUp.withLock({ $0 }) else { throw Unreachable() }
            return "longer than that"
        }
        #expect(await document.current() == "long")
        isUp.withLock { $0 = false }
        #expect(await document.current() == "long")
        let dead = ContextDocument(logger: logger) { throw Unreachable() }
        #expect(await dead.current() == "")
    }
}
