import MartletCore

/// What a provider said, in one of its pieces.
enum AnswerPiece: Sendable, Hashable {
    case text(String)
    case thinking(String)
    case toolCall(ToolCall)
    case scores([TokenScore])
    /// The provider's count of tokens so far; later ones replace what they name.
    case usage(ReportedUsage)
    /// The answer is complete.
    case ended(FinishReason)
    /// The protocol's last word.
    case closed
}

/// Turns the bytes of one answer into pieces.
protocol AnswerDecoding {
    /// Takes the next bytes and appends the pieces that they complete; those before a failure are there, too.
    /// - Throws: ``ProviderError``
    mutating func receive(_ bytes: [UInt8], into pieces: inout [AnswerPiece]) throws

    /// Takes the end of the bytes.
    /// - Throws: ``ProviderError`` where the answer is not complete.
    mutating func finish(into pieces: inout [AnswerPiece]) throws
}

/// What a provider counts; nil is what it doesn't say.
struct ReportedUsage: Sendable, Hashable {
    /// All tokens of the input.
    var prompt: Int64?
    /// Of these, tokens read from the provider's cache.
    var cached: Int64?
    /// Of these, tokens written to the provider's cache.
    var written: Int64?
    /// All tokens of the answer.
    var generated: Int64?
    /// Of these, tokens of thinking.
    var thinking: Int64?

    /// Takes what `other` says.
    mutating func merge(_ other: ReportedUsage) {
        prompt = other.prompt ?? prompt
        cached = other.cached ?? cached
        written = other.written ?? written
        generated = other.generated ?? generated
        thinking = other.thinking ?? thinking
    }

    /// The provider's numbers where they can be true, and the estimates where not.
    ///
    /// - Parameters:
    ///   - promptEstimate: Of the input; a count beyond fifty times and 100,000 more is a lie, as is a negative one.
    ///   - generatedEstimate: Of the answer that was seen; thinking that providers keep to themselves comes on top.
    func believed(promptEstimate: Int, generatedEstimate: Int, thinkingEstimate: Int) -> Usage {
        func check(_ count: Int64?, upTo limit: Int) -> Int? {
            guard let count, count >= 0, count <= Int64(limit) else { return nil }
            return Int(count)
        }
        let prompt = check(prompt, upTo: promptEstimate * 50 + 100_000) ?? promptEstimate
        let generated = check(generated, upTo: 4_000_000) ?? generatedEstimate + thinkingEstimate
        return Usage(
            promptTokenCount: prompt,
            reusedTokenCount: check(cached, upTo: prompt) ?? 0,
            generatedTokenCount: generated,
            thinkingTokenCount: check(thinking, upTo: generated) ?? min(thinkingEstimate, generated)
        )
    }
}
