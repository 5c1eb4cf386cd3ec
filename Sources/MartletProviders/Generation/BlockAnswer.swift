import MartletCore

/// An answer in numbered blocks of text, thinking and calls of tools, as Anthropic's and Bedrock's interfaces give it.
struct BlockAnswer: Sendable {
    let identity: ProviderIdentity
    /// What was asked, so that failures repeat none of it.
    let request: GenerationRequest
    private var calls = ToolCallCollector()
    private var answerBlocks: Set<Int64> = []
    /// Whether the provider said why the answer ended.
    private(set) var hasEnded = false

    init(identity: ProviderIdentity, request: GenerationRequest) {
        self.identity = identity
        self.request = request
    }

    /// The answer asks for more than is taken from anybody.
    struct TooMany: Error {
        var message: String
    }

    func say(_ text: String?, into pieces: inout [AnswerPiece]) {
        if let text, !text.isEmpty { pieces.append(.text(text)) }
    }

    func think(_ text: String?, into pieces: inout [AnswerPiece]) {
        if let text, !text.isEmpty { pieces.append(.thinking(text)) }
    }

    /// Begins a call, or an answer in a wanted form, which such interfaces give as the arguments of a call.
    mutating func beginTool(at index: Int64, id: String?, name: String?) throws(TooMany) {
        if request.constraint != nil, name == GenerationRequest.answerToolName {
            guard answerBlocks.count < 16 else { throw TooMany(message: "the answer comes too often") }
            answerBlocks.insert(index)
        } else {
            try take(index, id: id, name: name, arguments: "")
        }
    }

    /// Goes on with the arguments of a call.
    mutating func continueTool(at index: Int64, _ input: String?, into pieces: inout [AnswerPiece]) throws(TooMany) {
        guard let input, !input.isEmpty else { return }
        if answerBlocks.contains(index) {
            pieces.append(.text(input))
        } else {
            try take(index, id: nil, name: nil, arguments: input)
        }
    }

    private mutating func take(_ index: Int64, id: String?, name: String?, arguments: String) throws(TooMany) {
        guard calls.take(key: index, id: id, name: name, arguments: arguments) else {
            throw TooMany(message: "the answer asks for more tools than there are")
        }
    }

    /// Ends the answer for the provider's reason.
    /// - Throws: ``ProviderError`` where the reason is a refusal.
    mutating func end(_ reason: String, into pieces: inout [AnswerPiece]) throws {
        hasEnded = true
        switch reason {
        case "refusal", "content_filtered":
            throw failure(UpstreamComplaint(message: "", kind: "content_filter"))
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

    /// The failure that a provider's complaint in the middle of an answer is.
    func failure(_ complaint: UpstreamComplaint?) -> ProviderError {
        UpstreamFailure.error(complaint, status: nil, retryAfter: nil, identity: identity, request: request)
    }

    /// A usage whose input leaves out what came from the provider's cache and what went there.
    static func usage(input: Int64?, cached: Int64?, written: Int64?, generated: Int64?) -> ReportedUsage {
        let prompt = input.flatMap { input -> Int64? in
            let (some, overflows) = input.addingReportingOverflow(cached ?? 0)
            let (all, overflowsToo) = some.addingReportingOverflow(written ?? 0)
            return overflows || overflowsToo ? nil : all
        }
        return ReportedUsage(prompt: prompt, cached: cached, written: written, generated: generated)
    }
}
