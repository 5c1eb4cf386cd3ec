import Logging
import MartletAWS
import MartletConversation
import MartletTelegram

/// A request of Telegram's, answered as the function's mode wants it.
struct WebhookCall: Sendable {
    let call: FunctionCall
    let queue: (any TurnQueueing)?

    /// How long a request waits for the store at most; Telegram itself gives up after a minute.
    private static let patience = Duration.seconds(20)

    private var configuration: LambdaConfiguration { call.stage.configuration }

    /// Answers a request, and in the modes that do so, the message in it.
    func answer(_ request: LambdaHTTPRequest) async throws {
        if let response = refusal(of: request) { return try await respond(response, to: request) }
        guard let door = await open() else {
            return try await respond(.later("the function is not ready", after: .seconds(5)), to: request)
        }
        let delivery =
            isOperators(request) ? await door.take(trusted: request.body) : await door.take(WebhookRequest(request))
        var response = delivery.response
        guard response.status < 300 else { return try await respond(response, to: request) }
        switch configuration.mode {
        case .front:
            if let event = delivery.event { response = await pass(on: event, door, otherwise: response) }
            try await respond(response, to: request)
        case .request:
            if let event = delivery.event { response = await answerWithin(event, door, otherwise: response) }
            try await respond(response, to: request)
            // What there was no time for while Telegram waited, and what others left.
            if response.status < 300 { try await answerAfterwards(delivery.event, door) }
        case .one, .worker, .api:
            try await respond(response, to: request)
            try await answerAfterwards(delivery.event, door)
        }
    }

    /// Records and answers an update of somebody who may call the function itself.
    /// - Returns: What Telegram would have been told.
    func take(trusted update: [UInt8]) async throws -> WebhookResponse {
        guard let door = await open() else { return .later("the function is not ready", after: .seconds(5)) }
        let delivery = await door.take(trusted: update)
        guard delivery.response.status < 300 else { return delivery.response }
        guard let event = delivery.event else { return delivery.response }
        if configuration.mode == .front { return await pass(on: event, door, otherwise: delivery.response) }
        try await answerAfterwards(event, door)
        return delivery.response
    }

    // MARK: The answer

    /// Answers after the response, in what is left of the call.
    private func answerAfterwards(_ event: InboundEvent?, _ door: FunctionDoor) async throws {
        let deadline = call.deadline()
        guard deadline.hasTime else {
            call.logger.warning("There is no time for an answer; the next call makes it")
            return
        }
        let backstage = try await call.stage.backstage.value()
        let turns = call.turns(backstage, door)
        let leftovers = try await Leftovers.look(turns, besides: event.map { [$0.key.place] } ?? [])
        if let event {
            try await turns.answer(event, until: deadline, mayLeave: call.isLong)
            await backstage.finishErrands(in: door.store, until: deadline)
        }
        try await leftovers.answer(until: deadline)
    }

    /// Answers before the response, as far as Telegram waits.
    ///
    /// What was recorded is acknowledged whatever comes of it; only where there is no model to ask, it is to come again.
    private func answerWithin(
        _ event: InboundEvent,
        _ door: FunctionDoor,
        otherwise response: WebhookResponse
    ) async -> WebhookResponse {
        let deadline = call.deadline(limit: configuration.handlerTimeout)
        do {
            let backstage = try await call.stage.backstage.value()
            let turns = call.turns(backstage, door)
            try await turns.answer(event, until: deadline, mayLeave: false)
            await backstage.finishErrands(in: door.store, until: deadline)
            return response
        } catch is CancellationError {
            return .later("the function ends", after: .seconds(1))
        } catch {
            call.logger.error("A message could not be answered; it comes again", metadata: ["error": "\(error)"])
            return .later("the message could not be answered", after: .seconds(10))
        }
    }

    /// Puts an event into the queue; what stops or corrects something goes past it.
    private func pass(
        on event: InboundEvent,
        _ door: FunctionDoor,
        otherwise response: WebhookResponse
    ) async -> WebhookResponse {
        do {
            if event.isAside(botUsername: door.identity.username) {
                let backstage = try await call.stage.backstage.value()
                _ = try await call.turns(backstage, door).answerAside(event, until: call.deadline())
                return response
            }
            guard let queue else { return .later("there is no queue", after: .seconds(60)) }
            try await queue.send(QueuedTurn(event))
            return response
        } catch {
            call.logger.error(
                "A message could not be put into the queue; Telegram delivers it again",
                metadata: ["update.id": "\(event.id.update)", "error": "\(error)"]
            )
            return .later("the message could not be passed on", after: .seconds(5))
        }
    }

    // MARK: The request

    /// Whether a request is the operator's, who tries an event on the emulator.
    ///
    /// Whoever reaches that may call the function with anything, so a secret that is not there keeps nobody out; one that is there
    /// must be right.
    private func isOperators(_ request: LambdaHTTPRequest) -> Bool {
        !call.stage.machine.isHosted && request.method == "POST" && !request.body.isEmpty
            && request.header(WebhookRequest.secretHeader) == nil
    }

    private func refusal(of request: LambdaHTTPRequest) -> WebhookResponse? {
        if request.path == "/health", request.method == "GET" { return WebhookResponse(status: 200, reason: "ok") }
        if configuration.mode == .worker {
            return WebhookResponse(
                status: 404,
                reason: "this function takes its messages from a queue; point the webhook at the front function"
            )
        }
        if let path = configuration.webhookPath, path != request.path {
            return WebhookResponse(status: 404, reason: "nothing is here")
        }
        return nil
    }

    /// The store and what belongs to it, as far as a request can wait for them.
    private func open() async -> FunctionDoor? {
        do {
            let time = min(Self.patience, call.invocation.timeRemaining() * 3 / 4)
            if let door = try await limited(to: time, { try await call.stage.door.value() }) { return door }
            call.logger.error("The store took too long to open; Telegram delivers again")
        } catch {
            call.logger.error(
                "Nothing could be recorded; nothing is lost, and Telegram delivers again",
                metadata: ["error": "\(error)"]
            )
        }
        return nil
    }

    private func respond(_ response: WebhookResponse, to request: LambdaHTTPRequest) async throws {
        try await call.responder.respond(LambdaHTTPResponse(response), as: request.format)
    }
}

extension WebhookRequest {
    init(_ request: LambdaHTTPRequest) {
        self.init(
            method: request.method,
            contentType: request.header("content-type"),
            secret: request.header(WebhookRequest.secretHeader),
            announcedByteCount: request.header("content-length").flatMap { Int($0) },
            body: request.body
        )
    }
}

extension LambdaHTTPResponse {
    init(_ response: WebhookResponse) {
        var headers: [LambdaHeaderField] = []
        if let pause = response.retryAfter {
            headers.append(LambdaHeaderField("retry-after", "\(pause.components.seconds)"))
        }
        if response.status == 405 { headers.append(LambdaHeaderField("allow", "POST")) }
        if !response.reason.isEmpty { headers.append(LambdaHeaderField("content-type", "text/plain")) }
        self.init(
            status: response.status,
            headers: headers,
            body: response.reason.isEmpty ? [] : Array((response.reason + "\n").utf8)
        )
    }
}

extension InboundEvent {
    /// Whether it is about an answer that is being made, and so never waits behind it.
    func isAside(botUsername: String) -> Bool {
        if StopRequest(self, botUsername: botUsername) != nil { return true }
        if case .edited = content { return connection == nil }
        return false
    }
}
