public import MartletCore
public import MartletPrompt

/// Turns a request's input into tokens that fit the context.
///
/// When they don't fit, the oldest turns are left out, a turn being a user's message and what was answered to it.
/// System messages and the last turn stay; if these alone are too long, the last user message loses its beginning.
/// Text without turns loses its beginning.
public struct PromptBuilder: Sendable {
    /// Turns text into the model's tokens.
    public let tokenizer: Tokenizer
    let template: Result<ChosenTemplate, EngineError>
    private(set) var variables: [String: TemplateValue]
    let contextLength: Int
    /// Texts that open a model's thinking.
    let thinkingTags: [ThinkingFilter.Tags]
    /// Functions that the prompt describes.
    private var tools: [ToolDefinition] = []
    /// Text of the template's side that the prompt ends with; nil unless an answer has to be a call.
    private var beginning: String?

    /// Makes a builder.
    ///
    /// - Parameters:
    ///   - template: The chat template, or why there is none: that is thrown when messages are to be rendered.
    ///   - variables: What the template sees beside messages.
    ///   - contextLength: Tokens that input and answer may come to together.
    public init(
        tokenizer: Tokenizer,
        template: Result<ChosenTemplate, EngineError>,
        variables: [String: TemplateValue] = [:],
        contextLength: Int,
        thinkingTags: [ThinkingFilter.Tags] = []
    ) {
        self.tokenizer = tokenizer
        self.template = template
        self.contextLength = contextLength
        self.thinkingTags = thinkingTags
        var all = variables
        for (name, token) in [
            ("bos_token", tokenizer.bos), ("eos_token", tokenizer.eos), ("unk_token", tokenizer.unknown),
            ("pad_token", tokenizer.padding),
        ] where all[name] == nil {
            all[name] = .string(token.map { tokenizer.text(of: $0) } ?? "")
        }
        self.variables = all
    }

    /// The builder whose template sees a request's variables too; they win over the model's own.
    ///
    /// Their texts are somebody else's words, never control tokens. `messages` and what else the rendering itself sets
    /// can't be replaced.
    public func adding(_ variables: JSONObject) -> PromptBuilder {
        guard !variables.isEmpty else { return self }
        var builder = self
        for (name, value) in variables { builder.variables[name] = TemplateValue(value) }
        return builder
    }

    /// Those of the thinking tags' texts that are tokens of their own.
    var thinkingTagTokens: Set<TokenID> {
        Set(thinkingTags.flatMap { [$0.opening, $0.closing] }.compactMap { tokenizer.addedToken($0) })
    }

    /// The builder whose prompts describe tools and, where one has to be called, begin its call.
    func adding(_ tools: ToolUse?) -> PromptBuilder {
        guard let tools else { return self }
        var builder = self
        builder.tools = tools.definitions
        builder.beginning = tools.forced?.beginning
        return builder
    }

    /// The whole input as tokens, whether it fits or not.
    public func prompt(for input: GenerationRequest.Input) throws -> PreparedPrompt {
        switch input {
        case .messages(let messages): try prompt(for: messages)
        case .text(let text): try prompt(for: text)
        case .tokens(let tokens): try prompt(of: tokens)
        }
    }

    /// The input as tokens, with room for an answer.
    ///
    /// - Throws: ``EngineError/Code/contextTooSmall`` with both sizes when it doesn't fit and nothing may be left out.
    public func fitted(
        _ input: GenerationRequest.Input,
        maximumTokenCount: Int?,
        overflow: GenerationRequest.ContextOverflow
    ) throws -> PreparedPrompt {
        let whole = try prompt(for: input)
        switch overflow {
        case .fail:
            let wanted = maximumTokenCount ?? 1
            guard whole.tokens.count <= contextLength, wanted <= contextLength - whole.tokens.count else {
                throw EngineError(
                    .contextTooSmall,
                    "the input's \(whole.tokens.count) tokens and an answer of \(wanted) need more than the context's "
                        + "\(contextLength)",
                    remedy: "Shorten the input or the answer, or load the model with a longer context"
                )
            }
            return whole
        case .dropOldestTurns:
            // Without a limit an answer gets what is left, but no less than this.
            let wanted = maximumTokenCount ?? min(contextLength / 4, 512)
            let budget = contextLength - min(max(wanted, 1), contextLength / 2)
            return whole.tokens.count <= budget ? whole : try shortened(input, whole, to: budget)
        }
    }

    /// A shorter prompt that ends with the answer so far, for a context that is full.
    ///
    /// - Returns: nil when even the shortest prompt leaves no room.
    public func continuation(of input: GenerationRequest.Input, answer: [Int32]) throws -> PreparedPrompt? {
        // A quarter of the context becomes free, so that this doesn't come with every token.
        let budget = contextLength - max(1, contextLength / 4)
        let whole = try prompt(for: input)
        switch input {
        case .text, .tokens:
            return text(whole.tokens + answer, of: whole, to: budget)
        case .messages:
            // The answer keeps at least half of what there is, its beginning going first.
            let room = max(budget - answer.count, budget / 2)
            var prompt = whole.tokens.count <= room ? whole : try shortened(input, whole, to: room)
            let kept = min(answer.count, budget - prompt.tokens.count)
            guard kept >= 0 else { return nil }
            prompt.tokens += answer.suffix(kept)
            return prompt
        }
    }

    private func shortened(
        _ input: GenerationRequest.Input,
        _ whole: PreparedPrompt,
        to budget: Int
    ) throws -> PreparedPrompt {
        switch input {
        case .text, .tokens: text(whole.tokens, of: whole, to: budget)
        case .messages(let messages): try shortened(messages, to: budget)
        }
    }

    // MARK: Text

    private func prompt(for text: String) throws -> PreparedPrompt {
        var tokens = tokenizer.encode([.content(text)]).map(\.rawValue)
        // A model without a BOS rule begins an empty text like any other: after the end of the one before.
        if tokens.isEmpty, let start = tokenizer.bos ?? tokenizer.eos { tokens = [start.rawValue] }
        return PreparedPrompt(tokens: tokens)
    }

    /// Tokens as they are: no BOS is added.
    private func prompt(of tokens: [TokenID]) throws(EngineError) -> PreparedPrompt {
        let count = tokenizer.vocabularyCount
        guard let wrong = tokens.first(where: { $0.rawValue < 0 || Int($0.rawValue) >= count }) else {
            return PreparedPrompt(tokens: tokens.map(\.rawValue))
        }
        throw EngineError(
            .invalidToken,
            "token \(wrong) lies outside the model's vocabulary",
            remedy: "Give tokens of 0 to \(count - 1)",
            parameter: "prompt"
        )
    }

    /// The end of a text, after its BOS.
    private func text(_ tokens: [Int32], of whole: PreparedPrompt, to budget: Int) -> PreparedPrompt {
        guard tokens.count > budget else { return PreparedPrompt(tokens: tokens) }
        if tokenizer.addsBOS, let bos = tokenizer.bos?.rawValue, tokens.first == bos {
            return PreparedPrompt(tokens: [bos] + tokens.suffix(budget - 1))
        }
        return PreparedPrompt(tokens: Array(tokens.suffix(budget)))
    }

    // MARK: Messages

    private func prompt(for messages: [ChatMessage]) throws -> PreparedPrompt {
        guard messages.contains(where: { $0.role != .system }) else {
            throw EngineError(
                .emptyInput,
                "there is no message to answer",
                remedy: "Give at least one message from a user",
                parameter: "messages"
            )
        }
        var segments = try render(messages)
        let openThinking = openThinking(segments)
        if let beginning {
            // A call that has to come leaves no room for thinking.
            let closing = openThinking.map { $0.closing + "\n\n" } ?? ""
            segments.append(.template(closing + beginning))
        }
        return PreparedPrompt(
            tokens: tokenizer.encode(segments).map(\.rawValue),
            startsThinking: openThinking != nil && beginning == nil,
            beginsTurn: beginning?.isEmpty ?? true
        )
    }

    /// The tags of the thinking that a rendered prompt opens at its end.
    private func openThinking(_ segments: [PromptSegment]) -> ThinkingFilter.Tags? {
        guard let last = segments.last, last.origin == .template else { return nil }
        let end = last.text.unicodeScalars.reversed().drop { $0.properties.isWhitespace }
        return thinkingTags.first { end.starts(with: $0.opening.unicodeScalars.reversed()) }
    }

    /// Renders, and helps templates that refuse what people do: a system message, or two messages of one side in a row.
    private func render(_ messages: [ChatMessage]) throws -> [PromptSegment] {
        let template = try template.get().template
        func attempt(_ messages: [ChatMessage]) throws(PromptError) -> [PromptSegment] {
            try template.render(messages, tools: tools, addingGenerationPrompt: true, variables: variables)
        }
        do {
            return try attempt(messages)
        } catch {
            guard error.code == .templateRaised || error.code == .templateEvaluation else { throw error }
            for simpler in [
                messages.mergingSystemIntoUser, messages.alternating, messages.mergingSystemIntoUser.alternating,
            ]
            where simpler != messages {
                if let segments = try? attempt(simpler) { return segments }
            }
            throw error
        }
    }

    /// Leaves out as few of the oldest turns as it takes.
    private func shortened(_ messages: [ChatMessage], to budget: Int) throws -> PreparedPrompt {
        let turns = messages.turnCount
        var low = 1
        var high = max(turns - 1, 1)
        var best: PreparedPrompt?
        while turns > 1, low <= high {
            let middle = (low + high) / 2
            var candidate = try prompt(for: messages.droppingTurns(middle))
            candidate.droppedTurnCount = middle
            if candidate.tokens.count <= budget {
                best = candidate
                high = middle - 1
            } else {
                low = middle + 1
            }
        }
        if let best { return best }
        var shortest = try cutting(messages.droppingTurns(max(turns - 1, 0)), to: budget)
        shortest.droppedTurnCount = max(turns - 1, 0)
        return shortest
    }

    /// Takes away the beginning of the last user message.
    private func cutting(_ messages: [ChatMessage], to budget: Int) throws -> PreparedPrompt {
        guard let index = messages.lastIndex(where: { $0.role == .user }) ?? messages.indices.last else {
            throw EngineError(
                .emptyInput,
                "there is no message to answer",
                remedy: "Give at least one message from a user",
                parameter: "messages"
            )
        }
        let scalars = Array(messages[index].content.unicodeScalars)
        func candidate(keeping count: Int) throws -> PreparedPrompt {
            var cut = messages
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars.suffix(count))
            cut[index].content = String(text)
            return try prompt(for: cut)
        }
        var best = try candidate(keeping: 0)
        guard best.tokens.count <= budget else {
            throw EngineError(
                .contextTooSmall,
                "what must stay of the conversation comes to \(best.tokens.count) tokens even without the last message, and "
                    + "the context of \(contextLength) has room for \(budget) beside the answer",
                remedy: "Shorten the system prompt, or load the model with a longer context"
            )
        }
        var low = 1
        // No vocabulary's tokens are this long on average: what is before can't fit anyway.
        var high = min(scalars.count, budget * 32)
        while low <= high {
            let middle = (low + high) / 2
            let candidate = try candidate(keeping: middle)
            if candidate.tokens.count <= budget {
                best = candidate
                low = middle + 1
            } else {
                high = middle - 1
            }
        }
        return best
    }
}
