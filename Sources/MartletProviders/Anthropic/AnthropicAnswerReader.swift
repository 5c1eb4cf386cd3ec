import MartletCore

/// Reads answers of the Messages API.
struct AnthropicAnswerReader: AnswerReading {
    let identity: ProviderIdentity
    /// What was asked, so that failures repeat none of it.
    let request: GenerationRequest
    private var calls = ToolCallCollector()
    private var answerBlocks: Set<Int64> = []
    private var reason: String?
    private var isClosed = false

    init(identity: ProviderIdentity, request: GenerationRequest) {
        self.identity = identity
        self.request = request
    }

    mutating func read(_ event: ServerSentEvent, into pieces: inout [AnswerPiece]) throws {
        guard !isClosed else { return }
        let value = try json(event.data)
        let index = value["index"]?.integer ?? 0
        switch value["type"]?.string ?? event.name {
        case "message_start":
            if let usage = Self.usage(value["message"]?["usage"]) { pieces.append(.usage(usage)) }
        case "content_block_start":
            if let block = value["content_block"] { try begin(block, at: index, into: &pieces) }
        case "content_block_delta":
            if let delta = value["delta"] { try read(delta: delta, at: index, into: &pieces) }
        case "message_delta":
            if let usage = Self.usage(value["usage"]) { pieces.append(.usage(usage)) }
            if let reason = value["delta"]?["stop_reason"]?.string { try end(reason, into: &pieces) }
        case "message_stop":
            if reason == nil { try end("end_turn", into: &pieces) }
            isClosed = true
            pieces.append(.closed)
        case "error": throw failure(value)
        default:
            // `ping`, the ends of blocks, and kinds of events that are yet to be invented.
            break
        }
    }

    mutating func read(whole: JSONValue, into pieces: inout [AnswerPiece]) throws {
        if whole["error"] != nil || whole["type"]?.string == "error" { throw failure(whole) }
        guard let blocks = whole["content"]?.array else { throw malformed("the answer has no content in it") }
        if let usage = Self.usage(whole["usage"]) { pieces.append(.usage(usage)) }
        for (index, block) in blocks.enumerated() {
            try begin(block, at: Int64(index), into: &pieces)
            if block["type"]?.string == "tool_use", let input = block["input"] {
                try read(
                    delta: ["type": "input_json_delta", "partial_json": .string(input.text)],
                    at: Int64(index),
                    into: &pieces
                )
            }
        }
        try end(whole["stop_reason"]?.string ?? "end_turn", into: &pieces)
        pieces.append(.closed)
    }

    mutating func finish(into pieces: inout [AnswerPiece]) throws {
        guard reason != nil else { throw interrupted }
    }

    private mutating func begin(_ block: JSONValue, at index: Int64, into pieces: inout [AnswerPiece]) throws {
        switch block["type"]?.string {
        case "text":
            if let text = block["text"]?.string, !text.isEmpty { pieces.append(.text(text)) }
        case "thinking":
            if let text = block["thinking"]?.string, !text.isEmpty { pieces.append(.thinking(text)) }
        case "tool_use":
            let name = block["name"]?.string
            if request.constraint != nil, name == GenerationRequest.answerToolName {
                guard answerBlocks.count < 16 else { throw malformed("the answer comes too often") }
                answerBlocks.insert(index)
            } else {
                try take(index, id: block["id"]?.string, name: name, arguments: "")
            }
        default: break
        }
    }

    private mutating func read(delta: JSONValue, at index: Int64, into pieces: inout [AnswerPiece]) throws {
        switch delta["type"]?.string {
        case "text_delta":
            if let text = delta["text"]?.string, !text.isEmpty { pieces.append(.text(text)) }
        case "thinking_delta":
            if let text = delta["thinking"]?.string, !text.isEmpty { pieces.append(.thinking(text)) }
        case "input_json_delta":
            guard let text = delta["partial_json"]?.string, !text.isEmpty else { return }
            if answerBlocks.contains(index) {
                pieces.append(.text(text))
            } else {
                try take(index, id: nil, name: nil, arguments: text)
            }
        default: break
        }
    }

    private mutating func take(_ index: Int64, id: String?, name: String?, arguments: String) throws {
        guard calls.take(key: index, id: id, name: name, arguments: arguments) else {
            throw malformed("the answer asks for more tools than there are")
        }
    }

    private mutating func end(_ reason: String, into pieces: inout [AnswerPiece]) throws {
        self.reason = reason
        switch reason {
        case "refusal":
            throw UpstreamFailure.error(
                UpstreamComplaint(message: "", kind: "content_filter"),
                status: nil,
                retryAfter: nil,
                identity: identity,
                request: request
            )
        case "max_tokens", "model_context_window_exceeded": pieces.append(.ended(.length))
        default:
            let finished = calls.finish()
            pieces += finished.map { .toolCall($0) }
            pieces.append(
                .ended(!finished.isEmpty ? .toolCalls : reason == "stop_sequence" ? .stopString : .endOfTurn)
            )
        }
    }

    private func failure(_ value: JSONValue) -> ProviderError {
        UpstreamFailure.error(
            UpstreamComplaint(value),
            status: nil,
            retryAfter: nil,
            identity: identity,
            request: request
        )
    }

    /// The interface counts what came from its cache, and what went there, beside the rest of the input.
    private static func usage(_ usage: JSONValue?) -> ReportedUsage? {
        guard let usage else { return nil }
        let cached = usage["cache_read_input_tokens"]?.integer
        let written = usage["cache_creation_input_tokens"]?.integer
        let prompt = usage["input_tokens"]?.integer.flatMap { input -> Int64? in
            let (some, overflows) = input.addingReportingOverflow(cached ?? 0)
            let (all, overflowsToo) = some.addingReportingOverflow(written ?? 0)
            return overflows || overflowsToo ? nil : all
        }
        return ReportedUsage(
            prompt: prompt,
            cached: cached,
            written: written,
            generated: usage["output_tokens"]?.integer
        )
    }
}
