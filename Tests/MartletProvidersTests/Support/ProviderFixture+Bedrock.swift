import MartletAWS
import MartletCore
import MartletProviders
import MartletTestSupport

extension ProviderFixture {
    static let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: key, sessionToken: "token-1")

    static let bedrock = ProviderFixture(
        name: "bedrock, streamed",
        make: { url, transport in
            try BedrockModel(
                "eu.amazon.nova-micro-v1:0",
                region: "eu-west-1",
                baseURL: url,
                authorization: .signature(FixedCredentials(credentials)),
                settings: settings,
                transport: transport
            )
        },
        answer: { scenario in
            switch scenario {
            case .answers: frames(texts(["Hel", "lo, wörld 😀"]) + stop("end_turn")).split(every: 13)
            case .saysStopString: frames(texts(["one two "]) + stop("stop_sequence"))
            case .isLimited: frames(texts(["a b c"]) + stop("max_tokens"))
            case .neverEnds: hanging(frames(texts(["tick"])))
            case .neverBegins: hanging(frames([frame("messageStart", ["role": "assistant"])]))
            case .callsTool: frames(toolUse + stop("tool_use"))
            case .fails(let kind): amazonRefusal(kind)
            }
        }
    )

    static let bedrockWhole = ProviderFixture(
        name: "bedrock, whole",
        make: { url, transport in
            try BedrockModel(
                "eu.amazon.nova-micro-v1:0",
                region: "eu-west-1",
                baseURL: url,
                authorization: .signature(FixedCredentials(credentials)),
                isStreaming: false,
                settings: settings,
                transport: transport
            )
        },
        answer: { scenario in
            switch scenario {
            case .answers: whole([["text": "Hello, wörld 😀"]], "end_turn")
            case .saysStopString: whole([["text": "one two "]], "stop_sequence")
            case .isLimited: whole([["text": "a b c"]], "max_tokens")
            case .callsTool:
                whole(
                    [["toolUse": ["toolUseId": "t1", "name": "get_weather", "input": ["city": "Paris"]]]],
                    "tool_use"
                )
            // What is not said in events can't be kept before its end, so these are the stream's.
            default: bedrock.answer(scenario)
            }
        }
    )

    private static func whole(_ content: JSONValue, _ reason: String) -> ScriptedResponse {
        .json(
            JSONValue.object([
                "output": ["message": ["role": "assistant", "content": content]], "stopReason": .string(reason),
                "usage": ["inputTokens": 20, "outputTokens": 7, "totalTokens": 27],
            ]).text
        )
    }

    static func frame(_ event: String, _ payload: JSONObject) -> [UInt8] {
        EventStreamEncoder.encode(
            EventStreamMessage(
                headers: [
                    .init(":event-type", .string(event)), .init(":content-type", .string("application/json")),
                    .init(":message-type", .string("event")),
                ],
                payload: JSONValue.object(payload).serialized
            )
        )
    }

    static func exception(_ kind: String, _ message: String) -> [UInt8] {
        EventStreamEncoder.encode(
            EventStreamMessage(
                headers: [
                    .init(":exception-type", .string(kind)), .init(":message-type", .string("exception")),
                ],
                payload: JSONValue.object(["message": .string(message)]).serialized
            )
        )
    }

    static func texts(_ pieces: [String]) -> [[UInt8]] {
        [frame("messageStart", ["role": "assistant"])]
            + pieces.map {
                frame("contentBlockDelta", ["contentBlockIndex": 0, "delta": ["text": .string($0)], "p": "abc"])
            }
            + [frame("contentBlockStop", ["contentBlockIndex": 0])]
    }

    static func stop(_ reason: String) -> [[UInt8]] {
        [
            frame("messageStop", ["stopReason": .string(reason)]),
            frame(
                "metadata",
                [
                    "usage": ["inputTokens": 20, "outputTokens": 7, "totalTokens": 27, "cacheReadInputTokens": 5],
                    "metrics": ["latencyMs": 100],
                ]
            ),
        ]
    }

    private static let toolUse: [[UInt8]] =
        [
            frame(
                "contentBlockStart",
                ["contentBlockIndex": 1, "start": ["toolUse": ["toolUseId": "t1", "name": "get_weather"]]]
            )
        ]
        + ["{\"city\":", "\"Paris\"}"].map {
            frame("contentBlockDelta", ["contentBlockIndex": 1, "delta": ["toolUse": ["input": .string($0)]]])
        }

    static func frames(_ frames: [[UInt8]]) -> ScriptedResponse {
        ScriptedResponse(
            headers: [("Content-Type", "application/vnd.amazon.eventstream")],
            steps: [.send(frames.flatMap { $0 })]
        )
    }

    private static func hanging(_ response: ScriptedResponse) -> ScriptedResponse {
        var response = response
        response.steps.append(.hang)
        return response
    }
}
