import MartletCore
import MartletProviders
import MartletTestSupport

extension ProviderFixture {
    static let openAI = ProviderFixture(
        name: "openai, streamed",
        make: { url, transport in
            try OpenAICompatibleModel(
                "gpt-4o-mini",
                at: OpenAIServer(at: url, key: Secret(key)),
                settings: settings,
                transport: transport
            )
        },
        answer: { scenario in
            switch scenario {
            case .answers: .events(chunks(["Hel", "lo, wörld 😀"], reason: "stop")).split(every: 7)
            case .saysStopString: .events(chunks(["one two E", "ND three"], reason: "stop"))
            case .isLimited: .events(chunks(["a b c"], reason: "length"))
            case .neverEnds: endless(chunk(["content": "tick"]))
            case .neverBegins: endless(": wait\n\n")
            case .callsTool: .events(toolCall)
            case .fails(let kind): standardRefusal(kind)
            }
        }
    )

    static let openAIWhole = ProviderFixture(
        name: "openai, whole",
        make: openAI.make,
        answer: { scenario in
            switch scenario {
            case .answers: .json(whole(["content": "Hello, wörld 😀"], reason: "stop")).split(every: 11)
            case .saysStopString: .json(whole(["content": "one two END three"], reason: "stop"))
            case .isLimited: .json(whole(["content": "a b c"], reason: "length"))
            case .callsTool:
                .json(
                    whole(
                        [
                            "content": .null,
                            "tool_calls": [["id": "call_9", "type": "function", "function": function]],
                        ],
                        reason: "tool_calls"
                    )
                )
            default: openAI.answer(scenario)
            }
        }
    )

    private static let function: JSONValue = ["name": "get_weather", "arguments": "{\"city\": \"Paris\"}"]

    static func chunk(_ delta: JSONValue, reason: String? = nil) -> String {
        let choice: JSONValue = ["index": 0, "delta": delta, "finish_reason": reason.map { .string($0) } ?? .null]
        return "data: \(JSONValue.object(["object": "chat.completion.chunk", "choices": [choice]]).text)\n\n"
    }

    static let usage = """
        data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4},\
        "completion_tokens_details":{"reasoning_tokens":2}}}


        """

    static func chunks(_ texts: [String], reason: String) -> String {
        chunk(["role": "assistant", "content": ""]) + texts.map { chunk(["content": .string($0)]) }.joined()
            + chunk([:], reason: reason) + usage + "data: [DONE]\n\n"
    }

    static func endless(_ text: String) -> ScriptedResponse {
        var response = ScriptedResponse.events(text)
        response.steps.append(.hang)
        return response
    }

    private static let toolCall =
        chunk([
            "tool_calls": [
                ["index": 0, "id": "call_9", "type": "function", "function": ["name": "get_weather", "arguments": ""]]
            ]
        ])
        + ["{\"ci", "ty\": \"Par", "is\"}"].map {
            chunk(["tool_calls": [["index": 0, "function": ["arguments": .string($0)]]]])
        }.joined() + chunk([:], reason: "tool_calls") + usage + "data: [DONE]\n\n"

    private static func whole(_ message: JSONValue, reason: String) -> String {
        JSONValue.object([
            "object": "chat.completion",
            "choices": [["index": 0, "message": message, "finish_reason": .string(reason)]],
            "usage": ["prompt_tokens": 20, "completion_tokens": 7],
        ]).text
    }
}
