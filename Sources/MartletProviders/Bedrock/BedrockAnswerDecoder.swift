import MartletCore

/// Decodes answers of Converse, whole, and of ConverseStream, in messages.
struct BedrockAnswerDecoder: AnswerDecoding {
    let identity: ProviderIdentity
    /// What was asked, so that failures repeat none of it.
    let request: GenerationRequest
    private let isStream: Bool
    private var frames = EventStreamDecoder()
    private var whole: [UInt8] = []
    private var calls = ToolCallCollector()
    private var answerBlocks: Set<Int64> = []
    private var hasEnded = false

    init(identity: ProviderIdentity, request: GenerationRequest, isStream: Bool) {
        self.identity = identity
        self.request = request
        self.isStream = isStream
    }

    mutating func receive(_ bytes: [UInt8], into pieces: inout [AnswerPiece]) throws {
        guard isStream else {
            whole += bytes
            return
        }
        var messages: [EventStreamMessage] = []
        let failure: EventStreamError?
        do {
            try frames.decode(bytes, into: &messages)
            failure = nil
        } catch {
            failure = error
        }
        for message in messages { try read(message, into: &pieces) }
        guard let failure else { return }
        if case .tooLong(let limit) = failure {
            throw ProviderError(
                .responseTooLarge,
                provider: identity.name,
                "a part of the answer is longer than \(limit >> 20) MiB",
                remedy: "Check the endpoint's address"
            )
        }
        throw malformed("the answer is no event stream, or was damaged on its way (\(failure))")
    }

    mutating func finish(into pieces: inout [AnswerPiece]) throws {
        if !isStream { try readWhole(into: &pieces) }
        guard hasEnded else {
            throw ProviderError(
                .interrupted,
                provider: identity.name,
                "the answer broke off before its end",
                remedy: "Try again"
            )
        }
    }

    private mutating func read(_ message: EventStreamMessage, into pieces: inout [AnswerPiece]) throws {
        let payload = (try? JSONValue(parsing: message.payload)) ?? .null
        switch message.text(":message-type") {
        case "exception", "error":
            let kind = message.text(":exception-type") ?? message.text(":error-code") ?? ""
            let text = payload["message"]?.string ?? message.text(":error-message") ?? ""
            throw UpstreamFailure.error(
                UpstreamComplaint(message: text, kind: kind),
                status: nil,
                retryAfter: nil,
                identity: identity,
                request: request
            )
        case "event": try read(message.text(":event-type") ?? "", payload, into: &pieces)
        default: break
        }
    }

    private mutating func read(_ event: String, _ payload: JSONValue, into pieces: inout [AnswerPiece]) throws {
        let index = payload["contentBlockIndex"]?.integer ?? 0
        switch event {
        case "contentBlockStart":
            if let tool = payload["start"]?["toolUse"] { try begin(tool, at: index) }
        case "contentBlockDelta":
            guard let delta = payload["delta"] else { return }
            if let text = delta["text"]?.string, !text.isEmpty { pieces.append(.text(text)) }
            if let text = delta["reasoningContent"]?["text"]?.string, !text.isEmpty { pieces.append(.thinking(text)) }
            if let input = delta["toolUse"]?["input"]?.string {
                try take(input, at: index, into: &pieces)
            }
        case "messageStop": try end(payload["stopReason"]?.string ?? "end_turn", into: &pieces)
        case "metadata":
            if let usage = Self.usage(payload["usage"]) { pieces.append(.usage(usage)) }
            // Nothing follows the metadata.
            if hasEnded { pieces.append(.closed) }
        default: break
        }
    }

    private mutating func readWhole(into pieces: inout [AnswerPiece]) throws {
        guard let value = try? JSONValue(parsing: whole), let message = value["output"]?["message"] else {
            throw malformed("the answer has no message in it")
        }
        if let usage = Self.usage(value["usage"]) { pieces.append(.usage(usage)) }
        for (position, block) in (message["content"]?.array ?? []).enumerated() {
            if let text = block["text"]?.string, !text.isEmpty { pieces.append(.text(text)) }
            if let text = block["reasoningContent"]?["reasoningText"]?["text"]?.string, !text.isEmpty {
                pieces.append(.thinking(text))
            }
            if let tool = block["toolUse"] {
                try begin(tool, at: Int64(position))
                try take(tool["input"]?.text ?? "", at: Int64(position), into: &pieces)
            }
        }
        try end(value["stopReason"]?.string ?? "end_turn", into: &pieces)
    }

    private mutating func begin(_ tool: JSONValue, at index: Int64) throws {
        let name = tool["name"]?.string
        if request.constraint != nil, name == GenerationRequest.answerToolName {
            guard answerBlocks.count < 16 else { throw malformed("the answer comes too often") }
            answerBlocks.insert(index)
            return
        }
        guard calls.take(key: index, id: tool["toolUseId"]?.string, name: name, arguments: "") else {
            throw malformed("the answer asks for more tools than there are")
        }
    }

    private mutating func take(_ input: String, at index: Int64, into pieces: inout [AnswerPiece]) throws {
        guard !input.isEmpty else { return }
        if answerBlocks.contains(index) {
            pieces.append(.text(input))
        } else if !calls.take(key: index, id: nil, name: nil, arguments: input) {
            throw malformed("the answer asks for more tools than there are")
        }
    }

    private mutating func end(_ reason: String, into pieces: inout [AnswerPiece]) throws {
        hasEnded = true
        switch reason {
        case "content_filtered":
            throw UpstreamFailure.error(
                UpstreamComplaint(message: "", kind: "content_filter"),
                status: nil,
                retryAfter: nil,
                identity: identity,
                request: request
            )
        case "max_tokens", "model_context_window_exceeded": pieces.append(.ended(.length))
        default:
            // What a guardrail says in the model's place is the answer.
            let finished = calls.finish()
            pieces += finished.map { .toolCall($0) }
            pieces.append(
                .ended(!finished.isEmpty ? .toolCalls : reason == "stop_sequence" ? .stopString : .endOfTurn)
            )
        }
    }

    private func malformed(_ message: String) -> ProviderError {
        ProviderError(
            .malformedResponse,
            provider: identity.name,
            message,
            remedy: "Check the endpoint's address"
        )
    }

    private static func usage(_ usage: JSONValue?) -> ReportedUsage? {
        guard let usage else { return nil }
        let cached = usage["cacheReadInputTokens"]?.integer
        let written = usage["cacheWriteInputTokens"]?.integer
        let prompt = usage["inputTokens"]?.integer.flatMap { input -> Int64? in
            let (some, overflows) = input.addingReportingOverflow(cached ?? 0)
            let (all, overflowsToo) = some.addingReportingOverflow(written ?? 0)
            return overflows || overflowsToo ? nil : all
        }
        return ReportedUsage(
            prompt: prompt,
            cached: cached,
            written: written,
            generated: usage["outputTokens"]?.integer
        )
    }
}
