internal import MartletCore
internal import MartletPrompt

/// Turns a question and texts into the pairs that a cross-encoder reads: separators and segments as its vocabulary has
/// them, and of pairs that are too long only the text's end cut.
struct PairPreparation: Sendable {
    let tokenizer: Tokenizer
    /// The template around two texts.
    let template: [SequenceTemplate.Part]
    /// Tokens of a pair at most, special ones included.
    let limit: Int

    /// A question's tokens.
    ///
    /// - Throws: ``EngineError`` for one that is empty or leaves no room for a text.
    func prepare(query: String) throws(EngineError) -> [TokenID] {
        guard !query.stripped.isEmpty else {
            throw EngineError(
                .emptyInput,
                "the question is empty",
                remedy: "Give a question to rank the texts by",
                parameter: "query"
            )
        }
        let tokens = encoded(query)
        guard tokens.count + addedCount < limit else {
            throw EngineError(
                .contextTooSmall,
                "the question has \(tokens.count) tokens, and the model reads \(limit) of question and text together",
                remedy: "Shorten the question",
                parameter: "query"
            )
        }
        return tokens
    }

    /// A pair's tokens.
    ///
    /// - Parameter index: The text's place in the request, for messages.
    /// - Throws: ``EngineError`` for a pair that is too long and may not be cut.
    func prepare(
        _ query: [TokenID],
        with text: String,
        index: Int,
        cuts: Bool
    ) throws(EngineError) -> PreparedText {
        var tokens = encoded(text)
        let room = limit - addedCount - query.count
        let isCut = tokens.count > room
        if isCut {
            guard cuts else {
                throw EngineError(
                    .contextTooSmall,
                    "the text at index \(index) has \(tokens.count) tokens, and beside the question there is room for \(room)",
                    remedy: "Shorten or split the text, or ask for long texts to be cut",
                    parameter: "texts"
                )
            }
            tokens.removeSubrange(room...)
        }
        var result = PreparedText(tokens: [], types: [])
        var types: [Int32] = []
        func append(_ tokens: [TokenID], _ type: Int32) {
            result.tokens += tokens.map(\.rawValue)
            types += repeatElement(type, count: tokens.count)
        }
        for part in template {
            switch part {
            case .token(let token, let type): append([token], type)
            case .first(let type): append(query, type)
            case .second(let type): append(tokens, type)
            }
        }
        result.types = types
        result.isCut = isCut
        return result
    }

    private var addedCount: Int {
        template.reduce(0) { count, part in if case .token = part { count + 1 } else { count } }
    }

    private func encoded(_ text: String) -> [TokenID] {
        tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: false)
    }
}
