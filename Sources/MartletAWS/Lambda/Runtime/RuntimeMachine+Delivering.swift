import struct FoundationEssentials.Date

/// What a handler does, and how far that gets.
extension RuntimeMachine {
    mutating func take(_ act: Act, _ id: ActID, of requestID: String) -> [Output] {
        guard case .handling(var handling) = state, handling.invocation.requestID == requestID else {
            return [.complete(id, .isOver)]
        }
        if let reason = handling.cancellation { return [.complete(id, reason)] }
        switch (act, handling.delivery) {
        case (.respond(let payload), .open):
            guard payload.count <= LambdaResponder.maximumByteCount else {
                return [.complete(id, .tooLarge(payload.count))]
            }
            let request = RuntimeRequest.response(to: requestID, payload)
            handling.delivery = .sending(id, request, isRepeated: false)
            return settle(handling, [.send(request)])
        case (.beginStream(let contentType), .open):
            handling.delivery = .streaming(pending: [])
            return settle(
                handling,
                [.open(.stream(to: requestID, contentType: contentType)), .complete(id, nil)]
            )
        case (.write(let bytes), .streaming(let pending)):
            handling.delivery = .streaming(pending: pending + [id])
            return settle(handling, [.write(bytes, id)])
        case (.endStream(let fault), .streaming(let pending)):
            handling.delivery = .closing(id)
            return settle(
                handling,
                pending.map { .complete($0, nil) } + [.close(trailers: Self.trailers(fault))]
            )
        case (.fail(let fault), .open):
            let request = RuntimeRequest.error(of: requestID, fault)
            handling.delivery = .reporting(id, request, isRepeated: false)
            return settle(handling, [.send(request)])
        case (.write, .over(let failure)), (.endStream, .over(let failure)):
            return [.complete(id, failure ?? .streamIsOver)]
        case (.write, _), (.endStream, _): return [.complete(id, .streamIsOver)]
        case (.respond, _), (.beginStream, _), (.fail, _): return [.complete(id, .twice)]
        }
    }

    mutating func confirm(_ id: ActID) -> [Output] {
        guard case .handling(var handling) = state, case .streaming(let pending) = handling.delivery,
            pending.contains(id)
        else { return [] }
        handling.delivery = .streaming(pending: pending.filter { $0 != id })
        return settle(handling, [.complete(id, nil)])
    }

    mutating func endHandler(_ fault: LambdaFault?, of requestID: String) -> [Output] {
        guard case .handling(var handling) = state, handling.invocation.requestID == requestID, handling.isRunning
        else { return [] }
        handling.isRunning = false
        switch handling.delivery {
        case .open:
            let fault = fault ?? .noResponse
            let request = RuntimeRequest.error(of: requestID, fault)
            handling.delivery = .reporting(nil, request, isRepeated: false)
            return settle(handling, [.noteFault(fault), .send(request)])
        case .streaming(let pending):
            let fault = fault ?? .unfinished
            handling.delivery = .closing(nil)
            return settle(
                handling,
                pending.map { .complete($0, nil) } + [.noteFault(fault), .close(trailers: Self.trailers(fault))]
            )
        case .sending, .closing, .reporting, .over:
            // A handler that was cancelled throws that, which is no news.
            let isNews = handling.cancellation == nil
            return settle(handling, isNews ? fault.map { [.noteLateFault($0)] } ?? [] : [])
        }
    }

    // MARK: What the Runtime API says

    mutating func loseConnection() -> [Output] {
        switch state {
        case .waiting(let attempt):
            let pauses: [Duration] = [.milliseconds(20), .milliseconds(100), .milliseconds(500)]
            guard attempt < pauses.count else { return end(.unreachable) }
            state = .waiting(attempt: attempt + 1)
            return [.set(.retry, pauses[attempt])]
        case .reportingStart(let error): return end(error)
        case .handling(var handling):
            switch handling.delivery {
            case .sending(let act, let request, isRepeated: false):
                handling.delivery = .sending(act, request, isRepeated: true)
                return settle(handling, [.send(request)])
            case .reporting(let act, let request, isRepeated: false):
                handling.delivery = .reporting(act, request, isRepeated: true)
                return settle(handling, [.send(request)])
            case .sending(let act, _, _):
                handling.delivery = .over(.lost)
                return settle(handling, [.complete(act, .lost)])
            case .streaming(let pending):
                handling.delivery = .over(.lost)
                return settle(handling, pending.map { .complete($0, .lost) })
            case .closing(let act), .reporting(let act, _, _):
                handling.delivery = .over(.lost)
                return settle(handling, act.map { [.complete($0, .lost)] } ?? [])
            case .open, .over: return []
            }
        case .idle, .starting, .holding, .ended: return []
        }
    }

    mutating func take(_ answer: RuntimeAnswer, at now: Date) -> [Output] {
        switch state {
        case .waiting:
            guard answer.status == 200 else { return end(.refusedNext(answer)) }
            guard let invocation = LambdaInvocation(answer, at: now) else { return end(.malformed) }
            return begin(invocation, at: now)
        case .reportingStart(let error): return end(error)
        case .handling(let handling): return take(answer, handling)
        case .idle, .starting, .holding, .ended: return []
        }
    }

    private mutating func take(_ answer: RuntimeAnswer, _ handling: Handling) -> [Output] {
        var handling = handling
        // After a 5xx the environment is broken, and AWS wants the process to end.
        if answer.status >= 500 { handling.end = .broken(answer.status) }
        let isTaken = (200..<300).contains(answer.status)
        let refusal = isTaken ? nil : LambdaError.refused(answer.status)
        switch handling.delivery {
        case .sending(let act, _, let isRepeated):
            // What is refused the second time may have been taken the first time.
            let failure = refusal.map { isRepeated && $0.code == .refused ? .lost : $0 }
            handling.delivery = .over(failure)
            return settle(handling, [.complete(act, failure)])
        case .streaming(let pending):
            // An answer before the end: what follows would go nowhere.
            let failure = refusal ?? .refused(answer.status)
            handling.delivery = .over(failure)
            return settle(handling, pending.map { .complete($0, failure) } + [.disconnect])
        case .closing(let act), .reporting(let act, _, _):
            handling.delivery = .over(refusal)
            return settle(handling, act.map { [.complete($0, refusal)] } ?? [])
        case .open, .over: return []
        }
    }
}
