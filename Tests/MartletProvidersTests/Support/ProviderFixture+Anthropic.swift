import MartletCore
import MartletProviders
import MartletTestSupport

extension ProviderFixture {
    static let anthropic = ProviderFixture(
        name: "anthropic",
        make: { url, transport in
            try AnthropicModel(
                "claude-haiku-4-5",
                baseURL: url,
                key: Secret(key),
                settings: settings,
                transport: transport
            )
        },
        answer: { scenario in
            switch scenario {
            case .answers: .events(message(["Hel", "lo, wörld 😀"], reason: "end_turn")).split(every: 9)
            case .saysStopString: .events(message(["one two "], reason: "stop_sequence"))
            case .isLimited: .events(message(["a b c"], reason: "max_tokens"))
            case .neverEnds: endless(start + textDelta("tick"))
            case .neverBegins: endless(start + "event: ping\ndata: {\"type\": \"ping\"}\n\n")
            case .callsTool: .events(start + toolUse + stop("tool_use"))
            case .fails(let kind): standardRefusal(kind)
            }
        }
    )

    static func event(_ value: JSONObject) -> String {
        "event: \(value["type"]?.string ?? "")\ndata: \(JSONValue.object(value).text)\n\n"
    }

    static let start = event([
        "type": "message_start",
        "message": [
            "id": "msg_1", "role": "assistant", "content": [],
            "usage": [
                "input_tokens": 20, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3, "output_tokens": 1,
            ],
        ],
    ])

    static func textDelta(_ text: String) -> String {
        event(["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": .string(text)]])
    }

    static func stop(_ reason: String) -> String {
        event([
            "type": "message_delta", "delta": ["stop_reason": .string(reason), "stop_sequence": .null],
            "usage": ["output_tokens": 7],
        ]) + event(["type": "message_stop"])
    }

    static func message(_ texts: [String], reason: String) -> String {
        start + event(["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]])
            + "event: ping\ndata: {\"type\": \"ping\"}\n\n" + texts.map { textDelta($0) }.joined()
            + event(["type": "content_block_stop", "index": 0]) + stop(reason)
    }

    static func inputDelta(_ text: String, at index: Int64 = 1) -> String {
        event([
            "type": "content_block_delta", "index": .integer(index),
            "delta": ["type": "input_json_delta", "partial_json": .string(text)],
        ])
    }

    private static let toolUse =
        event([
            "type": "content_block_start", "index": 1,
            "content_block": ["type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": [:]],
        ]) + ["", "{\"city\":", " \"Paris\"}"].map { inputDelta($0) }.joined()
        + event(["type": "content_block_stop", "index": 1])
}
