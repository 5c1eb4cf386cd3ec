import MartletCore

/// Reads answers of the Messages API.
struct AnthropicAnswerReader: AnswerReading {
    private var answer: BlockAnswer
    private var isClosed = false

    init(identity: ProviderIdentity, request: GenerationRequest) {
        answer = BlockAnswer(identity: identity, request: request)
    }

    var identity: ProviderIdentity { answer.identity }

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
            if let reason = value["delta"]?["stop_reason"]?.string { try answer.end(reason, into: &pieces) }
        case "message_stop":
            if !answer.hasEnded { try answer.end("end_turn", into: &pieces) }
            isClosed = true
            pieces.append(.closed)
        case "error": throw answer.failure(UpstreamComplaint(value))
        default:
            // `ping`, the ends of blocks, and kinds of events that are yet to be invented.
            break
        }
    }

    mutating func read(whole: JSONValue, into pieces: inout [AnswerPiece]) throws {
        if whole["error"] != nil || whole["type"]?.string == "error" {
            throw answer.failure(UpstreamComplaint(whole))
        }
        guard let blocks = whole["content"]?.array else { throw malformed("the answer has no content in it") }
        if let usage = Self.usage(whole["usage"]) { pieces.append(.usage(usage)) }
        for (index, block) in blocks.enumerated() {
            try begin(block, at: Int64(index), into: &pieces)
            if block["type"]?.string == "tool_use" {
                try proceed(block["input"]?.text, at: Int64(index), into: &pieces)
            }
        }
        try answer.end(whole["stop_reason"]?.string ?? "end_turn", into: &pieces)
        pieces.append(.closed)
    }

    mutating func finish(into pieces: inout [AnswerPiece]) throws {
        guard answer.hasEnded else { throw interrupted }
    }

    private mutating func begin(_ block: JSONValue, at index: Int64, into pieces: inout [AnswerPiece]) throws {
        switch block["type"]?.string {
        case "text": answer.say(block["text"]?.string, into: &pieces)
        case "thinking": answer.think(block["thinking"]?.string, into: &pieces)
        case "tool_use":
            do {
                try answer.beginTool(at: index, id: block["id"]?.string, name: block["name"]?.string)
            } catch {
                throw malformed(error.message)
            }
        default: break
        }
    }

    private mutating func read(delta: JSONValue, at index: Int64, into pieces: inout [AnswerPiece]) throws {
        switch delta["type"]?.string {
        case "text_delta": answer.say(delta["text"]?.string, into: &pieces)
        case "thinking_delta": answer.think(delta["thinking"]?.string, into: &pieces)
        case "input_json_delta": try proceed(delta["partial_json"]?.string, at: index, into: &pieces)
        default: break
        }
    }

    private mutating func proceed(_ input: String?, at index: Int64, into pieces: inout [AnswerPiece]) throws {
        do {
            try answer.continueTool(at: index, input, into: &pieces)
        } catch {
            throw malformed(error.message)
        }
    }

    private static func usage(_ usage: JSONValue?) -> ReportedUsage? {
        guard let usage else { return nil }
        return BlockAnswer.usage(
            input: usage["input_tokens"]?.integer,
            cached: usage["cache_read_input_tokens"]?.integer,
            written: usage["cache_creation_input_tokens"]?.integer,
            generated: usage["output_tokens"]?.integer
        )
    }
}
