import MartletCore

/// Tokens' scores as legacy completions show them, in parallel arrays, with each token's place in the text.
struct LegacyScores: Sendable {
    /// Characters of the text before the next token, in Unicode scalars, as Python counts them.
    private(set) var offset: Int

    /// Begins after so much text.
    init(offset: Int) {
        self.offset = offset
    }

    /// The scores as JSON, and the offset moved on behind them.
    mutating func json(_ scores: [TokenScore]) -> JSONValue {
        var tokens: [JSONValue] = []
        var logProbabilities: [JSONValue] = []
        var alternatives: [JSONValue] = []
        var offsets: [JSONValue] = []
        for score in scores {
            tokens.append(.string(Self.name(of: score.bytes)))
            logProbabilities.append(Wire.logProbability(score.logProbability))
            alternatives.append(score.logProbability == nil ? .null : Self.alternatives(score))
            offsets.append(.integer(Int64(offset)))
            // Bytes that begin a scalar; the others continue one.
            offset += score.bytes.count { $0 & 0xC0 != 0x80 }
        }
        return [
            "tokens": .array(tokens), "token_logprobs": .array(logProbabilities), "top_logprobs": .array(alternatives),
            "text_offset": .array(offsets),
        ]
    }

    private static func alternatives(_ score: TokenScore) -> JSONValue {
        .object(JSONObject(score.alternatives.map { (name(of: $0.bytes), Wire.logProbability($0.logProbability)) }))
    }

    /// The token's text; bytes that are no text by their numbers, so that different tokens have different names.
    private static func name(of bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let digits = bytes.map { byte in (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16) }
        return "bytes:" + digits.joined()
    }
}
