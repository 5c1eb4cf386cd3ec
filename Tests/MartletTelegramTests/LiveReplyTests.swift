import MartletConversation
import MartletCore
import MartletSimulator
import MartletTelegram
import MartletTestSupport
import Testing

@Suite("Replies against the simulator's rules", .timeLimit(.minutes(2)))
struct LiveReplyTests {
    private let ada = TelegramBench.ada

    /// Words that come one by one, each a little after the one before.
    private func model(saying text: String) -> ScriptedLanguageModel {
        let pieces = text.split(separator: " ", omittingEmptySubsequences: false)
        return ScriptedLanguageModel { _ in pieces.flatMap { [.say($0 + " "), .pause(.milliseconds(1))] } }
    }

    @Test("stream in drafts, and nothing that a server could refuse is ever sent")
    func drafts() async throws {
        try await TelegramBench.with { bench in
            bench.settings.replies.usesDrafts = true
            bench.settings.replies.pacing.draftInterval = .milliseconds(20)
            let answer = """
                # Title
                Some **bold _and italic_ words**, `code` and a [link](https://example.org/a_b).
                > a quote with `code`

                1. one
                   - two 🦜
                2. three

                | a | b |
                |---|---|
                | 字 | 1 |

                ```swift
                let x = 1
                ```
                """
            try await bench.run(model(saying: answer)) {
                bench.simulator.say("Show me everything", from: ada)
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.calls(of: "sendMessageDraft").count > 1)
            #expect(bench.simulator.calls(of: "sendMessage").count == 1)
            #expect(
                bench.simulator.calls.map(\.method).last { $0 != "getUpdates" && $0 != "sendChatAction" }
                    == "sendMessage"
            )
            for call in bench.simulator.calls where call.method != "getUpdates" {
                #expect(call.status == 200, "\(call.method)")
            }
        }
    }

    @Test("keep the rules whatever the model says")
    func hostile() async throws {
        try await TelegramBench.with { bench in
            bench.settings.replies.usesDrafts = true
            bench.settings.replies.pacing.draftInterval = .zero
            var numbers = HostileTextTests.Numbers(state: 9)
            let answers = (0..<150).map { _ in
                (0..<60).map { _ in HostileTextTests.pieces.randomElement(using: &numbers) ?? "" }.joined() + "."
            }
            let model = ScriptedLanguageModel { messages in
                let number = Int(messages.last?.content ?? "") ?? 0
                return answers[number].map { .say(String($0)) }
            }
            bench.conversation.contextLength = 0
            try await bench.run(model) { [bench] in
                for number in answers.indices {
                    let person = SimulatedUser(id: Int64(1000 + number), name: "P")
                    bench.simulator.say("\(number)", from: person)
                }
                try await bench.untilQuiet()
            }
            for call in bench.simulator.calls where call.method != "getUpdates" {
                #expect(call.status == 200, "\(call.method) \(call.parameters)")
            }
            for number in answers.indices {
                #expect(!bench.simulator.texts(in: Int64(1000 + number)).isEmpty)
            }
        }
    }
}
