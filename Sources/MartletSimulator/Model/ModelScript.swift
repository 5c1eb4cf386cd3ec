public import MartletCore
import NIOCore
import NIOHTTP1
import Synchronization

/// A model behind OpenAI's API that says what a script has for it, so that a whole bot can be tested as a black box.
///
/// Without a line for a question it repeats the question.
public final class ModelScript: Sendable {
    private struct State {
        var lines: [ModelLine]
        var questions: [[JSONValue]] = []
        var count = 0
        var finishedCount = 0
    }

    private let state: Mutex<State>
    private let clock: Mutex<VirtualClock?> = Mutex(nil)

    /// Makes a model with lines; the first that fits a question answers it.
    public init(_ lines: [ModelLine] = []) {
        state = Mutex(State(lines: lines))
    }

    /// Makes a model with lines in YAML, as a scenario's `model` has them.
    /// - Throws: ``ScenarioError`` that names the place.
    public convenience init(yaml: String) throws(ScenarioError) {
        self.init(try Scenario.lines(try YAMLReader.read(yaml), at: "model"))
    }

    /// Gives it other lines.
    public func set(_ lines: [ModelLine]) { state.withLock { $0.lines = lines } }

    /// How often it was asked.
    public var questionCount: Int { state.withLock { $0.count } }
    /// How many answers it brought to their end; one that was cut off is not among them.
    public var finishedCount: Int { state.withLock { $0.finishedCount } }
    /// The messages of the latest 1000 questions.
    public var questions: [[JSONValue]] { state.withLock { $0.questions } }

    /// The clock by which it waits.
    func use(_ clock: VirtualClock) { self.clock.withLock { $0 = clock } }

    /// Answers what is under `/v1`.
    func answer(_ segments: [String], _ request: SimulatorRequest, _ response: SimulatorResponse) async {
        switch segments.dropFirst().joined(separator: "/") {
        case "models":
            response.send(
                200,
                ["object": "list", "data": [["id": "scripted", "object": "model", "owned_by": "simulator"]]]
            )
        case "chat/completions":
            guard let body = try? JSONValue(parsing: request.body), let messages = body["messages"]?.array else {
                return response.send(
                    400,
                    ["error": ["message": "messages are missing", "type": "invalid_request_error"]]
                )
            }
            let steps = take(messages)
            if body["stream"]?.bool == true {
                await stream(steps, body, request, response)
            } else {
                await answerAtOnce(steps, body, request, response)
            }
        default: response.send(404, ["error": ["message": "unknown path", "type": "invalid_request_error"]])
        }
    }

    /// The steps of the first line that fits.
    private func take(_ messages: [JSONValue]) -> [ModelLine.Step] {
        let question = messages.last { $0["role"]?.string == "user" }.map { Self.text(of: $0) } ?? ""
        return state.withLock { state in
            state.count += 1
            state.questions.append(messages)
            if state.questions.count >= 2000 { state.questions.removeFirst(1000) }
            let index = state.lines.firstIndex { line in
                line.times != 0 && (line.when.map { question.contains($0) } ?? true)
            }
            guard let index else { return [.say(question)] }
            if let times = state.lines[index].times { state.lines[index].times = times - 1 }
            return state.lines[index].steps.flatMap { Self.resolved($0, question) }
        }
    }

    /// A step with the question that it repeats filled in.
    private static func resolved(_ step: ModelLine.Step, _ question: String) -> [ModelLine.Step] {
        guard case .echo(let pause) = step else { return [step] }
        let words = question.split(separator: " ", omittingEmptySubsequences: false)
        return words.enumerated().flatMap { index, word -> [ModelLine.Step] in
            [.say((index == 0 ? "" : " ") + word), .pause(pause)]
        }
    }

    /// The text of a message, whose content may be a list of parts.
    static func text(of message: JSONValue) -> String {
        message["content"]?.string ?? message["content"]?.array?.compactMap { $0["text"]?.string }.joined() ?? ""
    }

    private func pause(_ duration: Duration) async throws {
        guard let clock = clock.withLock({ $0 }) else { return try await Task.sleep(for: duration) }
        try await clock.sleep(until: clock.now + duration)
    }

    private func noteEnd() { state.withLock { $0.finishedCount += 1 } }

    private static func failure(_ status: Int) -> JSONValue {
        ["error": ["message": "the script says so", "type": status < 500 ? "invalid_request_error" : "server_error"]]
    }

    private func answerAtOnce(
        _ steps: [ModelLine.Step],
        _ body: JSONValue,
        _ request: SimulatorRequest,
        _ response: SimulatorResponse
    ) async {
        var text = ""
        var thinking = ""
        for step in steps {
            switch step {
            case .say(let piece): text += piece
            case .think(let piece): thinking += piece
            case .pause(let duration): try? await pause(duration)
            case .fail(let status): return response.send(status, Self.failure(status))
            case .hang: try? await Task.sleep(for: .seconds(86_400))
            case .echo: break  // It was filled in.
            }
        }
        var message: JSONObject = ["role": "assistant", "content": .string(text)]
        if !thinking.isEmpty { message["reasoning_content"] = .string(thinking) }
        noteEnd()
        response.send(
            200,
            [
                "id": "scripted", "object": "chat.completion", "created": 0, "model": body["model"] ?? "scripted",
                "choices": [["index": 0, "message": .object(message), "finish_reason": "stop"]],
                "usage": Self.usage(text),
            ]
        )
    }

    private func stream(
        _ steps: [ModelLine.Step],
        _ body: JSONValue,
        _ request: SimulatorRequest,
        _ response: SimulatorResponse
    ) async {
        var steps = steps[...]
        // Before the answer begins it can be refused; once it has begun it can only break.
        while let step = steps.first {
            if case .pause(let duration) = step {
                guard (try? await pause(duration)) != nil else { return }
            } else if case .fail(let status) = step {
                return response.send(status, Self.failure(status))
            } else {
                break
            }
            steps.removeFirst()
        }
        try? await stream(steps, body, response)
        request.channel.close(promise: nil)
    }

    private func stream(
        _ steps: ArraySlice<ModelLine.Step>,
        _ body: JSONValue,
        _ response: SimulatorResponse
    ) async throws {
        var text = ""
        try await response.beginEvents()
        try await write(["role": "assistant", "content": ""], nil, body, response)
        for step in steps {
            switch step {
            case .say(let piece):
                text += piece
                try await write(["content": .string(piece)], nil, body, response)
            case .think(let piece): try await write(["reasoning_content": .string(piece)], nil, body, response)
            case .pause(let duration): try await pause(duration)
            case .fail: return
            case .hang: try await Task.sleep(for: .seconds(86_400))
            case .echo: break  // It was filled in.
            }
        }
        try await write([:], "stop", body, response)
        if body["stream_options"]?["include_usage"]?.bool == true {
            let usage: JSONValue = [
                "id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": body["model"] ?? "scripted",
                "choices": [], "usage": Self.usage(text),
            ]
            try await response.write("data: \(usage.text)\n\n")
        }
        try await response.write("data: [DONE]\n\n")
        noteEnd()
        try await response.end()
    }

    private static func usage(_ text: String) -> JSONValue {
        let count = Int64(text.utf8.count / 4 + 1)
        return ["prompt_tokens": 10, "completion_tokens": .integer(count), "total_tokens": .integer(count + 10)]
    }

    private func write(
        _ delta: JSONObject,
        _ finish: String?,
        _ body: JSONValue,
        _ response: SimulatorResponse
    ) async throws {
        let chunk: JSONValue = [
            "id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": body["model"] ?? "scripted",
            "choices": [
                [
                    "index": 0, "delta": .object(delta),
                    "finish_reason": finish.map { .string($0) } ?? .null,
                ]
            ],
        ]
        try await response.write("data: \(chunk.text)\n\n")
    }
}
