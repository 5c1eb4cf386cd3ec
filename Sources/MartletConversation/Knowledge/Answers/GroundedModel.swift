import FoundationEssentials
public import MartletCore

/// A model that looks things up before it answers, and says what its answers rest on.
///
/// It answers the last question of a conversation from the passages that fit it, or says that none does. Everything else, such as a
/// text to go on with, goes to the model as it is.
public struct GroundedModel<Base: LanguageModel>: LanguageModel {
    private let base: Base
    private let knowledge: Knowledge
    private let language: Language?
    private let listsSources: Bool

    init(_ base: Base, knowledge: Knowledge, language: Language?, listsSources: Bool) {
        self.base = base
        self.knowledge = knowledge
        self.language = language ?? knowledge.settings.language
        self.listsSources = listsSources
    }

    /// The model behind it, with the context that passages leave.
    public var information: LanguageModelInformation {
        var information = base.information
        information.contextLength -= knowledge.settings.tokenCount(within: information.contextLength)
        return information
    }

    /// Counts the tokens of an input without passages.
    public func tokenCount(of input: GenerationRequest.Input) async throws -> Int {
        try await base.tokenCount(of: input)
    }

    /// Looks the question up and answers it; ``GenerationEvent/sources(_:)`` comes before the end.
    ///
    /// The task behind the stream lives no longer than it.
    /// - Throws: From the stream: what the model, the store or the embedding model throw.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        guard case .messages(let messages) = request.input else { return base.generate(request) }
        let (stream, events) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
        let task = Task {
            do {
                try await answer(messages, request, into: events)
                events.finish()
            } catch {
                events.finish(throwing: error)
            }
        }
        events.onTermination = { _ in task.cancel() }
        return stream
    }

    private typealias Events = AsyncThrowingStream<GenerationEvent, any Error>.Continuation

    private func answer(_ messages: [ChatMessage], _ request: GenerationRequest, into events: Events) async throws {
        guard let question = KnowledgeQuestion(messages), question.isAboutSomething else {
            return try await pass(request, into: events)
        }
        let language = language ?? Language(guessing: messages.last { $0.role == .user }?.content ?? "")
        let settings = knowledge.settings
        let quotes = settings.quotes(within: base.information.contextLength)
        let finding = try await knowledge.retriever.passages(for: question, count: settings.passageCount)
        // An answer that has to have a form can hold no refusal, no marks and no list.
        let isFree = request.constraint == nil
        guard finding.fits else {
            guard isFree else { return try await pass(request, into: events) }
            if settings.whenNothingFits == .refuse || quotes {
                return say(language.text(KnowledgePhrase.nothingFits), [], language, into: events)
            }
            events.yield(.text(language.text(KnowledgePhrase.notFromDocuments) + "\n\n"))
            return try await pass(request, into: events)
        }
        if quotes, isFree {
            guard let best = finding.matches.first?.passage else { return }
            let source = Attribution.source(best, 1, .matched, [])
            return say(UnwrappedText.of(best.text), [source], language, into: events)
        }
        try await ground(request, messages, finding, isFree: isFree, language, into: events)
    }

    /// Has the model answer from what was found.
    private func ground(
        _ request: GenerationRequest,
        _ messages: [ChatMessage],
        _ finding: Retriever.Finding,
        isFree: Bool,
        _ language: Language,
        into events: Events
    ) async throws {
        let contextLength = base.information.contextLength
        let asked = try await base.tokenCount(of: request.input)
        let reserved = min(request.maximumTokenCount ?? .max, contextLength / 4)
        let room = contextLength - asked - reserved
        // Old turns give way to passages, but passages never to old turns alone.
        let limit = max(knowledge.settings.tokenCount(within: contextLength) / 2, room)
        let prompt = GroundingPrompt(
            messages,
            finding.matches.map(\.passage),
            tokenLimit: min(limit, knowledge.settings.tokenCount(within: contextLength)),
            asksForMarks: isFree,
            estimate: TokenEstimate(base)
        )
        var finding = finding
        finding.matches = Array(finding.matches.prefix(prompt.passageCount))
        var request = request
        request.input = .messages(prompt.messages)
        var filter = CitationFilter(known: isFree ? Set(1...max(1, prompt.passageCount)) : [])
        var text = ""
        func passOn(_ piece: String) {
            guard !piece.isEmpty else { return }
            text += piece
            events.yield(.text(piece))
        }
        for try await event in base.generate(request) {
            switch event {
            case .text(let piece): passOn(isFree ? filter.append(piece) : piece)
            case .finished:
                passOn(filter.finish())
                if !text.isEmpty {
                    let sources = await Attribution.sources(
                        of: text,
                        citing: filter.marks,
                        among: finding,
                        knowledge.retriever
                    )
                    close(sources, isFree: isFree, language, into: events)
                }
                events.yield(event)
            default: events.yield(event)
            }
        }
    }

    /// Says something of its own.
    private func say(_ text: String, _ sources: [AnswerSource], _ language: Language, into events: Events) {
        events.yield(.text(text))
        close(sources, isFree: true, language, into: events)
        let usage = Usage(promptTokenCount: 0, generatedTokenCount: 0)
        events.yield(.finished(GenerationSummary(reason: .endOfTurn, usage: usage)))
    }

    /// Ends an answer's text with what it rests on.
    private func close(_ sources: [AnswerSource], isFree: Bool, _ language: Language, into events: Events) {
        if listsSources, isFree, !sources.isEmpty {
            events.yield(.text("\n\n" + SourceList(sources, language: language).text))
        }
        events.yield(.sources(sources))
    }

    private func pass(_ request: GenerationRequest, into events: Events) async throws {
        for try await event in base.generate(request) { events.yield(event) }
    }
}

extension GroundedModel: TokenCoding where Base: TokenCoding {
    /// The tokens of the model behind it.
    public func encode(_ text: String, addingSpecialTokens: Bool, parsingSpecialTokens: Bool) throws -> [TokenID] {
        try base.encode(
            text,
            addingSpecialTokens: addingSpecialTokens,
            parsingSpecialTokens: parsingSpecialTokens
        )
    }

    /// The bytes of its tokens.
    public func decode(_ tokens: [TokenID]) throws -> [UInt8] { try base.decode(tokens) }
}

extension GroundedModel: PromptKeeping {
    /// Erases what the model behind it keeps.
    public func eraseKeptPrompts(of owner: String) async {
        await (base as? any PromptKeeping)?.eraseKeptPrompts(of: owner)
    }
}
