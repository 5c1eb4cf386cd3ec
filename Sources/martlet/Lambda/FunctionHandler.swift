import Foundation
import Logging
import MartletAWS
import MartletConversation
import MartletCore

/// What the function does with its invocations, whatever they are.
struct FunctionHandler: LambdaHandling {
    let stage: FunctionStage
    /// The queue between front and worker, where there is one.
    let queue: (any TurnQueueing)?
    /// Answers HTTP requests where the function serves the API.
    let api: (any FunctionAPI)?

    func handle(_ invocation: LambdaInvocation, responding responder: LambdaResponder) async throws {
        let start = ContinuousClock.now
        do {
            try await dispatch(FunctionCall(invocation, responder: responder, stage: stage))
        } catch {
            await book(.now - start)
            throw error
        }
        await book(.now - start)
    }

    private func dispatch(_ call: FunctionCall) async throws {
        switch try LambdaEvent(payload: call.invocation.payload) {
        case .http(let request):
            if let api {
                try await api.answer(request, call)
            } else {
                try await WebhookCall(call: call, queue: queue).answer(request)
            }
        case .queue(let records): try await QueueCall(call: call, queue: queue).work(on: records)
        case .schedule: try await ScheduleCall(call: call).run()
        case .direct(let value): try await DirectCall(call: call, queue: queue).answer(value)
        }
    }

    /// Counts what the call took for the day's budget; that it could not be counted stops nobody.
    private func book(_ duration: Duration) async {
        guard stage.configuration.gigabyteSecondsPerDay != nil, stage.door.isReady else { return }
        do {
            let door = try await stage.door.value()
            try await stage.ledger(door)?.book(stage.machine.cost.gigabyteSeconds(duration))
        } catch {
            stage.logger.warning("A call's computing time could not be booked", metadata: ["error": "\(error)"])
        }
    }
}

/// One invocation with what it works with.
struct FunctionCall: Sendable {
    let invocation: LambdaInvocation
    let responder: LambdaResponder
    let stage: FunctionStage

    init(_ invocation: LambdaInvocation, responder: LambdaResponder, stage: FunctionStage) {
        self.invocation = invocation
        self.responder = responder
        self.stage = stage
    }

    var logger: Logger { stage.logger }

    /// How the rest of the invocation's time is divided.
    func deadline(limit: Duration? = nil) -> CallDeadline {
        CallDeadline(remaining: invocation.timeRemaining(), limit: limit)
    }

    /// Whether calls are so long that what waits in a chat can be left to whoever answers there.
    var isLong: Bool { invocation.timeRemaining() > TurnTaking.shortCall }

    /// The name of this call's claims.
    var leaseOwner: String { "\(stage.machine.environmentName)/\(invocation.requestID)" }

    /// What answers, for this call.
    func turns(_ backstage: FunctionBackstage, _ door: FunctionDoor) -> TurnTaking {
        backstage.turns(door, leaseOwner: leaseOwner, logger: logger)
    }

    /// Responds with a JSON value.
    func respond(_ value: JSONValue) async throws { try await responder.respond(value.serialized) }
}

/// Serves the HTTP API to a function's front door.
protocol FunctionAPI: Sendable {
    /// Answers a request.
    func answer(_ request: LambdaHTTPRequest, _ call: FunctionCall) async throws
}
