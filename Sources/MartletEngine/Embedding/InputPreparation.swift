internal import MartletCore
internal import MartletPrompt

/// Turns inputs into what a model reads: instructions in their place, special tokens, no more tokens than it takes.
struct InputPreparation: Sendable {
    let tokenizer: Tokenizer
    let instructions: InstructionHandling
    /// The instruction of a text that comes with none.
    let defaultInstruction: String?
    /// Tokens of a text at most, special ones included.
    let limit: Int
    /// Tokens that the model has embeddings of.
    let vocabularyCount: Int

    /// The input's tokens.
    ///
    /// - Parameters:
    ///   - place: Names the input in messages, such as `the text at index 3`.
    ///   - cuts: Whether a text that is too long is cut at its end.
    /// - Throws: ``EngineError`` naming what is wrong with which input.
    func prepare(_ input: EmbeddingInput, place: String, cuts: Bool) throws(EngineError) -> PreparedText {
        var instruction = input.instruction
        if instruction == nil, case .text = input.content { instruction = defaultInstruction }
        if instruction?.isEmpty ?? false { instruction = nil }
        switch input.content {
        case .tokens(let tokens):
            guard instruction == nil else {
                throw EngineError(
                    .invalidOption,
                    "\(place) is given as tokens and has an instruction",
                    remedy: "Give the text itself, or put the instruction's tokens before its own",
                    parameter: "instruction"
                )
            }
            return try prepare(tokens, place: place, cuts: cuts)
        case .text(let text):
            let stripped = text.stripped
            guard !stripped.isEmpty else {
                throw EngineError(
                    .emptyInput,
                    instruction == nil
                        ? "\(place) is \(text.isEmpty ? "empty" : "only white space")"
                        : "\(place) is only an instruction",
                    remedy: "Give some text",
                    parameter: "input"
                )
            }
            return try prepare(stripped, of: text, instruction, place, cuts)
        }
    }

    private func prepare(
        _ stripped: String,
        of text: String,
        _ instruction: String?,
        _ place: String,
        _ cuts: Bool
    ) throws(EngineError) -> PreparedText {
        var whole = stripped
        var skippedCount = 0
        switch instructions {
        case .included: if let instruction { whole = (instruction + text).stripped }
        case .excluded:
            let own = (instruction ?? "").stripped
            if !own.isEmpty { skippedCount = try instructionCount(own, place: place) }
            whole = own + stripped
        }
        var result = encoded(whole)
        result.skippedCount = skippedCount
        // Text of characters that the vocabulary drops comes to nothing, however much stands around it.
        if result.tokens.count <= skippedCount + addedCount, encoded(stripped).tokens.count <= addedCount {
            throw EngineError(
                .emptyInput,
                "\(place) has no character that the model's vocabulary knows",
                remedy: "Give some text in a language that the model was made for",
                parameter: "input"
            )
        }
        if cuts, let instruction, instructions == .included, result.tokens.count > limit {
            _ = try instructionCount(instruction, place: place)
        }
        try fit(&result, place: place, cuts: cuts)
        return result
    }

    /// Tokens of an instruction alone, without what ends a text.
    ///
    /// The text behind it may join its last word to another token; models are trained with this very count.
    /// - Throws: ``EngineError`` when it leaves no room for a text.
    private func instructionCount(_ instruction: String, place: String) throws(EngineError) -> Int {
        let endCount = tokenizer.template.suffix.count
        let count = encoded(instruction).tokens.count - endCount
        guard count + endCount < limit else {
            throw EngineError(
                .contextTooSmall,
                "the instruction of \(place) has \(count) tokens, and the model reads \(limit) in all",
                remedy: "Shorten the instruction",
                parameter: "instruction"
            )
        }
        return count
    }

    private func prepare(_ tokens: [TokenID], place: String, cuts: Bool) throws(EngineError) -> PreparedText {
        guard !tokens.isEmpty else {
            throw EngineError(.emptyInput, "\(place) has no tokens", remedy: "Give at least one", parameter: "input")
        }
        if let token = tokens.first(where: { $0.rawValue < 0 || Int($0.rawValue) >= vocabularyCount }) {
            throw EngineError(
                .invalidToken,
                "\(place) has the token \(token)",
                remedy: "This model's tokens are 0 to \(vocabularyCount - 1): use its own tokenizer, or give text",
                parameter: "input"
            )
        }
        var result = PreparedText(tokens: tokens.map(\.rawValue))
        try fit(&result, place: place, cuts: cuts)
        return result
    }

    /// Cuts a text that is too long before what ends it, or refuses it.
    private func fit(_ text: inout PreparedText, place: String, cuts: Bool) throws(EngineError) {
        let count = text.tokens.count
        guard count > limit else { return }
        guard cuts else {
            throw EngineError(
                .contextTooSmall,
                "\(place) has \(count) tokens, and the model reads at most \(limit)",
                remedy: "Shorten or split the text, or ask for long texts to be cut",
                parameter: "input"
            )
        }
        let suffix = tokenizer.template.suffix.map(\.rawValue)
        let kept = text.tokens.suffix(suffix.count).elementsEqual(suffix) ? min(suffix.count, limit - 1) : 0
        text.tokens.removeSubrange((limit - kept)..<(count - kept))
        text.types?.removeSubrange((limit - kept)..<(count - kept))
        text.isCut = true
    }

    /// Tokens that the vocabulary puts around a text.
    private var addedCount: Int { tokenizer.template.prefix.count + tokenizer.template.suffix.count }

    private func encoded(_ text: String) -> PreparedText {
        // There is a rule for one text always.
        let typed = tokenizer.encode(text, with: nil) ?? TypedTokens(tokens: [], types: [])
        return PreparedText(tokens: typed.tokens.map(\.rawValue), types: typed.types)
    }
}

extension String {
    /// The text without white space at its ends, as Python's `strip` takes it off.
    var stripped: String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
        }
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
