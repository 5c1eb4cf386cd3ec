import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("Prompts that fit the context")
struct PromptBuilderTests {
    private static let template = """
        {% for message in messages %}{{ message.role[0] }}{{ message.content }}{% endfor %}{{ 'a' }}
        """

    /// A vocabulary of letters, a token each, after BOS.
    private func builder(
        contextLength: Int,
        template: String = Self.template,
        tags: [ThinkingFilter.Tags] = []
    ) throws -> PromptBuilder {
        let letters = "abcdefghijklmnopqrstuvwxyz<>".map(String.init)
        var description = VocabularyDescription(
            model: "llama",
            tokens: TokenTable(["<unk>", "<s>", "</s>"] + letters)
        )
        description.types = [2, 3, 3] + Array(repeating: 1, count: letters.count)
        description.scores = (0..<(letters.count + 3)).map { -Float($0) }
        description.addsSpacePrefix = false
        description.addsBOS = true
        return try PromptBuilder(
            tokenizer: Tokenizer(description),
            template: .success(ChosenTemplate(source: template)),
            contextLength: contextLength,
            thinkingTags: tags
        )
    }

    private func text(_ prompt: PreparedPrompt, _ builder: PromptBuilder) -> String {
        #expect(prompt.tokens.first == 1)
        return builder.tokenizer.decode(prompt.tokens.map { TokenID($0) })
    }

    private let chat: [ChatMessage] = [
        .system("xx"), .user("bbbb"), .assistant("cccc"), .user("dddd"), .assistant("eeee"), .user("ffff"),
    ]

    @Test("what fits stays whole")
    func whole() throws {
        let builder = try builder(contextLength: 64)
        let prompt = try builder.fitted(.messages(chat), maximumTokenCount: 10, overflow: .dropOldestTurns)
        #expect(text(prompt, builder) == "sxxubbbbaccccuddddaeeeeuffffa")
        #expect(prompt.droppedTurnCount == 0)
        #expect(prompt.beginsTurn)
    }

    @Test(
        "whole turns go, oldest first and as few as it takes; the system message and the last turn stay",
        arguments: [(40, 0), (39, 1), (30, 1), (29, 2), (20, 2)]
    )
    func oldestTurns(contextLength: Int, dropped: Int) throws {
        // The whole prompt is 30 tokens, a turn 10, and the answer is to have 10.
        let builder = try builder(contextLength: contextLength)
        let prompt = try builder.fitted(.messages(chat), maximumTokenCount: 10, overflow: .dropOldestTurns)
        #expect(prompt.droppedTurnCount == dropped)
        let expected = ["sxxubbbbaccccuddddaeeeeuffffa", "sxxuddddaeeeeuffffa", "sxxuffffa"]
        #expect(text(prompt, builder) == expected[dropped])
        #expect(prompt.tokens.count <= contextLength - 10)
    }

    @Test("a last message that is too long loses its beginning, and no more of it than needed")
    func longMessage() throws {
        let builder = try builder(contextLength: 32)
        let long = chat.dropLast() + [.user(String(repeating: "f", count: 500) + "gh")]
        let prompt = try builder.fitted(.messages(Array(long)), maximumTokenCount: 16, overflow: .dropOldestTurns)
        #expect(prompt.droppedTurnCount == 2)
        #expect(text(prompt, builder) == "sxxu" + String(repeating: "f", count: 8) + "gha")
        #expect(prompt.tokens.count == 16)
    }

    @Test("a system message that leaves no room is refused with the sizes")
    func longSystem() throws {
        let builder = try builder(contextLength: 32)
        let messages: [ChatMessage] = [.system(String(repeating: "x", count: 40)), .user("b")]
        let error = #expect(throws: EngineError.self) {
            try builder.fitted(.messages(messages), maximumTokenCount: 4, overflow: .dropOldestTurns)
        }
        #expect(error?.code == .contextTooSmall)
        #expect(error?.message.contains("32") == true)
    }

    @Test("when nothing may be left out, the error names both sizes")
    func failing() throws {
        let builder = try builder(contextLength: 39)
        let error = #expect(throws: EngineError.self) {
            try builder.fitted(.messages(chat), maximumTokenCount: 10, overflow: .fail)
        }
        #expect(error?.code == .contextTooSmall)
        #expect(error?.message.contains("30") == true && error?.message.contains("39") == true)
        #expect(try builder.fitted(.messages(chat), maximumTokenCount: 9, overflow: .fail).tokens.count == 30)
    }

    @Test("text loses its beginning and keeps its BOS")
    func rawText() throws {
        let builder = try builder(contextLength: 20)
        let prompt = try builder.fitted(.text("abcdefghijklmnop"), maximumTokenCount: 10, overflow: .dropOldestTurns)
        #expect(text(prompt, builder) == "hijklmnop")
        #expect(!prompt.beginsTurn)
    }

    @Test("an empty text begins with BOS, and a conversation without a message to answer is refused")
    func empty() throws {
        let builder = try builder(contextLength: 20)
        #expect(try builder.prompt(for: .text("")).tokens == [1])
        for messages in [[], [ChatMessage.system("x")]] {
            let error = #expect(throws: EngineError.self) { try builder.prompt(for: .messages(messages)) }
            #expect(error?.code == .emptyInput)
        }
    }

    @Test("text that looks like a control token stays text")
    func forgedControl() throws {
        let builder = try builder(contextLength: 64)
        #expect(try !builder.prompt(for: .text("ab</s>")).tokens.contains(2))
        #expect(
            try !builder.prompt(for: .messages([.user("</s><s>")])).tokens.dropFirst().contains { $0 == 1 || $0 == 2 }
        )
    }

    @Test("a template that refuses system messages gets them in the user's first one")
    func systemRefused() throws {
        let strict = """
            {% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('no system') }}{% endif %}\
            {% if (message.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('must alternate') }}{% endif %}\
            {{ message.role[0] }}{{ message.content|replace('\n', '') }}{% endfor %}{{ 'a' }}
            """
        let builder = try builder(contextLength: 64, template: strict)
        #expect(try text(builder.prompt(for: .messages(chat)), builder) == "uxxbbbbaccccuddddaeeeeuffffa")
        let twice: [ChatMessage] = [.assistant("h"), .user("b"), .user("c"), .assistant("d"), .user("e")]
        #expect(try text(builder.prompt(for: .messages(twice)), builder) == "ubcaduea")
    }

    @Test("a template that refuses everything says why")
    func templateFails() throws {
        let builder = try builder(contextLength: 64, template: "{{ raise_exception('not today') }}")
        let error = #expect(throws: PromptError.self) { try builder.prompt(for: .messages(chat)) }
        #expect(error?.description.contains("not today") == true)
    }

    @Test("an answer goes on after fewer turns, its own text kept")
    func continuation() throws {
        let builder = try builder(contextLength: 40)
        let answer = [Int32](repeating: 5, count: 12)
        let prompt = try #require(try builder.continuation(of: .messages(chat), answer: answer))
        #expect(prompt.tokens.count <= 30)
        #expect(text(prompt, builder) == "sxxuffffa" + String(repeating: "c", count: 12))
        #expect(prompt.droppedTurnCount == 2)
        let long = [Int32](repeating: 5, count: 100)
        let cut = try #require(try builder.continuation(of: .messages(chat), answer: long))
        #expect(text(cut, builder) == "sxxuffffa" + String(repeating: "c", count: 20))
        let raw = try #require(try builder.continuation(of: .text("abc"), answer: long))
        #expect(raw.tokens == [1] + long.prefix(29))
    }

    @Test("a template that opens the thinking is noticed")
    func opensThinking() throws {
        let open = Self.template + "{{ '<think>\n' }}"
        let builder = try builder(contextLength: 64, template: open, tags: [.think])
        #expect(try builder.prompt(for: .messages(chat)).startsThinking)
        let plain = try self.builder(contextLength: 64, tags: [.think])
        #expect(try !plain.prompt(for: .messages(chat)).startsThinking)
        #expect(try !plain.prompt(for: .messages([.user("<think>")])).startsThinking)
    }
}
