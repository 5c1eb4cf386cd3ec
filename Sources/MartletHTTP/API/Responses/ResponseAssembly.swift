import MartletCore

/// Puts a response together from what a generation reports, and says which events of a stream that makes.
///
/// A state machine without effects: items open with their first piece and close with the first piece of another kind or
/// with the end, so that at most one is open.
struct ResponseAssembly: Sendable {
    /// An event of the stream, without its sequence number.
    struct Event: Sendable, Hashable {
        /// Such as `response.output_item.added`.
        var type: String
        /// The other members.
        var members: JSONObject
    }

    private enum Kind {
        case reasoning, message
    }

    private struct OpenItem {
        var kind: Kind
        var id: String
        var text = ""
        var scores: [TokenScore] = []
        var annotations: [JSONValue] = []
    }

    /// The identity; its id begins with `resp_`.
    let identity: AnswerIdentity
    private let echo: JSONObject
    private let includesScores: Bool
    private var open: OpenItem?
    private var pendingScores: [TokenScore] = []
    private var output: [JSONValue] = []
    private var summary: GenerationSummary?
    private var error: APIError?
    /// What the assistant said, for the conversation that goes on from here.
    private(set) var answer = ChatMessage.assistant("")

    /// Begins a response that repeats `echo` of its request.
    init(identity: AnswerIdentity, echo: JSONObject, includesScores: Bool) {
        self.identity = identity
        self.echo = echo
        self.includesScores = includesScores
    }

    /// The events before anything is reported.
    func begin() -> [Event] {
        ["response.created", "response.in_progress"].map { Event(type: $0, members: ["response": response]) }
    }

    /// Takes in what is reported.
    mutating func add(_ event: GenerationEvent) -> [Event] {
        switch event {
        case .promptScores: return []
        case .sources(let sources): return addSources(sources)
        case .scores(let scores):
            if includesScores { pendingScores += scores }
            return []
        case .thinking(let piece): return addThinking(piece)
        case .text(let piece): return addText(piece)
        case .toolCall(let call): return addCall(call)
        case .finished(let summary): return finish(summary)
        }
    }

    /// Ends the response with an error.
    mutating func fail(_ error: APIError) -> [Event] {
        self.error = error
        var events = close(status: "incomplete")
        events.append(
            Event(
                type: "error",
                members: [
                    "code": .string(error.code ?? "server_error"), "message": .string(error.message),
                    "param": error.parameter.map { .string($0) } ?? .null,
                ]
            )
        )
        events.append(Event(type: "response.failed", members: ["response": response]))
        return events
    }

    private mutating func addThinking(_ piece: String) -> [Event] {
        var events: [Event] = []
        if open?.kind != .reasoning {
            events = close(status: "completed")
            let id = AnswerIdentity.freshID("rs_")
            open = OpenItem(kind: .reasoning, id: id)
            events.append(itemEvent("added", reasoning(id, nil, "in_progress")))
            events.append(partEvent("added", id, ["type": "reasoning_text", "text": ""]))
        }
        open?.text += piece
        events.append(pieceEvent("response.reasoning_text.delta", ["delta": .string(piece)]))
        return events
    }

    private mutating func addText(_ piece: String) -> [Event] {
        var events: [Event] = []
        let scores = pendingScores
        pendingScores = []
        if open?.kind != .message { events = close(status: "completed") + openMessage() }
        open?.text += piece
        open?.scores += scores
        answer.content += piece
        events.append(
            pieceEvent("response.output_text.delta", ["delta": .string(piece), "logprobs": Wire.scores(scores)])
        )
        return events
    }

    private mutating func addSources(_ sources: [AnswerSource]) -> [Event] {
        guard open?.kind == .message else { return [] }
        let annotations = Wire.responseCitations(sources)
        open?.annotations += annotations
        return annotations.enumerated().map { index, annotation in
            pieceEvent(
                "response.output_text.annotation.added",
                ["annotation_index": .integer(Int64(index)), "annotation": annotation]
            )
        }
    }

    private mutating func openMessage() -> [Event] {
        let id = AnswerIdentity.freshID("msg_")
        open = OpenItem(kind: .message, id: id)
        return [
            itemEvent("added", message(id, nil, [], [], "in_progress")),
            partEvent("added", id, textPart("", [], [])),
        ]
    }

    private mutating func addCall(_ call: ToolCall) -> [Event] {
        var events = close(status: "completed")
        pendingScores = []
        let id = AnswerIdentity.freshID("fc_")
        func item(_ arguments: String, _ status: JSONValue) -> JSONValue {
            [
                "id": .string(id), "type": "function_call", "status": status, "call_id": .string(call.id),
                "name": .string(call.name), "arguments": .string(arguments),
            ]
        }
        let place: JSONObject = ["item_id": .string(id), "output_index": .integer(Int64(output.count))]
        events.append(itemEvent("added", item("", "in_progress")))
        events.append(
            Event(
                type: "response.function_call_arguments.delta",
                members: place.merging(["delta": .string(call.arguments)])
            )
        )
        events.append(
            Event(
                type: "response.function_call_arguments.done",
                members: place.merging(["name": .string(call.name), "arguments": .string(call.arguments)])
            )
        )
        let done = item(call.arguments, "completed")
        events.append(itemEvent("done", done))
        output.append(done)
        answer.toolCalls.append(call)
        return events
    }

    private mutating func finish(_ summary: GenerationSummary) -> [Event] {
        self.summary = summary
        var events: [Event] = []
        if open == nil, output.isEmpty { events += openMessage() }
        events += close(status: isIncomplete ? "incomplete" : "completed")
        let type = isIncomplete ? "response.incomplete" : "response.completed"
        events.append(Event(type: type, members: ["response": response]))
        return events
    }

    private var isIncomplete: Bool {
        switch summary?.reason {
        case .length, .deadline, .cancelled: true
        default: false
        }
    }

    /// Closes the open item, if there is one.
    private mutating func close(status: JSONValue) -> [Event] {
        guard let item = open else { return [] }
        var events: [Event] = []
        let done: JSONValue
        switch item.kind {
        case .reasoning:
            events.append(pieceEvent("response.reasoning_text.done", ["text": .string(item.text)]))
            events.append(partEvent("done", item.id, ["type": "reasoning_text", "text": .string(item.text)]))
            done = reasoning(item.id, item.text, status)
        case .message:
            events.append(
                pieceEvent(
                    "response.output_text.done",
                    ["text": .string(item.text), "logprobs": Wire.scores(item.scores)]
                )
            )
            events.append(partEvent("done", item.id, textPart(item.text, item.scores, item.annotations)))
            done = message(item.id, item.text, item.scores, item.annotations, status)
        }
        events.append(itemEvent("done", done))
        output.append(done)
        open = nil
        return events
    }

    private func itemEvent(_ verb: String, _ item: JSONValue) -> Event {
        Event(
            type: "response.output_item.\(verb)",
            members: ["output_index": .integer(Int64(output.count)), "item": item]
        )
    }

    private func partEvent(_ verb: String, _ id: String, _ part: JSONValue) -> Event {
        Event(
            type: "response.content_part.\(verb)",
            members: [
                "item_id": .string(id), "output_index": .integer(Int64(output.count)), "content_index": 0, "part": part,
            ]
        )
    }

    /// An event of the open item's text.
    private func pieceEvent(_ type: String, _ members: JSONObject) -> Event {
        let place: JSONObject = [
            "item_id": .string(open?.id ?? ""), "output_index": .integer(Int64(output.count)), "content_index": 0,
        ]
        return Event(type: type, members: place.merging(members))
    }

    private func textPart(_ text: String, _ scores: [TokenScore], _ annotations: [JSONValue]) -> JSONValue {
        [
            "type": "output_text", "text": .string(text), "annotations": .array(annotations),
            "logprobs": Wire.scores(scores),
        ]
    }

    private func message(
        _ id: String,
        _ text: String?,
        _ scores: [TokenScore],
        _ annotations: [JSONValue],
        _ status: JSONValue
    ) -> JSONValue {
        [
            "id": .string(id), "type": "message", "status": status, "role": "assistant",
            "content": .array(text.map { [textPart($0, scores, annotations)] } ?? []),
        ]
    }

    private func reasoning(_ id: String, _ text: String?, _ status: JSONValue) -> JSONValue {
        [
            "id": .string(id), "type": "reasoning", "status": status, "summary": [],
            "content": .array(text.map { [["type": "reasoning_text", "text": .string($0)]] } ?? []),
        ]
    }

    /// The response as it stands.
    var response: JSONValue {
        let status =
            error != nil ? "failed" : summary == nil ? "in_progress" : isIncomplete ? "incomplete" : "completed"
        var object: JSONObject = [
            "id": .string(identity.id), "object": "response", "created_at": .integer(identity.created),
            "status": .string(status), "background": false,
            "error": error.map { ["code": "server_error", "message": .string($0.message)] } ?? .null,
            "incomplete_details": isIncomplete ? ["reason": "max_output_tokens"] : .null,
            "model": .string(identity.model), "output": .array(output),
        ]
        object.merge(echo)
        object["usage"] = summary.map { Wire.responseUsage($0.usage) } ?? .null
        return .object(object)
    }
}

extension Wire {
    /// The tokens of a response.
    static func responseUsage(_ usage: Usage) -> JSONValue {
        [
            "input_tokens": .integer(Int64(usage.promptTokenCount)),
            "input_tokens_details": [
                "cached_tokens": .integer(Int64(usage.reusedTokenCount)), "cache_write_tokens": 0,
            ],
            "output_tokens": .integer(Int64(usage.generatedTokenCount)),
            "output_tokens_details": ["reasoning_tokens": .integer(Int64(usage.thinkingTokenCount))],
            "total_tokens": .integer(Int64(usage.promptTokenCount + usage.generatedTokenCount)),
        ]
    }
}
