internal import MartletCore
internal import MartletPrompt
internal import Synchronization

extension LocalModel {
    /// Checks a request and turns it into what the engine's thread needs.
    ///
    /// - Throws: ``EngineError`` naming the field that is at fault, or a `PromptError` of the chat template.
    func plan(_ request: GenerationRequest) throws -> GenerationPlan {
        try check(request)
        let tools = try ToolUse(request, dialect: (try? template.get())?.template.toolDialect)
        let builder = builder.adding(request.templateVariables).adding(tools)
        let prompt = try builder.fitted(
            request.input,
            maximumTokenCount: request.maximumTokenCount,
            overflow: request.contextOverflow
        )
        var plan = GenerationPlan(
            prompt: prompt,
            sampling: request.sampling,
            contextLength: details.contextLength,
            pipeline: pipeline(prompt, request, tools: tools)
        )
        if let form = tools?.forced?.constraint ?? request.constraint {
            plan.constraint = try constraints.constraint(form, after: opening(of: prompt))
        }
        plan.endTokens = endTokens
        plan.maximumTokenCount = request.maximumTokenCount
        plan.deadline = request.deadline
        plan.speculates = options.speculation
        plan.priority = request.priority
        plan.owner = request.owner
        if request.sampling.dry.multiplier > 0 {
            plan.breakers = sequenceBreakers(request.sampling.dry.sequenceBreakers)
        }
        let wish = TokenScorer.Wish(alternativeCount: request.alternativeCount ?? 0) { [tokenizer] token in
            tokenizer.bytes(of: TokenID(token))
        }
        if request.alternativeCount != nil { plan.scores = wish }
        if request.scoresPrompt { plan.promptScores = wish }
        try plan.checkBeams()
        if request.contextOverflow == .dropOldestTurns, request.maximumTokenCount != nil {
            plan.continuation = { [builder, input = request.input] answer in
                try builder.continuation(of: input, answer: answer)
            }
        }
        return plan
    }

    private func check(_ request: GenerationRequest) throws(EngineError) {
        try request.sampling.check(vocabularyCount: details.vocabularyCount)
        if let maximum = request.maximumTokenCount, maximum < 0 {
            throw EngineError(
                .invalidOption,
                "maximumTokenCount is \(maximum)",
                remedy: "Give 0 or more tokens, or no limit",
                parameter: "max_tokens"
            )
        }
        if let count = request.alternativeCount, !(0...20).contains(count) {
            throw EngineError(
                .invalidOption,
                "alternativeCount is \(count)",
                remedy: "Ask for 0 to 20 alternatives of each token",
                parameter: "top_logprobs"
            )
        }
    }

    private func pipeline(_ prompt: PreparedPrompt, _ request: GenerationRequest, tools: ToolUse?) -> TextPipeline {
        let isHeldToForm = request.constraint != nil || tools?.forced != nil
        let tags = isHeldToForm ? opening(of: prompt).thinkingTags : builder.thinkingTags
        let marks = (tools?.dialect.marks ?? []).compactMap { tokenizer.addedToken($0) }
        return TextPipeline(
            decoder: TokenStreamDecoder(
                tokenizer,
                dropsSpacePrefix: prompt.beginsTurn,
                rendering: builder.thinkingTagTokens.union(marks)
            ),
            thinking: tags.isEmpty
                ? nil : ThinkingFilter(tags, startsInside: prompt.startsThinking, comesFirst: isHeldToForm),
            tools: tools?.filter,
            stopsAfterCall: tools?.stopsAfterFirst ?? false,
            stopStrings: request.stopStrings
        )
    }

    /// What comes before a form in the answer to a prompt: thinking, if it is a turn of its own.
    private func opening(of prompt: PreparedPrompt) -> ConstraintLibrary.Opening {
        var opening = ConstraintLibrary.Opening()
        opening.thinkingTags = prompt.beginsTurn ? builder.thinkingTags : []
        opening.startsThinking = prompt.startsThinking
        opening.dropsSpacePrefix = prompt.beginsTurn && tokenizer.addsSpacePrefix
        return opening
    }

    /// The texts' tokens: every token that holds one of them, and the texts themselves where they take several tokens.
    private func sequenceBreakers(_ texts: [String]) -> [[Int32]] {
        breakers.withLock { cached in
            if cached.texts == texts { return cached.tokens }
            var found: [[Int32]] = []
            for text in texts where !text.isEmpty {
                let tokens = tokenizer.encode(text, parsingSpecialTokens: false, addingSpecialTokens: false)
                if tokens.count > 1 { found.append(tokens.map(\.rawValue)) }
            }
            let sought = texts.filter { !$0.isEmpty }.map { Array($0.utf8) }
            for index in 0..<tokenizer.vocabularyCount {
                let token = TokenID(Int32(truncatingIfNeeded: index))
                let bytes = tokenizer.bytes(of: token)
                if sought.contains(where: { bytes.contains($0) }) { found.append([token.rawValue]) }
            }
            cached = (texts, found)
            return found
        }
    }
}
