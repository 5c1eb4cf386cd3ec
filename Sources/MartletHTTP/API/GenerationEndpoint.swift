import HTTPTypes
import Hummingbird
import MartletCore
import NIOCore

/// What the endpoints that generate have in common: the model by its name, the lease, the generations, their end.
struct GenerationEndpoint: Sendable {
    /// Models and metering.
    let services: APIServices
    /// Bounds.
    let limits: APILimits

    /// A model that a request names.
    struct Chosen: Sendable {
        /// As callers see it.
        var served: ServedModel
        /// As it is asked.
        var model: any LanguageModel
    }

    /// The model that a request names, or the default one.
    ///
    /// - Throws: 404 for one that isn't served, 400 for a model of another purpose.
    func model(_ fields: RequestFields) throws(APIError) -> Chosen {
        let name: String?
        do throws(RequestFault) {
            name = try fields.value(GenerationFields.model)
        } catch {
            throw APIError(error)
        }
        guard let model = services.models.model(named: name) else {
            throw ServedPurpose.chat.refusal(of: name, among: services.models)
        }
        let served = services.models.models.first { $0.id == name ?? $0.id }
        // A name that is served without being listed is another name of a model.
        let created = services.models.models.first?.created ?? 0
        return Chosen(
            served: served ?? ServedModel(id: name ?? "", information: model.information, created: created),
            model: model
        )
    }

    /// Completes what the model is asked with what the request's sender and head say.
    ///
    /// - Throws: 400 for a time that is none.
    func complete(
        _ generation: inout GenerationRequest,
        service: ServiceFields,
        request: Request,
        caller: Caller
    ) throws(APIError) {
        generation.owner = service.user.map { "\(caller.id)/\($0)" } ?? caller.id
        generation.deadline = try request.deadline(after: service.timeout)
    }

    /// The same request for each of several choices: with a seed, each gets the next one, so that they differ and come again.
    func choices(_ generation: GenerationRequest, count: Int) -> [GenerationRequest] {
        (0..<count).map { index in
            var choice = generation
            if let seed = generation.sampling.seed { choice.sampling.seed = seed &+ UInt64(index) }
            return choice
        }
    }

    /// Asks the metering.
    func lease(_ requests: [GenerationRequest], _ chosen: Chosen, _ caller: Caller) throws(APIError) -> GenerationLease
    {
        let estimate = requests.reduce(0) { $0 + $1.estimatedTokenCount }
        return try services.metering.begin(
            .generation,
            caller: caller,
            model: chosen.served.id,
            estimatedTokenCount: estimate
        )
    }

    /// The answers of all choices, complete.
    ///
    /// - Throws: The error of the first that fails; then all are stopped.
    func collect(
        _ requests: [GenerationRequest],
        choicesPerPrompt: Int,
        on chosen: Chosen,
        lease: GenerationLease,
        context: APIRequestContext
    ) async throws -> (answers: [CollectedAnswer], tally: AnswerTally) {
        let session = GenerationSession(requests, on: chosen.model)
        let presence = ClientPresence(watching: context.origin)
        presence.onDeparture { session.cancel() }
        defer {
            presence.release()
            session.cancel()
        }
        var answers = Array(repeating: CollectedAnswer(), count: requests.count)
        var tally = AnswerTally(choiceCount: requests.count, choicesPerPrompt: choicesPerPrompt)
        do {
            while let entries = await session.next() {
                for entry in entries {
                    switch entry {
                    case .failure(let error): throw error
                    case .event(let event, let choice):
                        tally.note(event, choice: choice)
                        if tally.pieceCount == 1 { lease.noteFirstToken() }
                        answers[choice].add(event)
                    }
                }
            }
            guard tally.isComplete else { throw CancellationError() }
            for summary in tally.summaries {
                if let summary, let error = APIError(emptyEnd: summary) { throw error }
            }
        } catch {
            let count = max(tally.usage.generatedTokenCount, tally.pieceCount)
            lease.release(Usage(promptTokenCount: tally.usage.promptTokenCount, generatedTokenCount: count))
            throw error
        }
        lease.settle(tally.usage, summaries: tally.summaries.compactMap(\.self))
        return (answers, tally)
    }

    /// The answers of all choices as an event stream.
    func stream<Encoder: AnswerEncoding>(
        _ requests: [GenerationRequest],
        choicesPerPrompt: Int,
        on chosen: Chosen,
        lease: GenerationLease,
        encoder: Encoder,
        context: APIRequestContext
    ) async throws -> Response {
        let stream = AnswerStream(
            session: GenerationSession(requests, on: chosen.model),
            lease: lease,
            presence: ClientPresence(watching: context.origin),
            encoder: encoder,
            tally: AnswerTally(choiceCount: requests.count, choicesPerPrompt: choicesPerPrompt),
            heartbeat: limits.heartbeat,
            logger: context.logger
        )
        return try await stream.response()
    }
}

extension GenerationRequest {
    /// About how many tokens it comes to: four bytes of a prompt make a token, and an answer is as long as it may be.
    fileprivate var estimatedTokenCount: Int {
        let prompt =
            switch input {
            case .messages(let messages): messages.reduce(0) { $0 + $1.content.utf8.count / 4 + 4 }
            case .text(let text): text.utf8.count / 4 + 1
            case .tokens(let tokens): tokens.count
            }
        return prompt + (maximumTokenCount ?? 0)
    }
}

extension Response {
    /// A response of JSON.
    init(status: HTTPResponse.Status = .ok, json: JSONValue, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.serialized)))
    }
}
