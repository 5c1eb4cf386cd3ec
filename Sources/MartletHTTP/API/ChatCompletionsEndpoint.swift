import Hummingbird
import MartletCore

/// `POST /v1/chat/completions`.
struct ChatCompletionsEndpoint: Sendable {
    /// What it shares with others.
    let endpoint: GenerationEndpoint

    /// Answers a request.
    func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        let chosen = try endpoint.model(fields)
        var chat = try APIError.translating { () throws(RequestFault) in
            try ChatCompletionRequest(fields, defaults: chosen.served.defaultSampling, limits: endpoint.limits)
        }
        try endpoint.complete(&chat.generation, service: chat.service, request: request, caller: context.caller)
        let requests = endpoint.choices(chat.generation, count: chat.choiceCount)
        let lease = try endpoint.lease(requests, chosen, context.caller)
        let identity = AnswerIdentity("chatcmpl-", chosen.served)
        if chat.isStream {
            let encoder = ChatStreamEncoder(
                identity: identity,
                choiceCount: requests.count,
                includesUsage: chat.includesUsage,
                includesScores: chat.includesScores,
                namesServiceTier: chat.service.tier != nil
            )
            return try await endpoint.stream(
                requests,
                choicesPerPrompt: requests.count,
                on: chosen,
                lease: lease,
                encoder: encoder,
                context: context
            )
        }
        let (answers, tally) = try await endpoint.collect(
            requests,
            choicesPerPrompt: requests.count,
            on: chosen,
            lease: lease,
            context: context
        )
        let response = ChatResponse(
            answers: answers,
            tally: tally,
            identity: identity,
            includesScores: chat.includesScores,
            namesServiceTier: chat.service.tier != nil
        )
        return Response(json: response.json, headers: lease.headers)
    }
}

extension APIError {
    /// What `read` makes of a body, its faults as errors.
    static func translating<Value>(_ read: () throws(RequestFault) -> Value) throws(APIError) -> Value {
        do throws(RequestFault) {
            return try read()
        } catch {
            throw APIError(error)
        }
    }
}
