import MartletCore

/// Reads answers of `/chat/completions` and `/completions`.
struct OpenAIAnswerReader: AnswerReading {
    let identity: ProviderIdentity
    /// What was asked, so that failures repeat none of it.
    let request: GenerationRequest
    private var calls = ToolCallCollector()
    private var isClosed = false
    private var hasEnded = false

    init(identity: ProviderIdentity, request: GenerationRequest) {
        self.identity = identity
        self.request = request
    }

    mutating func read(_ event: ServerSentEvent, into pieces: inout [AnswerPiece]) throws {
        guard !isClosed else { return }
        if event.data.elementsEqual("[DONE]".utf8) {
            if !hasEnded { try end("stop", into: &pieces) }
            isClosed = true
            pieces.append(.closed)
            return
        }
        let chunk = try json(event.data)
        if event.name == "error", UpstreamComplaint(chunk) == nil { throw failure(JSONValue.object(["error": chunk])) }
        try read(chunk, into: &pieces)
    }

    mutating func read(whole: JSONValue, into pieces: inout [AnswerPiece]) throws {
        try read(whole, into: &pieces)
        guard whole["choices"]?.array?.isEmpty == false else { throw malformed("the answer has no choices in it") }
        if !hasEnded { try end("stop", into: &pieces) }
        pieces.append(.closed)
    }

    mutating func finish(into pieces: inout [AnswerPiece]) throws {
        guard hasEnded || isClosed else { throw interrupted }
    }

    private mutating func read(_ chunk: JSONValue, into pieces: inout [AnswerPiece]) throws {
        if chunk["error"] != nil || chunk["object"]?.string == "error" { throw failure(chunk) }
        if let usage = Self.usage(chunk) { pieces.append(.usage(usage)) }
        let choices = chunk["choices"]?.array ?? []
        guard !hasEnded, let choice = choices.first(where: { ($0["index"]?.integer ?? 0) == 0 }) else { return }
        if let scores = Self.scores(choice["logprobs"]), !scores.isEmpty { pieces.append(.scores(scores)) }
        if let text = choice["text"]?.string, !text.isEmpty { pieces.append(.text(text)) }
        if let delta = choice["delta"] ?? choice["message"] { try read(delta: delta, into: &pieces) }
        if let reason = choice["finish_reason"]?.string {
            // vLLM names the stop string that it found.
            let isStopString = reason == "stop" && choice["stop_reason"]?.string != nil
            try end(isStopString ? "stop_sequence" : reason, into: &pieces)
        }
    }

    private mutating func read(delta: JSONValue, into pieces: inout [AnswerPiece]) throws {
        // Servers that give their reasoning under both names give it twice.
        if let thought = (delta["reasoning_content"] ?? delta["reasoning"])?.string, !thought.isEmpty {
            pieces.append(.thinking(thought))
        }
        switch delta["content"] {
        case .string(let text) where !text.isEmpty: pieces.append(.text(text))
        case .array(let parts):
            for part in parts {
                if let text = part["text"]?.string, !text.isEmpty { pieces.append(.text(text)) }
                for thought in part["thinking"]?.array ?? [] {
                    if let text = thought["text"]?.string, !text.isEmpty { pieces.append(.thinking(text)) }
                }
            }
        default: break
        }
        if let refusal = delta["refusal"]?.string, !refusal.isEmpty { pieces.append(.text(refusal)) }
        for (position, call) in (delta["tool_calls"]?.array ?? []).enumerated() {
            let function = call["function"]
            let arguments = function?["arguments"].map { $0.string ?? $0.text } ?? ""
            let isKept = calls.take(
                key: call["index"]?.integer ?? (position > 0 ? Int64(position) : nil),
                id: call["id"]?.string,
                name: function?["name"]?.string,
                arguments: arguments
            )
            guard isKept else { throw malformed("the answer asks for more tools than there are") }
        }
    }

    private mutating func end(_ reason: String, into pieces: inout [AnswerPiece]) throws {
        hasEnded = true
        switch reason {
        case "content_filter":
            let complaint = UpstreamComplaint(message: "", kind: "content_filter")
            throw UpstreamFailure.error(
                complaint,
                status: nil,
                retryAfter: nil,
                identity: identity,
                request: request
            )
        case "error": throw failure(.object(["error": "the provider ended the answer with an error"]))
        case "length":
            // A call that was cut off can't be run.
            pieces.append(.ended(.length))
        default:
            let finished = calls.finish()
            pieces += finished.map { .toolCall($0) }
            let isToolCalls = !finished.isEmpty
            pieces.append(.ended(isToolCalls ? .toolCalls : reason == "stop_sequence" ? .stopString : .endOfTurn))
        }
    }

    private func failure(_ chunk: JSONValue) -> ProviderError {
        let status = (chunk["error"]?["code"] ?? chunk["code"])?.integer.flatMap { Int(exactly: $0) }
        return UpstreamFailure.error(
            UpstreamComplaint(chunk),
            status: status.flatMap { (400..<600).contains($0) ? $0 : nil },
            retryAfter: nil,
            identity: identity,
            request: request
        )
    }

    private static func usage(_ chunk: JSONValue) -> ReportedUsage? {
        // Groq puts it elsewhere in streams.
        guard let usage = chunk["usage"] ?? chunk["x_groq"]?["usage"] else { return nil }
        return ReportedUsage(
            prompt: usage["prompt_tokens"]?.integer,
            cached: usage["prompt_tokens_details"]?["cached_tokens"]?.integer,
            generated: usage["completion_tokens"]?.integer,
            thinking: usage["completion_tokens_details"]?["reasoning_tokens"]?.integer
        )
    }

    /// Scores name no numbers of tokens, so these are all -1; their bytes tell them apart.
    private static func scores(_ value: JSONValue?) -> [TokenScore]? {
        value?["content"]?.array?.compactMap { entry in
            guard let (bytes, logProbability) = candidate(entry) else { return nil }
            let alternatives = (entry["top_logprobs"]?.array ?? []).prefix(20).compactMap { other in
                candidate(other).map {
                    TokenScore.Candidate(token: TokenID(-1), bytes: $0.bytes, logProbability: $0.logProbability)
                }
            }
            return TokenScore(
                token: TokenID(-1),
                bytes: bytes,
                logProbability: logProbability,
                alternatives: alternatives
            )
        }
    }

    private static func candidate(_ entry: JSONValue) -> (bytes: [UInt8], logProbability: Float)? {
        guard let logProbability = entry["logprob"]?.number else { return nil }
        let bytes = entry["bytes"]?.array?.compactMap { $0.integer.flatMap { UInt8(exactly: $0) } }
        return (bytes ?? Array((entry["token"]?.string ?? "").utf8), Float(logProbability))
    }
}
