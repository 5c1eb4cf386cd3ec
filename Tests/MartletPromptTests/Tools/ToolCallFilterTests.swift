import MartletCore
import MartletPrompt
import Testing

@Suite("The filter of tool calls")
struct ToolCallFilterTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var dialect: ToolDialect
        var text: String
        var outputs: [ToolCallFilter.Output]
        var testDescription: String { text }

        init(_ dialect: ToolDialect, _ text: String, _ outputs: [ToolCallFilter.Output]) {
            self.dialect = dialect
            self.text = text
            self.outputs = outputs
        }
    }

    static let weather = ToolCallFilter.Output.call(name: "get_weather", arguments: #"{"place":"Ankara"}"#)
    static let now = ToolCallFilter.Output.call(name: "now", arguments: "{}")

    static let rows: [Row] = [
        Row(
            .hermes,
            "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"place\": \"Ankara\"}}\n</tool_call>",
            [weather]
        ),
        Row(
            .hermes,
            "Let me look.\n<tool_call>{\"name\":\"get_weather\",\"arguments\":{\"place\":\"Ankara\"}}</tool_call>\n"
                + "<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call>\n",
            [.text("Let me look."), weather, now]
        ),
        Row(.hermes, "<tool_call>{\"name\":\"now\"}", [now]),
        Row(.hermes, "a < b and <tool_calling", [.text("a < b and <tool_calling")]),
        Row(.hermes, "<tool_call>no JSON</tool_call> after", [.text("<tool_call>no JSON</tool_call> after")]),
        Row(
            .hermes,
            "<tool_call>{\"name\":\"now\",\"arguments\":[1]}</tool_call>",
            [.text("<tool_call>{\"name\":\"now\",\"arguments\":[1]}</tool_call>")]
        ),
        Row(.hermes, "<tool_call>{\"name\":\"now\",\"arguments\":\"{}\"}</tool_call> done", [now, .text("done")]),
        Row(.hermes, "  just words \n", [.text("  just words"), .text(" \n")]),
        Row(.llama3, " {\"name\": \"get_weather\", \"parameters\": {\"place\": \"Ankara\"}}", [weather]),
        Row(
            .llama3,
            "<|python_tag|>{\"name\":\"now\",\"parameters\":{}}; {\"name\":\"now\",\"parameters\":{}}",
            [now, now]
        ),
        Row(
            .llama3,
            "{\"name\": \"unknown\", \"parameters\": {}}",
            [.text("{\"name\": \"unknown\", \"parameters\": {}}")]
        ),
        Row(.llama3, "{\"answer\": 42}", [.text("{\"answer\": 42}")]),
        Row(.llama3, "Words { and more", [.text("Words { and more")]),
        Row(
            .mistral,
            "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\": {\"place\": \"Ankara\"}}, {\"name\": \"now\", \"arguments\": {}}]",
            [weather, now]
        ),
        Row(.mistral, "[TOOL_CALLS]get_weather[ARGS]{\"place\": \"Ankara\"}[TOOL_CALLS]now{}", [weather, now]),
        Row(
            .deepSeek,
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"place\": \"Ankara\"}\n```"
                + "<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            [weather, now]
        ),
        Row(
            .functionaryTags,
            "Well: <function=get_weather>{\"place\": \"Ankara\"}</function>",
            [.text("Well:"), weather]
        ),
        Row(
            .functionaryRecipients,
            ">>>all\nHello there.\n>>>get_weather\n{\"place\": \"Ankara\"}",
            [.text("Hello there."), weather]
        ),
        Row(
            .firefunction,
            " functools[{\"name\": \"get_weather\", \"arguments\": {\"place\": \"Ankara\"}}]",
            [weather]
        ),
        Row(
            .commandR7B,
            "<|START_ACTION|>[\n {\"tool_call_id\": \"0\", \"tool_name\": \"get_weather\", \"parameters\": {\"place\": \"Ankara\"}}\n]<|END_ACTION|>",
            [weather]
        ),
        Row(.commandR, "Action:```json\n[{\"tool_name\": \"now\", \"parameters\": {}}]```", [now]),
        Row(.commandR, "Action: ```json\n[{\"tool_name\": \"directly_answer\", \"parameters\": {}}]\n```", []),
    ]

    private static func run(_ row: Row, pieces: [String]) -> [ToolCallFilter.Output] {
        var filter = ToolCallFilter(row.dialect, names: ["get_weather", "now"])
        var outputs = pieces.flatMap { filter.append($0) }
        outputs += filter.finish()
        return outputs
    }

    /// Neighbouring words as one.
    private static func joined(_ outputs: [ToolCallFilter.Output]) -> [ToolCallFilter.Output] {
        outputs.reduce(into: []) { result, output in
            if case .text(let text) = output, case .text(let before)? = result.last {
                result[result.count - 1] = .text(before + text)
            } else {
                result.append(output)
            }
        }
    }

    @Test("finds the calls of every family, however the text is cut", arguments: rows)
    func families(row: Row) {
        let expected = Self.joined(row.outputs)
        #expect(Self.joined(Self.run(row, pieces: [row.text])) == expected)
        #expect(Self.joined(Self.run(row, pieces: row.text.unicodeScalars.map { String($0) })) == expected)
        let scalars = Array(row.text.unicodeScalars)
        for size in [2, 3, 7] {
            let pieces = stride(from: 0, to: scalars.count, by: size).map { start in
                String(String.UnicodeScalarView(scalars[start..<min(start + size, scalars.count)]))
            }
            #expect(Self.joined(Self.run(row, pieces: pieces)) == expected)
        }
    }

    @Test("starts inside a call where the prompt has opened it")
    func startsInside() {
        var filter = ToolCallFilter(.hermes, names: ["now"], startsInside: true)
        #expect(filter.append("{\"name\":\"now\",") == [])
        #expect(filter.append("\"arguments\":{}}") == [])
        #expect(filter.finish() == [Self.now])
        #expect(filter.callCount == 1)
    }

    @Test("hands out a call that was cut off as far as it goes, where nothing else can come")
    func cut() {
        let forced = ForcedToolCall([ToolDefinition(name: "now")], dialect: .hermes, allowsSeveral: false)
        var filter = ToolCallFilter(forced, names: ["now"])
        #expect(filter.append("{\"name\": \"now\", \"arguments\": {\"zone\": \"Eur") == [])
        #expect(filter.finish() == [.call(name: "now", arguments: "{\"zone\": \"Eur")])
    }

    @Test("gives words back when a call grows beyond bounds")
    func bounds() {
        var filter = ToolCallFilter(.hermes, names: [])
        var outputs = filter.append("<tool_call>")
        let piece = String(repeating: "x", count: 1 << 16)
        for _ in 0..<20 { outputs += filter.append(piece) }
        outputs += filter.finish()
        var length = 0
        for case .text(let text) in outputs { length += text.utf8.count }
        #expect(length == "<tool_call>".utf8.count + 20 * piece.utf8.count)
    }

    @Test("forces a call by a beginning and a schema for each family")
    func forced() throws {
        let tools = [
            ToolDefinition(
                name: "a",
                parameters: [
                    "type": "object", "properties": ["x": ["$ref": "#/$defs/n"]], "$defs": ["n": ["type": "number"]],
                ]
            ),
            ToolDefinition(name: "b"),
        ]
        let hermes = ForcedToolCall(tools, dialect: .hermes, allowsSeveral: true)
        #expect(hermes.beginning == "<tool_call>\n")
        guard case .jsonSchema(let schema) = hermes.constraint else { Issue.record("no schema"); return }
        #expect(schema["anyOf"]?.array?.count == 2)
        let arguments = schema["anyOf"]?.array?[0]["properties"]?["arguments"]
        #expect(arguments?["properties"]?["x"]?["$ref"]?.string == "#/anyOf/0/properties/arguments/$defs/n")
        let list = ForcedToolCall([tools[1]], dialect: .mistral, allowsSeveral: false)
        guard case .jsonSchema(let array) = list.constraint else { Issue.record("no schema"); return }
        #expect(array["maxItems"]?.integer == 1)
        let named = ForcedToolCall([tools[1]], dialect: .functionaryTags, allowsSeveral: true)
        #expect(named.beginning == "<function=b>" && named.name == "b")
    }
}
