import HTTPTypes
import Hummingbird
import MartletCore

/// `POST /v1/responses`, and `GET` and `DELETE` of those that are kept.
struct ResponsesEndpoint: Sendable {
    /// What it shares with others.
    let endpoint: GenerationEndpoint
    /// What can be gone on from.
    let store: ResponseStore

    /// Answers a request.
    func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        let chosen = try endpoint.model(fields)
        var asked = try APIError.translating { () throws(RequestFault) in
            try ResponsesRequest(fields, defaults: chosen.served.defaultSampling, limits: endpoint.limits)
        }
        let earlier = try asked.previousID.map { id in
            try store.response(id, of: context.caller, parameter: "previous_response_id").messages
        }
        let conversation = (earlier ?? []) + asked.input
        asked.generation.input = .messages((asked.instructions.map { [.system($0)] } ?? []) + conversation)
        try endpoint.complete(&asked.generation, service: asked.service, request: request, caller: context.caller)
        let lease = try endpoint.lease([asked.generation], chosen, context.caller)
        let assembly = ResponseAssembly(
            identity: AnswerIdentity("resp_", chosen.served),
            echo: asked.echo,
            includesScores: asked.includesScores
        )
        let keep: @Sendable (ResponseAssembly) -> Void = {
            [store, isStored = asked.isStored, caller = context.caller] end in
            guard isStored else { return }
            let stored = ResponseStore.Stored(response: end.response, messages: conversation + [end.answer])
            store.insert(stored, id: end.identity.id, caller: caller)
        }
        if asked.isStream {
            return try await endpoint.stream(
                [asked.generation],
                choicesPerPrompt: 1,
                on: chosen,
                lease: lease,
                encoder: ResponseStreamEncoder(assembly, onEnd: keep),
                context: context
            )
        }
        let (answers, _) = try await endpoint.collect(
            [asked.generation],
            choicesPerPrompt: 1,
            on: chosen,
            lease: lease,
            context: context
        )
        var complete = assembly
        for event in answers[0].events { _ = complete.add(event) }
        keep(complete)
        return Response(json: complete.response, headers: lease.headers)
    }

    /// A response that is kept.
    func response(context: APIRequestContext) throws -> Response {
        let id = try context.parameters.require("id")
        return Response(json: try store.response(id, of: context.caller).response)
    }

    /// Forgets a response.
    func delete(context: APIRequestContext) throws -> Response {
        let id = try context.parameters.require("id")
        try store.remove(id, of: context.caller)
        return Response(json: ["id": .string(id), "object": "response", "deleted": true])
    }
}

extension CollectedAnswer {
    /// The same answer as few events.
    fileprivate var events: [GenerationEvent] {
        var events: [GenerationEvent] = []
        if !thinking.isEmpty { events.append(.thinking(thinking)) }
        if !scores.isEmpty { events.append(.scores(scores)) }
        if !text.isEmpty { events.append(.text(text)) }
        if !sources.isEmpty { events.append(.sources(sources)) }
        events += toolCalls.map { .toolCall($0) }
        if let summary { events.append(.finished(summary)) }
        return events
    }
}
