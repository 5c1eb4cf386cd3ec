import Logging
import MartletConversation
import MartletCore
import MartletSimulator
import MartletTelegram
import MartletTestSupport
import Testing

@Suite("The context document over HTTP", .timeLimit(.minutes(2)))
struct ContextDocumentTests {
    @Test("comes into the prompt as the text that stands at its address")
    func reachesThePrompt() async throws {
        try await TelegramBench.with { bench in
            let path = bench.simulator.putFile(Array("The shop opens at nine. 🦜".utf8), at: "facts.txt")
            bench.conversation.persona = Persona(template: "Facts: {context}", botName: "")
            let model = ScriptedLanguageModel.saying("At nine.")
            try await bench.withClient { [bench] client in
                var bench = bench
                let source = HTTPTextSource(client: client, url: bench.server.baseURL + path)
                bench.context = ContextDocument(logger: bench.logger) { try await source.fetch() }
                try await bench.run(model) { [bench] in
                    bench.simulator.say("When?", from: TelegramBench.ada)
                    try await bench.untilQuiet()
                }
            }
            #expect(model.conversations == [[.system("Facts: The shop opens at nine. 🦜"), .user("When?")]])
        }
    }

    @Test("does not keep the bot from answering when it is missing, too large, or not to be reached")
    func failures() async throws {
        try await TelegramBench.with { bench in
            let large = bench.simulator.putFile(Array(repeating: 0x61, count: 1000), at: "large.txt")
            let base = bench.server.baseURL
            bench.conversation.persona = Persona(template: "Facts: {context}.", botName: "")
            for url in [base + "/file/none", base + large, "http://127.0.0.1:1/facts.txt", "nonsense"] {
                let model = ScriptedLanguageModel.saying("Fine.")
                try await bench.withClient { [bench] client in
                    var bench = bench
                    let source = HTTPTextSource(client: client, url: url, maximumByteCount: 999)
                    bench.context = ContextDocument(logger: bench.logger) { try await source.fetch() }
                    try await bench.run(model) { [bench] in
                        bench.simulator.say("When?", from: TelegramBench.ada)
                        try await bench.untilQuiet()
                    }
                }
                #expect(model.conversations.last?.first == .system("Facts: ."))
            }
            #expect(bench.simulator.texts(in: TelegramBench.ada.id) == ["Fine.", "Fine.", "Fine.", "Fine."])
            #expect(bench.log.contains("check CTX_FILE_URL"))
            #expect(bench.log.contains("larger than 999 bytes"))
            #expect(!bench.log.contains("simulated-token"), "addresses may hold secrets")
        }
    }
}
