import MartletCore

/// Decodes answers of Converse, whole, and of ConverseStream, in messages.
struct BedrockAnswerDecoder: AnswerDecoding {
    private let isStream: Bool
    private var frames = EventStreamDecoder()
    private var whole: [UInt8] = []
    private var answer: BlockAnswer

    init(identity: ProviderIdentity, request: GenerationRequest, isStream: Bool) {
        answer = BlockAnswer(identity: identity, request: request)
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
                provider: answer.identity.name,
                "a part of the answer is longer than \(limit >> 20) MiB",
                remedy: "Check the endpoint's address"
            )
        }
        throw malformed("the answer is no event stream, or was damaged on its way (\(failure))")
    }

    mutating func finish(into pieces: inout [AnswerPiece]) throws {
        if !isStream { try readWhole(into: &pieces) }
        guard answer.hasEnded else {
            throw ProviderError(
                .interrupted,
                provider: answer.identity.name,
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
            throw answer.failure(UpstreamComplaint(message: text, kind: kind))
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
            answer.say(delta["text"]?.string, into: &pieces)
            answer.think(delta["reasoningContent"]?["text"]?.string, into: &pieces)
            try proceed(delta["toolUse"]?["input"]?.string, at: index, into: &pieces)
        case "messageStop": try answer.end(payload["stopReason"]?.string ?? "end_turn", into: &pieces)
        case "metadata":
            if let usage = Self.usage(payload["usage"]) { pieces.append(.usage(usage)) }
            // Nothing follows the metadata.
            if answer.hasEnded { pieces.append(.closed) }
        default: break
        }
    }

    private mutating func readWhole(into pieces: inout [AnswerPiece]) throws {
        guard let value = try? JSONValue(parsing: whole), let message = value["output"]?["message"] else {
            throw malformed("the answer has no message in it")
        }
        if let usage = Self.usage(value["usage"]) { pieces.append(.usage(usage)) }
        for (position, block) in (message["content"]?.array ?? []).enumerated() {
            answer.say(block["text"]?.string, into: &pieces)
            answer.think(block["reasoningContent"]?["reasoningText"]?["text"]?.string, into: &pieces)
            if let tool = block["toolUse"] {
                try begin(tool, at: Int64(position))
                try proceed(tool["input"]?.text, at: Int64(position), into: &pieces)
            }
        }
        try answer.end(value["stopReason"]?.string ?? "end_turn", into: &pieces)
    }

    private mutating func begin(_ tool: JSONValue, at index: Int64) throws {
        do {
            try answer.beginTool(at: index, id: tool["toolUseId"]?.string, name: tool["name"]?.string)
        } catch {
            throw malformed(error.message)
        }
    }

    private mutating func proceed(_ input: String?, at index: Int64, into pieces: inout [AnswerPiece]) throws {
        do {
            try answer.continueTool(at: index, input, into: &pieces)
        } catch {
            throw malformed(error.message)
        }
    }

    private func malformed(_ message: String) -> ProviderError {
        ProviderError(
            .malformedResponse,
            provider: answer.identity.name,
            message,
            remedy: "Check the endpoint's address"
        )
    }

    private static func usage(_ usage: JSONValue?) -> ReportedUsage? {
        guard let usage else { return nil }
        return BlockAnswer.usage(
            input: usage["inputTokens"]?.integer,
            cached: usage["cacheReadInputTokens"]?.integer,
            written: usage["cacheWriteInputTokens"]?.integer,
            generated: usage["outputTokens"]?.integer
        )
    }
}
