public import MartletCore

extension TelegramSimulator {
    /// Answers a call, with whatever fault is planned for it.
    func answer(_ call: MethodCall, token: String) async -> SimulatedAnswer {
        guard token == self.token else {
            return .refuse(SimulatorToken(token) == nil ? .notFound : .unauthorized)
        }
        let (instant, date) = (ContinuousClock.now, clock.now)
        let fault = change { world -> SimulatedFault? in
            guard let entry = world.faults.take(method: call.method, chat: call.chat) else { return nil }
            world.journal.append("fault", entry.json)
            return entry.fault
        }
        var refusal: Refusal?
        var answer: SimulatedAnswer
        switch fault {
        case .hang: answer = .hang
        case .reset: answer = .reset
        case .status(let status): answer = .respond(status, Array("<html>gateway</html>".utf8))
        case .refusal(let status, let description):
            refusal = Refusal(status: status, description: description)
            answer = .refuse(Refusal(status: status, description: description))
        case .malformed: answer = .respond(200, Array("{\"ok\":tr".utf8))
        case .tooManyRequests(let seconds):
            if let chat = call.chat { change { $0.silence(chat, seconds: seconds) } }
            refusal = .tooManyRequests(retryAfter: seconds)
            answer = .refuse(.tooManyRequests(retryAfter: seconds))
        case .resetAfterEffect:
            _ = await perform(call, &refusal)
            answer = .reset
        case .duplicateUpdates, .reorderedUpdates, nil: answer = await perform(call, &refusal)
        }
        if Task.isCancelled { answer = .reset }
        let noted = SimulatedCall(
            method: call.method,
            parameters: call.parameters,
            instant: instant,
            date: date,
            status: answer.status,
            refusal: refusal?.description
        )
        change { world in
            let noted = world.calls.append(noted)
            // Empty polls are no news.
            if call.method != "getUpdates" || refusal != nil { world.journal.append("call", noted.json) }
        }
        return answer
    }

    private func perform(_ call: MethodCall, _ refusal: inout Refusal?) async -> SimulatedAnswer {
        if call.method.lowercased() == "getupdates" { return await getUpdates(call, &refusal) }
        let result: Result<JSONValue, Refusal> = change { world in
            do throws(Refusal) {
                try world.checkSilence(call)
                return .success(try world.perform(call))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): return .result(value)
        case .failure(let error):
            refusal = error
            return .refuse(error)
        }
    }

    /// Long polling: an offset confirms everything before it, the latest poller wins, and nothing is sent twice to one that
    /// confirms.
    private func getUpdates(_ call: MethodCall, _ refusal: inout Refusal?) async -> SimulatedAnswer {
        let limit = Int(min(max(call["limit"]?.integer ?? 100, 1), 100))
        let timeout = Duration.seconds(min(max(call["timeout"]?.integer ?? 0, 0), 50))
        let (end, realEnd) = (clock.now + timeout, ContinuousClock.now + timeout)
        let number = change { world -> Int in
            if !world.webhook.isSet {
                try? world.allow(call)
                if let offset = call["offset"]?.integer { world.updates.confirm(before: offset) }
            }
            world.updates.pollCount += 1
            return world.updates.pollCount
        }
        while true {
            let count = changes.count
            // A client waits in real time, also while the clock stands still.
            let isOver = clock.now >= end || ContinuousClock.now >= realEnd
            let poll = look { $0.poll(number, isOver: isOver) }
            switch poll {
            case .refused(let reason):
                refusal = reason
                return .refuse(reason)
            case .updates:
                let updates = change { $0.takeUpdates(limit: limit) }
                // Text rather than values: an update may be anything but JSON.
                let body = updates.joined(separator: ",".utf8)
                return .respond(200, Array("{\"ok\":true,\"result\":[".utf8) + body + Array("]}".utf8))
            case .wait:
                await changes.wait(after: count, timeout: min(realEnd - .now, end - clock.now, .seconds(1)))
                if Task.isCancelled { return .reset }
            }
        }
    }
}

/// What a poller is to do.
enum PollOutcome: Sendable {
    case updates
    case refused(Refusal)
    case wait
}

extension World {
    /// What the poller with a number is to do now.
    func poll(_ number: Int, isOver: Bool) -> PollOutcome {
        guard !webhook.isSet else {
            return .refused(
                .conflict(
                    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
                )
            )
        }
        guard updates.pollCount == number else {
            return .refused(
                .conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
            )
        }
        return !updates.pending.isEmpty || isOver ? .updates : .wait
    }

    /// The first updates, as they are sent, with the fault of updates that is planned.
    mutating func takeUpdates(limit: Int) -> [[UInt8]] {
        updates.expire(now: now)
        let sent = updates.pending.prefix(limit).map(\.bytes)
        guard !sent.isEmpty, let entry = faults.take(method: "getUpdates", chat: nil, isDelivery: true) else {
            return sent
        }
        journal.append("fault", entry.json)
        return entry.fault == .reorderedUpdates ? sent.reversed() : sent.flatMap { [$0, $0] }
    }

    /// Asks for silence in a chat.
    mutating func silence(_ chat: Int64, seconds: Int64) {
        rates.silence(chat, seconds: seconds, now: now)
        showSilence(in: chat)
    }

    func isSilent(_ chat: Int64) -> Bool { rates.silence(of: chat, now: now) != nil }

    mutating func showSilence(in chat: Int64) {
        let until = rates.silence(of: chat, now: now)
        if chats[chat]?.frozenUntil != until { change(chat) { $0.frozenUntil = until } }
    }

    /// Refuses and notes a call into a chat that is to be silent.
    mutating func checkSilence(_ call: MethodCall) throws(Refusal) {
        guard let chat = call.chat, chats[chat] != nil, isSilent(chat) else { return }
        if chats[chat]?.isBlocked == true { return }
        if callsIntoSilence.count < 10_000 {
            callsIntoSilence.append(
                SimulatedCall(method: call.method, parameters: call.parameters, instant: .now, date: now)
            )
        }
        let grows = rules.limitsRates && call.method != "sendChatAction"
        let seconds = rates.ignore(chat, grows: grows, now: now)
        showSilence(in: chat)
        throw .tooManyRequests(retryAfter: seconds)
    }

    /// Takes back all faults and silences.
    mutating func endFaults() {
        for entry in faults.remove() {
            var gone = entry
            gone.left = 0
            journal.append("fault", gone.json)
        }
        rates.clear()
        for chat in chatOrder where chats[chat]?.frozenUntil != nil { change(chat) { $0.frozenUntil = nil } }
    }
}

extension TelegramSimulator {
    /// Makes a call of the Bot API without a connection, with every rule and fault.
    /// - Returns: The HTTP status and the answer; nil where there is none.
    public func call(_ method: String, _ parameters: JSONObject = [:]) async -> (status: Int, answer: JSONValue)? {
        let answer = await answer(MethodCall(method: method, parameters: parameters), token: token)
        guard case .respond(let status, let bytes) = answer else { return nil }
        return (status, (try? JSONValue(parsing: bytes)) ?? .null)
    }
}
