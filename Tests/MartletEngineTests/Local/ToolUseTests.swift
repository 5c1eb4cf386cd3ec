import Foundation
import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("A local model with tools")
struct ToolUseTests {
    private static let weather = ToolDefinition(
        name: "get_weather",
        description: "The weather at a place",
        parameters: [
            "type": "object",
            "properties": [
                "place": ["type": "string", "maxLength": 10], "unit": ["$ref": "#/$defs/unit"],
            ],
            "required": ["place", "unit"], "additionalProperties": false,
            "$defs": ["unit": ["enum": ["celsius", "fahrenheit"]]],
        ]
    )
    private static let now = ToolDefinition(name: "now", description: "The time")

    /// The model in the box, whose template knows no tools, or with another template.
    private static func model(_ template: String? = nil) throws -> LocalModel {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Models")
        var options = LocalModelOptions()
        options.threadCount = 2
        if let template { options.chatTemplate = .source(template) }
        return try LocalModel.load(path: root.appending(path: "fledgling.gguf").path, options: options)
    }

    private static func request(_ choice: ToolChoice, tools: [ToolDefinition] = [weather, now]) -> GenerationRequest {
        var sampling = SamplingOptions()
        sampling.seed = 7
        var request = GenerationRequest(
            .messages([.user("What can you do?")]),
            sampling: sampling,
            maximumTokenCount: 150
        )
        request.tools = tools
        request.toolChoice = choice
        return request
    }

    private struct Outcome {
        var text = ""
        var calls: [ToolCall] = []
        var reason: FinishReason?
    }

    private static func run(_ model: LocalModel, _ request: GenerationRequest) async throws -> Outcome {
        var outcome = Outcome()
        for try await event in model.generate(request) {
            switch event {
            case .text(let text): outcome.text += text
            case .toolCall(let call): outcome.calls.append(call)
            case .finished(let summary): outcome.reason = summary.reason
            case .thinking, .scores, .promptScores, .sources: break
            }
        }
        return outcome
    }

    static let templates: [String?] = [
        nil,
        "{% for t in tools %}{{ t | tojson }}{% endfor %}{% for m in messages %}{{ m.content }}{% endfor %}<tool_call>",
        "{% if tools %}[TOOL_CALLS]{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}",
        "{% if tools %}<|python_tag|>{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}",
        "{% if tools %}<function=>{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}",
        "{% if tools %}<｜tool▁calls▁begin｜>{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}",
    ]

    @Test("a named tool is called with arguments of its schema, in every family's way", arguments: templates)
    func named(template: String?) async throws {
        let outcome = try await Self.run(try Self.model(template), Self.request(.named("get_weather")))
        #expect(outcome.reason == .toolCalls)
        #expect(outcome.text.isEmpty)
        #expect(outcome.calls.count == 1)
        let call = try #require(outcome.calls.first)
        #expect(call.name == "get_weather" && call.id.hasPrefix("call_"))
        let arguments = try JSONValue(parsing: Array(call.arguments.utf8))
        #expect(["celsius", "fahrenheit"].contains(arguments["unit"]?.string))
        #expect(arguments["place"]?.string != nil)
    }

    @Test("a call that is required is one of the tools", arguments: templates)
    func required(template: String?) async throws {
        var request = Self.request(.required)
        request.allowsParallelToolCalls = false
        let outcome = try await Self.run(try Self.model(template), request)
        #expect(outcome.reason == .toolCalls)
        #expect(outcome.calls.count == 1)
        #expect(outcome.calls.allSatisfy { ["get_weather", "now"].contains($0.name) })
    }

    @Test("words stay words where nothing is called")
    func words() async throws {
        let model = try Self.model()
        var plain = Self.request(.none)
        let silent = try await Self.run(model, plain)
        #expect(!silent.text.isEmpty && silent.calls.isEmpty && silent.reason == .endOfTurn)
        // Tools that may not be called aren't described: the prompt is the one without them.
        plain.tools = []
        #expect(try await Self.run(model, plain).text == silent.text)
    }

    @Test("what can't be meant is refused by the name of the field")
    func refusals() async throws {
        let model = try Self.model()
        var both = Self.request(.required)
        both.constraint = .jsonObject
        let cases: [(GenerationRequest, String)] = [
            (Self.request(.named("nobody")), "tool_choice"), (Self.request(.required, tools: []), "tool_choice"),
            (Self.request(.automatic, tools: [Self.now, Self.now]), "tools"),
            (Self.request(.automatic, tools: [ToolDefinition(name: "no spaces")]), "tools"),
            (Self.request(.automatic, tools: [ToolDefinition(name: "")]), "tools"), (both, "tool_choice"),
        ]
        for (request, parameter) in cases {
            let error = await #expect(throws: EngineError.self) { _ = try await Self.run(model, request) }
            #expect(error?.failureKind == .invalidRequest(parameter: parameter))
        }
    }
}
