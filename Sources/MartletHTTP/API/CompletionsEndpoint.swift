import Hummingbird
import MartletCore

/// `POST /v1/completions`.
struct CompletionsEndpoint: Sendable {
    /// What it shares with others.
    let endpoint: GenerationEndpoint

    /// Answers a request.
    func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        let chosen = try endpoint.model(fields)
        var completion = try APIError.translating { () throws(RequestFault) in
            try CompletionRequest(fields, defaults: chosen.served.defaultSampling, limits: endpoint.limits)
        }
        try endpoint.complete(
            &completion.generation,
            service: completion.service,
            request: request,
            caller: context.caller
        )
        let texts = try promptTexts(completion, chosen)
        let requests = completion.prompts.flatMap { prompt in
            var generation = completion.generation
            generation.input = prompt.input
            return endpoint.choices(generation, count: completion.candidateCount)
        }
        // The text, and where scores begin in it, of each choice that is answered.
        let choiceTexts = texts.flatMap { Array(repeating: $0, count: completion.choiceCount) }
        let echoes = choiceTexts.map { completion.echoes ? $0 : nil }
        let offsets = choiceTexts.map { completion.echoes ? 0 : $0.unicodeScalars.count }
        let lease = try endpoint.lease(requests, chosen, context.caller)
        let identity = AnswerIdentity("cmpl-", chosen.served)
        if completion.isStream {
            let encoder = CompletionStreamEncoder(
                identity: identity,
                echoes: echoes,
                offsets: offsets,
                choicesPerPrompt: completion.candidateCount,
                includesUsage: completion.includesUsage,
                includesScores: completion.includesScores
            )
            return try await endpoint.stream(
                requests,
                choicesPerPrompt: completion.candidateCount,
                on: chosen,
                lease: lease,
                encoder: encoder,
                context: context
            )
        }
        let (answers, tally) = try await endpoint.collect(
            requests,
            choicesPerPrompt: completion.candidateCount,
            on: chosen,
            lease: lease,
            context: context
        )
        let response = CompletionResponse(
            choices: Self.best(answers, of: completion),
            echoes: echoes,
            offsets: offsets,
            tally: tally,
            identity: identity,
            includesScores: completion.includesScores
        )
        return Response(json: response.json, headers: lease.headers)
    }

    /// The likeliest candidates of each prompt, as many as are wanted.
    private static func best(_ answers: [CollectedAnswer], of completion: CompletionRequest) -> [CollectedAnswer] {
        guard completion.candidateCount > completion.choiceCount else { return answers }
        return stride(from: 0, to: answers.count, by: completion.candidateCount).flatMap { start in
            answers[start..<start + completion.candidateCount]
                .sorted { $0.meanLogProbability > $1.meanLogProbability }
                .prefix(completion.choiceCount)
        }
    }

    /// Each prompt as text, where it is needed: for an echo, and for the places of scores.
    private func promptTexts(_ completion: CompletionRequest, _ chosen: GenerationEndpoint.Chosen) throws -> [String] {
        guard completion.echoes || completion.includesScores else { return completion.prompts.map { _ in "" } }
        return try completion.prompts.map { prompt in
            switch prompt {
            case .text(let text): return text
            case .tokens(let tokens):
                guard let coding = chosen.model as? any TokenCoding else {
                    throw APIError.hidingTokens(chosen.served.id)
                }
                return String(decoding: try coding.decode(tokens), as: UTF8.self)
            }
        }
    }
}

extension TextOrTokens {
    /// What the model is asked to continue.
    fileprivate var input: GenerationRequest.Input {
        switch self {
        case .text(let text): .text(text)
        case .tokens(let tokens): .tokens(tokens)
        }
    }
}
